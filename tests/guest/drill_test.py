#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows on Debian's kernels that each technique of `brig drill` works without brig, those that
change the host included, and what brig makes of it: refused, killed or recorded, in the right
container and about the right invariant, with nothing about the twins.

Two containers a technique, emulated: half an hour a kernel for all, and 20 minutes with
BRIG_GUEST_CPUS=2. By itself the suite tries some
of each family on one kernel; BRIG_DRILL_KERNELS="6.1 6.12 7" names the kernels, BRIG_DRILL_ONLY
techniques or families, "all" for every one. With BRIG_DRILL_RESULTS the
outcomes are kept in that directory, for tools/coverage.py.
"""
import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest.exploit import module  # noqa: E402
from guest.fetch_kernels import SERIES  # noqa: E402
from guest.guest import BOOT_TIMEOUT_S, CPUS, Guest  # noqa: E402
from scenarios.brig import documents, program  # noqa: E402

KERNELS = os.environ.get("BRIG_DRILL_KERNELS", "6.12").split()
SOME = ("mounts.root-read runtime.leaked-directory daemons.engine-port-fast-open kernel.bpf"
        " capabilities.file-handle capabilities.clock procfs.sysrq devices.disk-io-uring"
        " namespaces.mount namespaces.root-read namespaces.abstract-datagram neighbours.memory"
        " drift.memory-path exploits.root exploits.full leavings.mode processes.kill")
ONLY = [each for each in os.environ.get("BRIG_DRILL_ONLY", SOME).split() if each != "all"]
START_TIMEOUT_S = 600
DRILL_TIMEOUT_S = int(os.environ.get("BRIG_DRILL_TIMEOUT_S", "5400"))
# A host has these; the guest's root is made for a few programs.
HOST = ("mkdir -p /etc/cron.d /root /usr/bin /var/log /var/lib/docker && touch /etc/hosts &&"
        " mount -t tracefs tracefs /sys/kernel/tracing")


class Scene:
    """One guest: a drill without brig, then one with it; the outcomes of each by name."""

    def __init__(self, series):
        self.series = series
        programs = [program("agent", "brigd"), program("cli", "brig")]
        with Guest(series, programs=programs, modules=[module.build(series)],
                   files={"/libexec/brig/attack": program("drill", "attack")},
                   boot_timeout_s=2 * BOOT_TIMEOUT_S) as guest:
            self.guest = guest
            prepared = guest.run(HOST)
            assert prepared.status == 0, prepared.stderr
            self.unprotected = self.drill("unprotected", "--unprotected")
            self.start_brig()
            self.protected = self.drill("protected", "")
            self.verified = guest.run("kill $(cat /run/brigd.pid); sleep 5; brig ledger verify",
                                      timeout_s=120)

    def drill(self, name, flags):
        """Runs in the background of the guest, so that what is known survives a deadline."""
        only = " ".join(f"--only {each}" for each in ONLY)
        flags = f"--destructive --json --jobs {CPUS + 1} {flags} {only}"
        self.guest.run(f"(brig drill {flags} >/run/{name} 2>/run/{name}.err;"
                       f" echo $? >/run/{name}.end) &")
        deadline = time.monotonic() + DRILL_TIMEOUT_S
        while self.guest.run(f"test -e /run/{name}.end").status != 0:
            if time.monotonic() > deadline:
                print(f"{self.series}: the {name} drill has not ended in time", file=sys.stderr)
                break
            self.guest.run("sleep 5")
        text = self.guest.run(f"cat /run/{name}").stdout
        print(self.guest.run(f"cat /run/{name}.err").stdout, file=sys.stderr)
        if results := os.environ.get("BRIG_DRILL_RESULTS"):
            pathlib.Path(results, f"{self.series}.{name}.json").write_text(text)
        return {each["name"]: each for each in documents(text)}

    def start_brig(self):
        self.guest.run("(echo $$ >/run/brigd.pid; exec brigd --mode all=refuse)"
                       " >/run/brigd.log 2>&1 &")
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.guest.run("brig status --json").status != 0:
            if time.monotonic() > deadline:
                raise TimeoutError(self.guest.run("cat /run/brigd.log").stdout)
            self.guest.run("sleep 2")


class Drill:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        if cls.series not in KERNELS:
            raise unittest.SkipTest(f"BRIG_DRILL_KERNELS does not name {cls.series}")
        cls.scene = Scene(cls.series)

    def test_each_technique_and_its_twin_work_without_brig(self):
        wrong = {each["name"]: each["why"] for each in self.scene.unprotected.values()
                 if not each["passed"]}
        self.assertEqual(wrong, {})
        worked = [each for each in self.scene.unprotected.values() if each["seen"] == "worked"]
        self.assertGreaterEqual(len(worked), 90 if not ONLY else 1)

    def test_each_that_worked_is_stopped_or_told_as_expected(self):
        wrong = {each["name"]: (each["expected"], each["seen"], each["why"])
                 for each in self.scene.protected.values()
                 if not each["passed"] and self.scene.unprotected[each["name"]]["attack_worked"]}
        self.assertEqual(wrong, {})

    def test_what_is_found_is_about_the_right_invariant(self):
        for each in self.scene.protected.values():
            if each["seen"] in ("refused", "killed", "recorded"):
                self.assertIn(each["invariant"], each["invariants"].split(), each["name"])

    def test_the_record_is_intact_and_has_the_result(self):
        self.assertIn("intact", self.scene.verified.stdout)


class Linux61(Drill, unittest.TestCase):
    series = "6.1"


class Linux612(Drill, unittest.TestCase):
    series = "6.12"


class Linux7(Drill, unittest.TestCase):
    series = "7"


assert {"6.1", "6.12", "7"} == set(SERIES)

if __name__ == "__main__":
    unittest.main(verbosity=2)
