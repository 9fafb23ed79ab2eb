#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that containers which come and go leave no memory behind in any process of brigd, and that
each of them is in the record with its start and its end."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import wait_for  # noqa: E402

WARM, MEASURED = 400, 1000
GROWTH_KIB_MAX = 3 * 1024  # of one process: what is kept of ended ones is bounded, not nothing


def resident_kib(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


class Churn(unittest.TestCase):
    def setUp(self):
        self.runc = Runc()
        self.addCleanup(self.runc.stop)
        self.bundle = self.runc.bundle("churn", ["true"])
        self.brig = Brig(runc=self.runc)
        self.addCleanup(self.brig.remove)

    def run_containers(self, numbers):
        for number in numbers:
            self.runc.cli("run", "--bundle", self.bundle, f"churn-{number}")
        wait_for(lambda: self.brig.status()["containers_running"] == 0, "the last end", 30)

    def resident(self):
        pids = self.brig.processes()
        return dict(zip(pids, map(resident_kib, pids)))

    def test_a_thousand_starts_and_stops_grow_no_memory(self):
        self.run_containers(range(WARM))
        before = self.resident()
        self.run_containers(range(WARM, WARM + MEASURED))
        after = self.resident()
        self.assertEqual(before.keys(), after.keys(), "a process was started again")
        grown = {pid: after[pid] - before[pid] for pid in before}
        print(f"resident after {WARM}: {before} KiB, grown over {MEASURED} more: {grown} KiB")
        self.assertLess(max(grown.values()), GROWTH_KIB_MAX, grown)
        self.brig.stop()
        kinds = [event["operation"] for event in self.brig.events()
                 if event.get("operation") in ("container_start", "container_end")]
        self.assertEqual(kinds.count("container_start"), WARM + MEASURED)
        self.assertEqual(kinds.count("container_end"), WARM + MEASURED)


if __name__ == "__main__":
    unittest.main(verbosity=2)
