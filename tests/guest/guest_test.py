#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the guest harness tells the truth: kernels boot, containers run, answers are exact."""
import os
import pathlib
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest.fetch_kernels import SERIES, fetch  # noqa: E402
from guest.guest import BOOT_TIMEOUT_S, Guest, GuestError, initramfs  # noqa: E402
from guest.prepared import prepared  # noqa: E402
from support import need, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def release(guest):
    return (guest.kernel / "release").read_text().strip()


class EveryKernel(unittest.TestCase):
    """One test per kernel, so that a kernel that cannot be fetched skips only itself."""

    def boots_and_runs_a_container(self, series):
        with Guest(series) as guest:
            self.assertEqual(guest.run("uname -r").stdout.strip(), release(guest))
            inside = guest.container("uname -r; hostname; readlink /proc/self/ns/pid")
            self.assertEqual(inside.status, 0, inside.stderr)
            kernel, hostname, pid_namespace = inside.stdout.split()
            self.assertEqual(kernel, release(guest))
            self.assertEqual(hostname, "container")
            outside = guest.run("readlink /proc/self/ns/pid").stdout.strip()
            self.assertNotEqual(pid_namespace, outside)
            self.assertIn("overlay", guest.container("cat /proc/mounts").stdout.split("\n")[0])
            self.assertEqual(guest.run("test -s /sys/kernel/btf/vmlinux").status, 0)
            self.assertIn("bpf", guest.run("cat /sys/kernel/security/lsm").stdout.split(","))


for name in SERIES:
    setattr(EveryKernel, f"test_{name.replace('.', '_')}_boots_and_runs_a_container",
            lambda self, series=name: self.boots_and_runs_a_container(series))


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.guest = Guest("6.1", programs=["stat"], bpf_lsm=False, command_line="panic=7")
        cls.addClassCleanup(cls.guest.stop)

    def test_status_and_both_outputs_arrive_apart(self):
        answer = self.guest.run("echo good; echo bad >&2; exit 7")
        self.assertEqual((answer.status, answer.stdout, answer.stderr), (7, "good\n", "bad\n"))

    def test_output_that_looks_like_an_answer_is_only_output(self):
        text = "ready\n1 0 - -\n99 0 YQ==- -\n"
        self.assertEqual(self.guest.run(f"printf '{text}'").stdout, text)

    def test_a_megabyte_arrives_whole(self):
        answer = self.guest.run("seq 1 150000", timeout_s=60)
        self.assertEqual(answer.stdout, "".join(f"{n}\n" for n in range(1, 150001)))

    def test_a_command_that_hangs_is_killed_at_its_deadline(self):
        self.assertEqual(self.guest.run("sleep 1000", timeout_s=1).status, 137)
        self.assertEqual(self.guest.run("echo alive").stdout, "alive\n")

    def test_a_background_program_outlives_its_command(self):
        self.guest.run("sleep 1000 & echo $! >/run/pid")
        self.assertEqual(self.guest.run("kill -0 $(cat /run/pid)").status, 0)
        self.guest.run("kill $(cat /run/pid)")

    def test_the_kernel_command_line_reaches_the_kernel(self):
        self.assertIn("panic=7", self.guest.run("cat /proc/cmdline").stdout)

    def test_a_kernel_without_programs_that_refuse_is_to_be_had(self):
        names = self.guest.run("cat /sys/kernel/security/lsm").stdout.split(",")
        self.assertIn("apparmor", names)
        self.assertNotIn("bpf", names)

    def test_a_program_of_this_host_takes_the_place_of_busyboxs(self):
        self.assertIn("GNU coreutils", self.guest.run("/bin/stat --version").stdout)
        self.assertIn("BusyBox", self.guest.run("busybox | head -1").stdout)

    def test_a_container_keeps_quotes_lines_and_status(self):
        answer = self.guest.container("""printf '%s' "a'b\\"c"\nexit 3""")
        self.assertEqual((answer.status, answer.stdout), (3, "a'b\"c"))
        typed = self.guest.run("""container sh -c 'echo "a\\b"; exit 4'""")
        self.assertEqual((typed.status, typed.stdout), (4, "a\\b\n"))

    def test_a_background_container_can_be_entered(self):
        self.guest.start_container("sleep 1000", "sleeper")
        inside = self.guest.run("runc exec sleeper hostname")
        self.assertEqual(inside.stdout, "container\n", inside.stderr)
        self.guest.run("runc delete --force sleeper")

    def test_a_capability_is_there_only_when_added(self):
        def effective(**weaknesses):
            text = self.guest.container("grep CapEff /proc/self/status", **weaknesses).stdout
            return int(text.split()[1], 16)
        ptrace = 1 << 19
        self.assertFalse(effective() & ptrace)
        self.assertTrue(effective(add=["CAP_SYS_PTRACE"]) & ptrace)

    def test_the_hosts_process_namespace_is_shared_only_on_request(self):
        ours = self.guest.run("readlink /proc/self/ns/pid").stdout
        self.assertNotEqual(self.guest.container("readlink /proc/self/ns/pid").stdout, ours)
        shared = self.guest.container("readlink /proc/self/ns/pid", host=["pid"])
        self.assertEqual(shared.stdout, ours, shared.stderr)


