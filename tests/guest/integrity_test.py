#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that brig tells, on each guest kernel, what only a kernel exploit changes unnoticed: the
kernel's own settings, the pages of guarded programs, a task's rights; and that ordinary changes
accuse nobody. The table in docs/threat-model.md names these tests.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from guest.exploit import module  # noqa: E402
from guest.fetch_kernels import SERIES  # noqa: E402
from guest.watched import Watched  # noqa: E402

# A real disk where programs are looked for: there "crun", which the exploit changes in memory,
# "podman", which is replaced and overwritten as packages do, and "su", which runs as root.
DISK = """head -c 67108864 /dev/zero >/run/disk && losetup /dev/loop0 /run/disk &&
mke2fs /dev/loop0 >/dev/null && mkdir -p /usr/local/bin &&
mount -t ext4 /dev/loop0 /usr/local/bin &&
cd /usr/local/bin && cp /bin/runc crun && cp /bin/busybox podman && cp /bin/busybox su &&
chmod 4755 su && sync && cat crun podman su >/dev/null"""
# Opened before brig starts, written to long after.
HOLDER = """(until test -e /run/go; do usleep 100000; done; echo 0 >&3) \
3>/proc/sys/kernel/ftrace_enabled >/dev/null 2>&1 &"""
SWITCH_ON = "echo 1 >/proc/sys/kernel/ftrace_enabled"
# What an exploit makes of a task: (the container's weakness, the invariant that its next watched
# call breaks; none: that is not noticed).
HARDENED = {"uid": 1000, "refused_calls": ["unshare"]}
TASKS = {
    "root": ({}, "I1"), "creds": ({"uid": 1000}, "I4"), "caps": ({"uid": 1000}, "I4"),
    "full": (HARDENED, "I4"), "seccomp": (HARDENED, "I4"), "nnp": (HARDENED, "I4"),
    "userns": ({"remapped": True}, "I4"), "nsproxy": ({}, "I3"), "uid": ({"uid": 1000}, "I4"),
    "nothing": (HARDENED, None),
}
# There the guard runs, and ftrace stays on; on the others brig tells that it is off.
WITH_GUARD = ["6.12", "7"]
OFFSETS = {"crun": 5242880 + 100, "su": 8192}
TEXT = "changed-in-memory"


class Scene(Watched):
    def act(self):
        self.run(DISK)
        self.run(HOLDER)
        self.switched = self.guest.run("echo 0 >/proc/sys/kernel/ftrace_enabled")
        self.start_brig()
        if self.switched.status == 0:
            self.until("ftrace off", lambda: self.notices("ftrace_off"), 60)
            self.run(SWITCH_ON)
            self.until("ftrace on", lambda: self.notices("ftrace_on"), 60)
            self.run("touch /run/go")
            self.until("a second attempt", lambda: self.notices("ftrace_refused") or
                       len(self.notices("ftrace_off")) == 2, 60)
            self.text_then = self.run("cat /proc/sys/kernel/ftrace_enabled").strip()
            self.notes_then = " ".join(self.json("status")[0]["notes"])
            self.run(SWITCH_ON)
        self.ordinary()
        self.before = self.notices()
        self.device = oci.device("/dev/brig_exploit", 10, int(self.run(
            "cut -d: -f2 /sys/class/misc/brig_exploit/dev")))
        self.exploit()
        self.change_tasks()
        self.status_after = self.json("status")[0]
        self.all = self.notices()
        self.run("kill $(cat /run/brigd.pid)")
        self.end = self.until("the end of brigd", self.ended, timeout_s=60)

    def ordinary(self):
        """What administrators and packages do."""
        self.run("echo '|/bin/true %p' >/proc/sys/kernel/core_pattern")
        self.until("the write", lambda: self.notices("setting_written"), 60)
        self.run("echo core >/proc/sys/kernel/core_pattern;"
                 " echo core >/proc/sys/kernel/core_pattern;"
                 " printf /sbin/modprobe >/proc/sys/kernel/modprobe;"
                 " head -c 300 /dev/zero | tr '\\0' x >/proc/sys/kernel/poweroff_cmd")
        self.run("cd /usr/local/bin && cp /bin/runc podman.new && mv podman.new podman &&"
                 " cat podman >/dev/null; sleep 3; cat /bin/busybox >podman; cat podman >/dev/null")
        self.run("sleep 30")  # a round and more

    def exploit(self):
        lines = ["modprobe /tmp/evil", "corepattern |/tmp/evil", "poweroff /tmp/evil",
                 *(f"pagecache /volume/{name} {offset} {TEXT}" for name, offset in OFFSETS.items())]
        answer = self.guest.container(
            "until (: </dev/brig_exploit) 2>/dev/null; do usleep 100000; done\n" +
            "\n".join(f"/attacks/exploit '{line}'" for line in lines), devices=[self.device],
            mounts=[oci.bind("/usr/local/bin", "/volume", readonly=True)])
        if answer.stdout.split() != ["ok"] * len(lines):
            raise RuntimeError(f"the exploit does not work: {answer}")
        self.until("what the exploit did", lambda: len(self.notices("setting_by_nobody")) == 3 and
                   len(self.notices("program_differs")) == len(OFFSETS), 120)


    def change_tasks(self):
        """A container for each effect, in which a task is changed and then opens a file."""
        for effect, (weakness, _) in TASKS.items():
            self.guest.start_container(
                "until test -e /tmp/go; do usleep 100000; done\n"
                f"/attacks/exploit {effect} /etc/passwd; echo over; sleep 10000", effect,
                devices=[self.device], **weakness)
        self.until("the names of all containers", lambda: set(TASKS) <= {
            each["id"] for each in self.json("containers")})
        for effect in TASKS:
            self.run(f"touch /run/bundles/{effect}/rootfs/tmp/go")
        self.until("the end of all acts", lambda: all(
            "over" in self.guest.run(f"cat /run/{effect}.log").stdout for effect in TASKS))
        self.run("sleep 5")
        self.found = {effect: set() for effect in TASKS}
        for finding in self.json("findings --limit 0"):
            self.found.setdefault(finding["subject"]["container"]["id"], set()).add(
                finding["invariant"])


