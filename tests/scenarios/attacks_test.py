#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that every attack program works where its weakness is given and fails where it is not.

This is what makes them fit for tests of brig: an attack that is refused anyway proves nothing.
"""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.engines import Docker  # noqa: E402
from scenarios.oracle import CanaryFile, CanaryProcess, CanaryServer  # noqa: E402

HOST_ROOT = ["-v", "/:/host"]
HOST_PIDS = ["--pid", "host"]
HOST_NET = ["--network", "host"]
UNCONFINED = ["--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"]


def capability(*names):
    return [word for name in names for word in ("--cap-add", name)]


class Attack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.docker = Docker()
        cls.addClassCleanup(cls.docker.stop)
        cls.docker.load_busybox()

    def run_attack(self, command, options=()):
        words = command.split() if isinstance(command, str) else command
        return self.docker.run("busybox", f"/attacks/{words[0]}", *words[1:], options=options)

    def needs(self, weakness, command, judge=None):
        """The attack is refused without the weakness and succeeds with it; judge(output) agrees."""
        without = self.run_attack(command)
        self.assertEqual(without.returncode, 1, without.stdout + without.stderr)
        self.assertRegex(without.stdout, r"^errno=\d+\n$")
        if judge:
            self.assertFalse(judge(without))
        given = self.run_attack(command, weakness)
        self.assertEqual(given.returncode, 0, given.stdout + given.stderr)
        if judge:
            self.assertTrue(judge(given), given.stdout)

    def succeeds(self, command, expected="ok\n", options=()):
        done = self.run_attack(command, options)
        self.assertEqual((done.returncode, done.stdout), (0, expected), done.stderr)


class Files(Attack):
    def setUp(self):
        self.canary = self.enterContext(CanaryFile())

    def test_io_uring_opens_a_file(self):
        self.needs(HOST_ROOT, f"uring_open /host{self.canary.path}", self.canary.read_by)

    def test_io_uring_opens_a_file_into_a_slot(self):
        self.needs(HOST_ROOT, f"uring_open /host{self.canary.path} fixed", self.canary.read_by)

    def test_a_32_bit_call_opens_a_file(self):
        self.needs(HOST_ROOT, f"compat open /host{self.canary.path}", self.canary.read_by)

    def test_a_file_handle_opens_a_file(self):
        self.needs(capability("DAC_READ_SEARCH"),
                   f"file_handle open /etc/hosts {self.canary.handle()}", self.canary.read_by)

    def test_a_guessed_root_handle_opens_a_file(self):
        mounts = pathlib.Path("/proc/mounts").read_text().splitlines()
        if not any(line.split()[1:3] == ["/", "ext4"] for line in mounts):
            self.skipTest("inode 2 is the root of an ext4 file system, which / is not here")
        self.needs(capability("DAC_READ_SEARCH"), f"file_handle root /etc/hosts {self.canary.path}",
                   self.canary.read_by)


class Namespaces(Attack):
    """The host's, through a process of the host: pid 1 may be out of reach, as in a sandbox."""

    def setUp(self):
        self.canary = self.enterContext(CanaryFile())
        self.victim = self.enterContext(CanaryProcess())

    def needs_host(self, command):
        self.needs(HOST_PIDS + capability("SYS_ADMIN", "SYS_PTRACE"), command, self.canary.read_by)

    def test_the_mount_namespace_is_joined_by_path(self):
        self.needs_host(f"setns path /proc/{self.victim.pid}/ns/mnt {self.canary.path}")

    def test_the_mount_namespace_is_joined_by_pidfd(self):
        self.needs_host(f"setns pidfd {self.victim.pid} {self.canary.path}")

    def test_the_mount_namespace_is_joined_by_a_32_bit_call(self):
        self.needs_host(f"compat setns /proc/{self.victim.pid}/ns/mnt {self.canary.path}")

    def test_the_root_is_entered_by_chroot(self):
        self.needs_host(f"chroot /proc/{self.victim.pid}/root {self.canary.path}")

    def test_the_root_is_entered_by_pivot_root(self):
        self.needs(HOST_ROOT + UNCONFINED + capability("SYS_ADMIN"),
                   f"pivot_root /host {self.canary.path}", self.canary.read_by)

    def test_new_ones_are_made(self):
        for way in ("unshare", "clone", "clone3"):
            with self.subTest(way):
                self.needs(UNCONFINED, f"unshare {way} user,mount")


class Mounts(Attack):
    def test_a_file_system_is_mounted(self):
        for program in ("mount_old type", "mount_new type", "compat mount"):
            with self.subTest(program):
                words = "none /mnt tmpfs" if program.startswith("compat") else "tmpfs none /mnt"
                self.needs(capability("SYS_ADMIN"), f"{program} {words}")

    def test_a_directory_is_bound(self):
        for program in ("mount_old", "mount_new"):
            with self.subTest(program):
                self.needs(capability("SYS_ADMIN"), f"{program} bind /etc /mnt")

    def test_a_read_only_volume_is_made_writable(self):
        for program in ("mount_old", "mount_new"):
            with self.subTest(program), CanaryFile() as canary:
                volume = ["-v", f"{canary.path}:/volume:ro"]
                command = f"/attacks/{program} writable /volume && echo changed >/volume"
                self.docker.run("busybox", "sh", "-c", command, options=volume)
                self.assertTrue(canary.unchanged())
                done = self.docker.run("busybox", "sh", "-c", command,
                                       options=volume + capability("SYS_ADMIN"))
                self.assertFalse(canary.unchanged(), done.stdout + done.stderr)


