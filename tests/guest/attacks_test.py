#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the attacks work in runc containers on each guest kernel, and only with a weakness.

Here are those that a developer's machine may refuse: against pid 1, the kernel and a disk.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from guest.guest import Guest  # noqa: E402

SECRET = "a-secret-of-the-guest"


class Attacks:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        cls.guest = Guest(cls.series)
        cls.addClassCleanup(cls.guest.stop)
        prepared = cls.guest.run(
            f"echo {SECRET} >/etc/secret && touch /etc/anchor &&"
            "(cat /etc/secret; head -c 4096 /dev/zero) >/etc/disk && losetup /dev/loop0 /etc/disk")
        assert prepared.status == 0, prepared.stderr

    def needs(self, *commands, expected=f"ok {SECRET}", **weakness):
        """Each attack is refused in a plain container and gives what is expected in a weak one."""
        script = "\n".join(f"/attacks/{command}" for command in commands)
        without = self.guest.container(script)
        answers = without.stdout.splitlines()
        self.assertEqual(len(answers), len(commands), without.stdout + without.stderr)
        for answer in answers:
            self.assertRegex(answer, r"^errno=\d+$")
            self.assertNotEqual(answer, expected)
        given = self.guest.container(script, **weakness)
        self.assertEqual(given.stdout.splitlines(), [expected] * len(commands), given.stderr)

    def test_the_mount_namespace_of_pid_1_is_joined(self):
        self.needs("setns path /proc/1/ns/mnt /etc/secret", "setns pidfd 1 /etc/secret",
                   "compat setns /proc/1/ns/mnt /etc/secret",
                   host=["pid"], add=["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"])

    def test_the_root_of_pid_1_is_entered(self):
        self.needs("chroot /proc/1/root /etc/secret", host=["pid"], add=["CAP_SYS_PTRACE"])

    def test_a_file_is_opened_by_its_handle(self):
        self.guest.run("cp /image/attacks/file_handle /bin/")
        handle = self.guest.run("file_handle encode /etc/secret").stdout.split()[1]
        self.needs(f"file_handle open /anchor {handle}", add=["CAP_DAC_READ_SEARCH"],
                   mounts=[oci.bind("/etc/anchor", "/anchor")])

    def test_a_file_is_opened_by_io_uring_and_by_a_32_bit_call(self):
        self.needs("uring_open /volume/secret", "uring_open /volume/secret fixed",
                   "compat open /volume/secret", mounts=[oci.bind("/etc", "/volume")])

    def test_a_disk_is_read_through_a_node_of_its_own(self):
        rule = {"allow": True, "type": "b", "major": 7, "minor": 0, "access": "rwm"}
        self.needs("device b 7 0 /tmp/disk", expected="ok", device_rules=[rule])

    def test_a_module_reaches_the_kernel(self):
        # 8: the kernel has read it and found that it is no module.
        self.needs("module_load file", "module_load memory", expected="errno=8",
                   add=["CAP_SYS_MODULE"])

    def test_a_bpf_program_is_loaded(self):
        self.needs("bpf_load", expected="ok", add=["CAP_BPF", "CAP_PERFMON"])


class Linux61(Attacks, unittest.TestCase):
    series = "6.1"


class Linux612(Attacks, unittest.TestCase):
    series = "6.12"


class Linux7(Attacks, unittest.TestCase):
    series = "7"


if __name__ == "__main__":
    unittest.main(verbosity=2)
