#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that a brigd of one's own starts, names a container, finds an escape, and ends whole."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig, running  # noqa: E402
from scenarios.engines import Docker, Runc  # noqa: E402
from scenarios.oracle import CanaryFile  # noqa: E402
from support import wait_for  # noqa: E402


class OneBrig(unittest.TestCase):
    def test_it_starts_and_ends_and_starts_again_on_the_same_state(self):
        with Brig() as brig:
            self.assertGreater(len(brig.processes()), 3)
            before = brig.processes()
            brig.stop()
            self.assertEqual([pid for pid in before if running(pid) is not None], [])
            brig.start()
            self.assertIn("version", brig.status())

    def test_it_names_a_container_of_the_private_engine(self):
        with Docker() as docker:
            docker.load_busybox()
            with Brig(docker=docker) as brig:
                container = docker.start("busybox", "sleep", "1000", options=["--name", "sleeper"])
                found = wait_for(lambda: [each for each in brig.containers()
                                          if each.get("id") == container and each.get("name")],
                                 "the name of the container")
                self.assertEqual((found[0]["name"], found[0]["image"]), ("sleeper", "busybox"))

    def test_it_finds_a_file_of_the_host_and_not_one_of_the_container(self):
        with Runc() as runc, Brig(runc=runc) as brig, CanaryFile() as canary:
            quiet = runc.start(["sh", "-c", "cat /etc/passwd; sleep 1000"])
            # The road that no mount of the container has: into the host by a host process's root.
            weak = {"host": ["pid"], "add": ["CAP_SYS_PTRACE"]}
            loud = runc.start(["sh", "-c", f"/attacks/chroot /proc/{brig.pid}/root {canary.path}; "
                               "sleep 1000"], **weak)
            brig.wait_for_finding(container=loud)
            self.assertEqual(brig.findings(container=quiet), [])

    def test_a_container_that_starts_programs_while_brig_starts_is_found_once(self):
        with Runc() as runc:
            # In the background, and not waited for: many are born by one that is not yet known.
            busy = [runc.start(["sh", "-c", "while :; do /bin/true & usleep 2000; done"])
                    for _ in range(2)]
            for _ in range(3):
                with Brig(runc=runc) as brig:
                    wait_for(lambda: {each["id"] for each in brig.containers()} >= set(busy),
                             "the names of both")
                    self.assertEqual(sorted(each["id"] for each in brig.containers()),
                                     sorted(busy))
                    self.assertEqual(brig.findings(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
