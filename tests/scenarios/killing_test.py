#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that in kill mode the offender dies at the act, is recorded as killed, and nobody else."""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.oracle import CanaryFile, CanaryProcess, CanaryServer  # noqa: E402
from scenarios.watched import Watched  # noqa: E402

KILLED = 128 + 9
WEAK = ["--pid", "host", "--cap-add", "SYS_PTRACE", "--cap-add", "SYS_ADMIN"]


class Killing(Watched):
    MODES = {f"I{number}": "kill" for number in range(1, 8)}

    def kills(self, options, line, own_line, *finding, **more):
        """The line is killed in mid-act, its shell and container live on; the twin's line works."""
        twin, loud = self.twin(*options), self.start(*options)
        self.works(self.shell(twin, own_line))
        done = self.shell(loud, line)
        self.assertEqual(done.returncode, KILLED, done.stdout + done.stderr)
        self.tells(loud, *finding, verdict="killed", **more)
        # Only the offender died: the container lives, and its ordinary work goes on.
        for container in (twin, loud):
            self.assertTrue(self.docker.inspect(container)["State"]["Running"])
            self.works(self.shell(container, "cat /etc/passwd"), "root")
        self.silent(twin)
        return done

    def test_files(self):
        with CanaryFile() as canary:
            for line, road in ((f"/attacks/uring_open /host{canary.path}", "^io_uring open$"),
                               (f"/attacks/compat open /host{canary.path}", "^32-bit open$"),
                               (f"/attacks/open_storm /host{canary.path} 1", "^open$")):
                with self.subTest(line.split()[0]):
                    done = self.kills(["-v", "/:/host"], line, "/attacks/uring_open /etc/passwd",
                                      "I1", "open", road)
                    self.assertFalse(canary.read_by(done))
                    self.assertTrue(canary.unchanged())

    def test_devices(self):
        number = os.stat("/").st_dev
        self.kills([], f"/attacks/device b {os.major(number)} {os.minor(number)} /tmp/disk",
                   "/attacks/device c 1 5 /tmp/zero", "I2", "mknod")

    def test_namespaces(self):
        with CanaryFile() as canary, CanaryProcess() as victim:
            for act in (f"setns path /proc/{victim.pid}/ns/mnt", f"setns pidfd {victim.pid}",
                        f"compat setns /proc/{victim.pid}/ns/mnt"):
                with self.subTest(act):
                    done = self.kills(WEAK, f"/attacks/{act} {canary.path}",
                                      "/attacks/setns path /proc/self/ns/mnt /etc/passwd",
                                      "I3", "setns", "setns$")
                    self.assertFalse(canary.read_by(done))

    def test_processes(self):
        with CanaryProcess() as victim:
            for act, operation in (("process_vm read", "process_vm_readv"),
                                   ("ptrace attach", "ptrace")):
                with self.subTest(act):
                    done = self.kills(WEAK, f"/attacks/{act} {victim.pid} 0x10000000",
                                      "sh -c 'sleep 1000 & kill $!; wait'; true",
                                      "I5", operation)
                    self.assertFalse(victim.read_by(done))
                    self.assertTrue(victim.alive())

    def test_kernel(self):
        self.kills(["--cap-add", "SYS_ADMIN"], "/attacks/bpf_load", "/attacks/bpf_load map",
                   "I6", "bpf")

    def test_doors(self):
        with CanaryServer(("127.0.0.1", 0)) as other:
            self.kills(["--network", "host", "-v", f"{self.docker.socket}:/engine"],
                       "/attacks/unix_connect path /engine /version",
                       f"/attacks/tcp_connect 127.0.0.1 {other.port}",
                       "I7", "connect", cause="door_path")


if __name__ == "__main__":
    unittest.main(verbosity=2)