class Processes(Attack):
    def setUp(self):
        self.victim = self.enterContext(CanaryProcess())

    def test_memory_is_read_by_ptrace(self):
        for act in ("attach", "seize"):
            with self.subTest(act):
                self.needs(HOST_PIDS + capability("SYS_PTRACE"),
                           f"ptrace {act} {self.victim.pid} {self.victim.ADDRESS:#x}",
                           self.victim.read_by)
        self.assertTrue(self.victim.alive())

    def test_memory_is_read_without_stopping(self):
        self.needs(HOST_PIDS + capability("SYS_PTRACE"),
                   f"process_vm read {self.victim.pid} {self.victim.ADDRESS:#x}",
                   self.victim.read_by)

    def test_memory_is_changed(self):
        text = "x" * len(self.victim.secret)
        self.needs(HOST_PIDS + capability("SYS_PTRACE"),
                   f"process_vm write {self.victim.pid} {self.victim.ADDRESS:#x} {text}",
                   lambda _: self.victim.memory() == text)

    def test_a_signal_arrives(self):
        for number, act in enumerate(("kill", "tgkill", "pidfd"), start=1):
            with self.subTest(act):
                self.needs(HOST_PIDS, f"signal {act} {self.victim.pid} 10",
                           lambda _, wanted=number: self.victim.signals() == wanted)

    def test_a_limit_is_lowered(self):
        self.needs(HOST_PIDS, f"prlimit {self.victim.pid} 17",
                   lambda _: self.victim.open_files_limit() == 17)


class Doors(Attack):
    def test_a_unix_socket_is_reached(self):
        for program in ("unix_connect path", "uring_connect"):
            with self.subTest(program), tempfile.TemporaryDirectory() as directory, \
                    CanaryServer(f"{directory}/door") as door:
                self.needs(["-v", f"{directory}:/doors"], f"{program} /doors/door", door.read_by)
                self.assertEqual(door.connections, 1)

    def test_an_abstract_socket_is_reached(self):
        with CanaryServer(f"@brig-test-{os.getpid()}") as door:
            self.needs(HOST_NET, f"unix_connect abstract brig-test-{os.getpid()}", door.read_by)

    def test_a_tcp_port_is_reached(self):
        for address in ("127.0.0.1", "::1"):
            with self.subTest(address), CanaryServer((address, 0)) as door:
                self.needs(HOST_NET, f"tcp_connect {address} {door.port}", door.read_by)


class Kernel(Attack):
    def test_a_bpf_program_is_loaded(self):
        self.needs(capability("SYS_ADMIN"), "bpf_load")

    def test_a_module_reaches_the_kernel(self):
        for way in ("file", "memory"):
            with self.subTest(way):
                self.assertEqual(self.run_attack(f"module_load {way}").stdout, "errno=1\n")
                given = self.run_attack(f"module_load {way}", capability("SYS_MODULE")).stdout
                if given == "errno=38\n":
                    self.skipTest("this kernel has no modules")
                self.assertEqual(given, "errno=8\n")  # it was parsed: not an executable format

    def test_the_kernel_log_is_read_through_a_node_of_its_own(self):
        self.needs(["--device-cgroup-rule", "c 1:11 rmw", *capability("SYSLOG")],
                   "device c 1 11 /tmp/log")

    def test_a_block_device_is_read(self):
        disks = [path for path in pathlib.Path("/dev").iterdir() if path.is_block_device()]
        readable = [path for path in disks if self.can_read(path)]
        if not readable:
            self.skipTest("the host itself may read no block device")
        number = readable[0].stat().st_rdev
        major, minor = os.major(number), os.minor(number)
        self.needs(["--device-cgroup-rule", f"b {major}:{minor} rmw"],
                   f"device b {major} {minor} /tmp/disk")

    def can_read(self, path):
        try:
            with open(path, "rb", buffering=0) as disk:
                return len(disk.read(512)) == 512
        except OSError:
            return False


class Credentials(Attack):
    def test_a_capability_that_was_not_given_is_refused(self):
        self.needs(capability("SYS_PTRACE"), "capset 19")

    def test_another_user_is_taken(self):
        self.succeeds("setuid 1000")
        dropped = self.run_attack("setuid 1000", ["--cap-drop", "SETUID"])
        self.assertEqual(dropped.stdout, "errno=1\n")


class Load(Attack):
    def test_counts_are_exact(self):
        self.succeeds("fork_bomb 500", "ok 500\n")
        self.succeeds("open_storm /etc/passwd 20000", "ok 20000\n")
        refused = self.run_attack("open_storm /absent 10")
        self.assertEqual((refused.returncode, refused.stdout), (1, "ok 0\n"))

    def test_a_program_runs_from_memory(self):
        self.succeeds(["memfd_exec", "/bin/busybox", "readlink", "/proc/self/exe"],
                      "/memfd:memory (deleted)\n")

    def test_paths_as_long_and_longer_than_the_kernel_names(self):
        for length in (4095, 4096, 9000):
            with self.subTest(length):
                self.succeeds(f"long_path /tmp {length}", f"ok {length}\n")

    def test_names_that_hurt_readers(self):
        with tempfile.TemporaryDirectory() as directory:
            self.succeeds("odd_names /volume", options=["-v", f"{directory}:/volume"])
            self.assertEqual(os.listdir(os.fsencode(directory)),
                             [b"a\n\x1b[31m\"\\\xff\xfe\x80"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