class Integrity:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene(cls.series, modules=[module.build(cls.series)],
                          bpf_lsm=cls.series in WITH_GUARD)

    def texts(self, what):
        return [each["text"] for each in self.scene.all if each["what"] == what]

    def test_settings_that_nobody_wrote_are_told(self):
        texts = self.texts("setting_by_nobody")
        for expected in ('kernel.modprobe was "/sbin/modprobe" and is "/tmp/evil"',
                         'kernel.core_pattern was "core" and is "|/tmp/evil"',
                         'and is "/tmp/evil"'):
            self.assertTrue([text for text in texts if expected in text], texts)
        notes = " ".join(self.scene.status_after["notes"])
        for name in ("modprobe", "core_pattern", "poweroff_cmd"):
            self.assertIn(f"kernel.{name} is", notes)

    def test_a_written_setting_is_told_with_its_writer(self):
        written = self.texts("setting_written")
        expected = '"|/bin/true %p", written by sh (pid '
        self.assertTrue([text for text in written if expected in text], written)

    def test_a_switched_off_ftrace_is_told_at_the_start_and_later(self):
        if self.series == "7":
            self.assertIn("not supported", self.scene.switched.stderr)
            self.assertEqual(self.texts("ftrace_off"), [])
            return
        first = self.texts("ftrace_off")[0]
        self.assertIn("since before brig started", first)
        if self.series in WITH_GUARD:
            self.assertEqual(self.scene.text_then, "1")
            refused, = self.texts("ftrace_refused")
            self.assertIn("1 attempts to switch it off were refused, the last by sh (pid ", refused)
        else:
            self.assertEqual(self.scene.text_then, "0")
            self.assertIn("written by sh (pid ", self.texts("ftrace_off")[1])
            self.assertIn("kernel.ftrace_enabled is 0", self.scene.notes_then)
        self.assertNotIn("ftrace_enabled", " ".join(self.scene.status_after["notes"]))

    def test_pages_that_differ_from_the_disk_are_told(self):
        texts = self.texts("program_differs")
        for name, offset in OFFSETS.items():
            expected = f"/usr/local/bin/{name} are not what is on its disk, from offset {offset} "
            self.assertTrue([text for text in texts if expected in text], texts)
        self.assertEqual(len(texts), len(OFFSETS))

    def test_ordinary_changes_accuse_nobody(self):
        accusing = [each for each in self.scene.before
                    if each["what"] in ("setting_by_nobody", "program_differs")]
        self.assertEqual(accusing, [])

    def test_a_changed_task_is_found_at_its_next_watched_call(self):
        for effect, (_, invariant) in TASKS.items():
            with self.subTest(effect=effect):
                if invariant is None:
                    self.assertEqual(self.scene.found[effect], set())
                else:
                    self.assertIn(invariant, self.scene.found[effect])

    def test_programs_without_a_disk_are_named(self):
        notes = " ".join(self.scene.status_after["notes"])
        self.assertRegex(notes, r"\d+ guarded programs are not compared with their disk, such as /")

    def test_brig_ends_in_order(self):
        self.assertEqual(self.scene.end, "0")


for name in SERIES:
    title = f"Linux{name.replace('.', '')}"
    globals()[title] = type(title, (Integrity, unittest.TestCase), {"series": name})


if __name__ == "__main__":
    unittest.main(verbosity=2)