class Cache(unittest.TestCase):
    """The initial file system is made once for each content."""

    def test_the_same_content_is_not_made_again_and_another_is(self):
        kernel = fetch("6.1")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("one")
            file.flush()
            first = initramfs(kernel, [], {"/etc/it": file.name})
            made = first.stat().st_ino
            again = initramfs(kernel, [], {"/etc/it": file.name})
            self.assertEqual((again, again.stat().st_ino), (first, made))
            file.write("two")
            file.flush()
            self.assertNotEqual(initramfs(kernel, [], {"/etc/it": file.name}), first)
            self.assertNotEqual(initramfs(kernel, [], {"/etc/other": file.name}),
                                initramfs(kernel, [], {"/etc/it": file.name}))


class Prepared(unittest.TestCase):
    def test_a_guest_goes_on_from_where_one_was_saved(self):
        script = f"echo {os.urandom(8).hex()} >/run/drawn"
        with prepared("6.1", script) as one:
            drawn = one.run("cat /run/drawn; touch /run/mine").stdout
        started = time.monotonic()
        with prepared("6.1", script) as other:
            self.assertEqual(other.run("cat /run/drawn").stdout, drawn)
            self.assertLess(time.monotonic() - started, BOOT_TIMEOUT_S / 4)
            self.assertEqual(other.run("test -e /run/mine").status, 1, "nothing is written back")
            self.assertEqual(other.container("id -u").stdout, "0\n")

    def test_a_script_that_fails_is_an_error_and_is_not_kept(self):
        for _ in range(2):
            with self.assertRaisesRegex(GuestError, "exit 3"):
                prepared("6.1", "exit 3")


class Lifetime(unittest.TestCase):
    def test_two_guests_run_side_by_side(self):
        with Guest("6.1") as one, Guest("6.12") as two:
            self.assertEqual(one.run("uname -r").stdout.strip(), release(one))
            self.assertEqual(two.run("uname -r").stdout.strip(), release(two))

    def test_a_panic_is_an_error_that_shows_the_console(self):
        with Guest("6.1") as guest, self.assertRaises(GuestError) as caught:
            guest.run("echo 8 >/proc/sys/kernel/printk; echo c >/proc/sysrq-trigger", timeout_s=20)
        self.assertIn("sysrq triggered crash", str(caught.exception))

    def test_qemu_ends_when_the_test_program_is_killed(self):
        script = ("import sys, time; sys.path.insert(0, '.'); from guest.guest import Guest\n"
                  "guest = Guest('6.1'); print(guest._process.pid, guest._directory, "
                  "flush=True); time.sleep(100)")
        with subprocess.Popen([sys.executable, "-c", script], cwd=HERE.parent, text=True,
                              stdout=subprocess.PIPE) as parent:
            qemu, directory = parent.stdout.readline().split()
            parent.kill()
        shutil.rmtree(directory)
        wait_for(lambda: not os.path.exists(f"/proc/{qemu}"), "the end of QEMU")

    def test_the_shell_command_gives_a_shell(self):
        need("qemu-system-x86_64", root=False)
        terminal, inside = pty.openpty()
        seen = bytearray()

        def shows(text):
            if select.select([terminal], [], [], 0)[0]:
                seen.extend(os.read(terminal, 4096).replace(b"\r", b""))
            return text in seen

        shell = subprocess.Popen([HERE / "shell", "6.1"], stdin=inside, stdout=inside,
                                 stderr=inside)
        for cleanup in (lambda: os.close(terminal), lambda: os.close(inside), shell.wait,
                        shell.kill):
            self.addCleanup(cleanup)
        wait_for(lambda: shows(b"/ # "), "a prompt", timeout_s=60)
        os.write(terminal, b"echo $((6*7))\r")
        wait_for(lambda: shows(b"\n42\n"), "the answer of the shell")
        os.write(terminal, b"exit\r")
        wait_for(lambda: shows(b"") and shell.poll() is not None, "the end of the shell")


if __name__ == "__main__":
    unittest.main(verbosity=2)
