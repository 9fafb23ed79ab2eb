#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that brig works on each guest kernel: its programs attach, it sees escapes from runc
containers in the right container, stays silent about their benign twins, kills where told to.

A guest is slow, so each boots once: all of them act at the same time and gather what happened;
the tests only look at that.
"""
import pathlib
import re
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from guest.fetch_kernels import SERIES  # noqa: E402
from guest.watched import Watched  # noqa: E402

SECRET = "a-secret-of-the-guest"
# What is not attached, and why: nothing that it could see is unseen.
NO_CALL = "this kernel has no such call"
NO_TRACEPOINT = "tracepoint absent in this kernel"
NOT_ATTACHED = {
    # What 6.1 calls io_uring_submit_sqe is io_uring_submit_req since 6.4.
    "6.1": {"sys_exit_open_tree_attr": NO_CALL, "io_uring_submit_req": NO_TRACEPOINT,
            "io_uring_complete_entry": "this kernel uses the older form"},
    "6.12": {"sys_exit_open_tree_attr": NO_CALL, "io_uring_submit_sqe": NO_TRACEPOINT,
             "io_uring_complete_entry": "this kernel uses the older form"},
    "7": {"io_uring_submit_sqe": NO_TRACEPOINT,
          "io_uring_complete_value": "this kernel uses the newer form"},
}


class Technique:
    """An escape, the weakness it needs, and ordinary work for a twin with the same weakness."""

    def __init__(self, invariant, cause, escape, ordinary, answers, verdict="seen",
                 free_of_cgroup=False, **weakness):
        self.invariant, self.cause, self.verdict = invariant, cause, verdict
        self.escape, self.ordinary, self.answers = escape, ordinary, answers
        self.free_of_cgroup, self.weakness = free_of_cgroup, weakness


def techniques(handle):
    """name -> Technique; handle: of the secret file, as file_handle takes it."""
    volume = {"mounts": [oci.bind("/etc", "/volume")]}
    return {
        "module": Technique(
            "I6", "kernel_code", ["module_load file", "module_load memory"],
            ["cat /proc/modules"], ["errno=8"] * 2, add=["CAP_SYS_MODULE"]),
        "bpf": Technique(
            "I6", "kernel_code", ["bpf_load"], ["cat /proc/sys/kernel/osrelease"], ["ok"],
            add=["CAP_BPF", "CAP_PERFMON"]),
        "disk": Technique(
            "I2", "device", ["device b 7 0 /tmp/disk"], ["/attacks/device c 1 5 /tmp/zero"], ["ok"],
            # A device that a rule gives it would be its own; here nobody refuses, nor gives any.
            free_of_cgroup=True),
        "handle": Technique(
            "I1", "host_directory", [f"file_handle open /anchor {handle}"],
            ["touch /dev/shm/own",
             "/attacks/file_handle open /dev/shm/own"
             " $(/attacks/file_handle encode /dev/shm/own | cut -d' ' -f2)"],
            [f"ok {SECRET}"], add=["CAP_DAC_READ_SEARCH"],
            mounts=[oci.bind("/srv/anchor", "/anchor")]),
        "uring": Technique(
            "I1", "host_directory", ["uring_open /volume/secret"],
            ["/attacks/uring_open /etc/passwd"], [f"ok {SECRET}"], **volume),
        "compat": Technique(
            "I1", "host_directory", ["compat open /volume/secret"],
            ["/attacks/compat open /etc/passwd"], [f"ok {SECRET}"], **volume),
        "setns": Technique(
            "I3", "foreign_namespace", ["setns path /proc/1/ns/mnt /etc/secret"],
            ["/attacks/setns path /proc/self/ns/mnt /etc/passwd"], ["Killed"], verdict="killed",
            host=["pid"], add=["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"]),
    }


class Scene(Watched):
    """Everything that is done in one guest, and what came of it.

    The guest takes no programs that refuse: what is seen here is seen by the tracepoints alone.
    """

    def __init__(self, series):
        super().__init__(series, bpf_lsm=False)

    def act(self):
        self.run(f"echo {SECRET} >/etc/secret && mkdir -p /srv && touch /srv/anchor && "
                 "cp /image/attacks/file_handle"
                 " /bin/ && (cat /etc/secret; head -c 4096 /dev/zero) >/etc/disk &&"
                 " losetup /dev/loop0 /etc/disk")
        self.techniques = techniques(self.run("file_handle encode /etc/secret").split()[1])
        self.start_brig("--mode I3=kill")
        names = []
        for name, technique in self.techniques.items():
            escape = [f"/attacks/{line}" for line in technique.escape]
            for twin, lines in ((f"escape-{name}", escape), (f"benign-{name}", technique.ordinary)):
                self.start(twin, lines, technique)
                names.append(twin)
        self.until("the names of all containers", lambda: set(names) <= {
            each["id"] for each in self.json("containers")})
        for name in names:
            self.run(f"touch /run/bundles/{name}/rootfs/tmp/go")
        self.until("the end of all acts", lambda: all(
            "over" in self.guest.run(f"cat /run/{name}.log").stdout for name in names))
        self.outputs = {name: self.run(f"cat /run/{name}.log").splitlines() for name in names}
        self.gather(names)

    def start(self, name, lines, technique):
        """A container that waits until brig knows it, then acts, then stays."""
        script = "\n".join(["until test -e /tmp/go; do usleep 100000; done", *lines,
                            "echo over", "sleep 10000"])
        self.guest.start_container(script, name, **technique.weakness)
        if technique.free_of_cgroup:
            self.run(f"runc state {name} | sed -n 's/.*\"pid\": //p' | tr -d , |"
                     " tee /dev/stderr >/sys/fs/cgroup/cgroup.procs")

    def gather(self, names):
        def everything_found():
            found = {each["subject"]["container"]["id"] for each in self.json("findings --limit 0")}
            return {f"escape-{name}" for name in self.techniques} <= found
        try:
            self.until("a finding in each container", everything_found, timeout_s=60)
        except TimeoutError:
            pass  # the tests say which one is missing
        self.findings = self.json("findings --limit 0")
        self.run("date -s @$(( $(date +%s) + 7200 ))")
        self.until("the notice of the clock", lambda: self.notices("clock_jump"), timeout_s=30)
        self.status_after = self.json("status")[0]
        self.run("kill $(cat /run/brigd.pid)")
        self.end = self.until("the end of brigd", self.ended, timeout_s=60)
        self.events = self.json("events --limit 0")
        self.verified = self.guest.run("brig ledger verify")
        self.log = self.guest.run("cat /run/brigd.log").stdout


SCENES = {}  # series -> Future of a Scene


def setUpModule():
    workers = ThreadPoolExecutor(max_workers=len(SERIES))
    unittest.addModuleCleanup(workers.shutdown)
    for series in SERIES:
        SCENES[series] = workers.submit(Scene, series)


class BrigOnAKernel:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        cls.scene = SCENES[cls.series].result()

    def findings_in(self, container):
        return [each for each in self.scene.findings
                if each["subject"]["container"]["id"] == container]

    def test_every_program_is_attached_but_those_that_would_see_nothing(self):
        programs = [each for each in self.scene.status["programs"] if each["object"] == "sensor"]
        self.assertGreater(len(programs), 50)
        missing = {each["name"]: each["reason"] for each in programs if not each["attached"]}
        self.assertEqual(missing, NOT_ATTACHED[self.series])

    def test_escapes_are_seen_in_the_right_container(self):
        for name, technique in self.scene.techniques.items():
            with self.subTest(technique=name):
                found = [(each["invariant"], each["cause"], each["verdict"])
                         for each in self.findings_in(f"escape-{name}")]
                self.assertEqual(set(found), {
                    (technique.invariant, technique.cause, technique.verdict)})

    def test_escapes_work_unless_they_are_killed(self):
        for name, technique in self.scene.techniques.items():
            with self.subTest(technique=name):
                self.assertCountEqual(self.scene.outputs[f"escape-{name}"],
                                      [*technique.answers, "over"])

    def test_ordinary_work_with_the_same_weakness_is_silent(self):
        for name in self.scene.techniques:
            with self.subTest(technique=name):
                output = self.scene.outputs[f"benign-{name}"]
                self.assertFalse([line for line in output if "errno=" in line], output)
                self.assertEqual(self.findings_in(f"benign-{name}"), [])

    def test_nothing_is_found_elsewhere(self):
        escapes = {f"escape-{name}" for name in self.scene.techniques}
        others = [(each["subject"]["container"], each["sentence"]) for each in self.scene.findings
                  if each["subject"]["container"]["id"] not in escapes]
        self.assertEqual(others, [])

    def test_a_set_clock_is_told(self):
        notices = [each["text"] for each in self.scene.events
                   if each["kind"] == "notice" and each["what"] == "clock_jump"]
        self.assertEqual(len(notices), 1, notices)
        forward = re.search(r"forward by ([0-9.]+) s", notices[0])
        self.assertTrue(forward, notices)
        self.assertAlmostEqual(float(forward[1]), 7200, delta=10)

    def test_nothing_is_lost_and_the_record_is_intact(self):
        for each in self.scene.status_after["counters"]:
            self.assertEqual((each["lost"], each["refused"]), (0, 0), f"{each}\n{self.scene.log}")
        self.assertTrue(all(each["restarts"] == 0 for each in self.scene.status_after["processes"]))
        self.assertEqual(self.scene.end, "0")
        self.assertEqual(self.scene.verified.status, 0, self.scene.verified.stdout)
        self.assertIn("intact", self.scene.verified.stdout)
        self.assertNotIn("not yet sealed", self.scene.verified.stdout)


class Linux61(BrigOnAKernel, unittest.TestCase):
    series = "6.1"


class Linux612(BrigOnAKernel, unittest.TestCase):
    series = "6.12"


class Linux7(BrigOnAKernel, unittest.TestCase):
    series = "7"


if __name__ == "__main__":
    unittest.main(verbosity=2)
