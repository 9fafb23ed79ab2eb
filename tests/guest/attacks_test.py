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

    def needs(self, command, expected=f"ok {SECRET}\n", **weakness):
        without = self.guest.container(f"/attacks/{command}")
        self.assertEqual(without.status, 1, without.stdout + without.stderr)
        self.assertRegex(without.stdout, r"^errno=\d+\n$")
        self.assertNotEqual(without.stdout, expected)
        given = self.guest.container(f"/attacks/{command}", **weakness)
        self.assertEqual(given.stdout, expected, given.stderr)

    def test_the_mount_namespace_of_pid_1_is_joined(self):
        weakness = {"host": ["pid"], "add": ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"]}
        self.needs("setns path /proc/1/ns/mnt /etc/secret", **weakness)
        self.needs("setns pidfd 1 /etc/secret", **weakness)
        self.needs("compat setns /proc/1/ns/mnt /etc/secret", **weakness)

    def test_the_root_of_pid_1_is_entered(self):
        self.needs("chroot /proc/1/root /etc/secret", host=["pid"], add=["CAP_SYS_PTRACE"])

    def test_a_file_is_opened_by_its_handle(self):
        self.guest.run("cp /image/attacks/file_handle /bin/")
        handle = self.guest.run("file_handle encode /etc/secret").stdout.split()[1]
        self.needs(f"file_handle open /anchor {handle}", add=["CAP_DAC_READ_SEARCH"],
                   mounts=[oci.bind("/etc/anchor", "/anchor")])

    def test_a_file_is_opened_by_io_uring_and_by_a_32_bit_call(self):
        bound = [oci.bind("/etc", "/volume")]
        self.needs("uring_open /volume/secret", mounts=bound)
        self.needs("uring_open /volume/secret fixed", mounts=bound)
        self.needs("compat open /volume/secret", mounts=bound)

    def test_a_disk_is_read_through_a_node_of_its_own(self):
        rule = {"allow": True, "type": "b", "major": 7, "minor": 0, "access": "rwm"}
        self.needs("device b 7 0 /tmp/disk", "ok\n", device_rules=[rule])

    def test_a_module_reaches_the_kernel(self):
        for way in ("file", "memory"):
            self.needs(f"module_load {way}", "errno=8\n", add=["CAP_SYS_MODULE"])

    def test_a_bpf_program_is_loaded(self):
        self.needs("bpf_load", "ok\n", add=["CAP_BPF", "CAP_PERFMON"])


class Linux61(Attacks, unittest.TestCase):
    series = "6.1"


class Linux612(Attacks, unittest.TestCase):
    series = "6.12"


class Linux7(Attacks, unittest.TestCase):
    series = "7"


if __name__ == "__main__":
    unittest.main(verbosity=2)
