#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the meter proves itself: the guard's programs can be attached and not run, and brig
says so within an interval, in its status and its checkpoints; and that proving leaves no trace but
its notices."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest.fetch_kernels import SERIES  # noqa: E402
from guest.watched import Watched  # noqa: E402

TRIED = [f"I{number}" for number in range(1, 11)]
INTERVAL_S = 30
PATIENCE_S = 4 * INTERVAL_S  # the guest is slow, and its clock is the host's
SWITCH = "/proc/sys/kernel/ftrace_enabled"


class Scene(Watched):
    def proofs(self, *unproven):
        """The status once just these are not proven."""
        status = self.json("status")[0]
        found = [each["invariant"] for each in status["proofs"] if not each["proven"]]
        return status if status["proofs"] and found == list(unproven) else None

    def says(self, *unproven):
        """What the last checkpoint says of the guard, once just these are not proven."""
        lines = dict(line.split(" ", 1) for line in self.json("ledger verify")[0]["says"])
        proven = lines.get("guard-proven", "").split(" ")[1:]
        found = lines.get("guard-unproven", "").split()
        return lines if proven + found and found == list(unproven) else None

    def act(self):
        self.before = self.traces()
        self.start_brig("--mode all=watch")
        self.proven = self.until("the first proofs", self.proofs, PATIENCE_S)
        self.sealed = self.until("them in a checkpoint", self.says, PATIENCE_S)
        self.metrics = self.run("brig status --metrics")
        self.run("mv /dev/kmsg /dev/away")
        self.lame = self.until("doubt of one", lambda: self.proofs("I2"), PATIENCE_S)
        self.lame_sealed = self.until("it in a checkpoint", lambda: self.says("I2"), PATIENCE_S)
        self.run("mv /dev/away /dev/kmsg")
        self.until("its new proof", self.proofs, PATIENCE_S)
        self.can_be_off = self.guest.run(f"echo 0 >{SWITCH}").status == 0
        if self.can_be_off:
            self.off = self.until("doubt", lambda: self.proofs(*TRIED), PATIENCE_S)
            self.off_sealed = self.until("it in a checkpoint", lambda: self.says(*TRIED),
                                         PATIENCE_S)
            self.run(f"echo 1 >{SWITCH}")
            self.again = self.until("new proofs", self.proofs, PATIENCE_S)
        self.table = self.run("brig status")
        self.all = self.notices()
        self.findings = self.json("findings --limit 0")
        self.containers = self.json("containers --all")
        self.events = self.json("events --limit 0")
        self.after = self.traces()

    def traces(self):
        """What an act that went through could leave behind."""
        return self.run("cat /proc/sysvipc/shm; ls -A /dev/shm /tmp")


class Canary:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene(cls.series)

    def texts(self, what):
        return [each["text"] for each in self.scene.all if each["what"] == what]

    def test_each_invariant_that_is_tried_is_proven_whatever_the_mode(self):
        self.assertEqual([each["invariant"] for each in self.scene.proven["proofs"]], TRIED)
        for each in self.scene.proven["proofs"]:
            self.assertGreaterEqual(each["refused"], 1, each)
            self.assertEqual(each["reason"], "")

    def test_programs_that_do_not_run_prove_nothing(self):
        if not self.scene.can_be_off:
            self.skipTest("this kernel refuses to switch ftrace off")
        for each in self.scene.off["proofs"]:
            self.assertFalse(each["proven"], each)
        guard = {each["invariant"]: each for each in self.scene.off["meter"]
                 if each["layer"] == "guard"}
        for invariant in TRIED:
            self.assertEqual(guard[invariant]["state"], "absent")
            self.assertIn("not proven: ", guard[invariant]["reason"])
        self.assertTrue([text for text in self.texts("guard_unproven")
                         if "the act went through" in text and "I1 files" in text])
        self.assertEqual(len(self.scene.again["proofs"]), len(TRIED))
        self.assertEqual(list(self.scene.off_sealed), ["guard-unproven"])

    def test_an_act_that_cannot_be_tried_proves_nothing_and_says_why(self):
        guard = {each["invariant"]: each for each in self.scene.lame["meter"]
                 if each["layer"] == "guard"}
        self.assertEqual(guard["I2"]["state"], "absent")
        self.assertIn("not proven: the act could not be tried: No such file", guard["I2"]["reason"])
        self.assertEqual([name for name, each in guard.items()
                          if "not proven" in each["reason"]], ["I2"])
        self.assertIn("guard-proven", self.scene.lame_sealed)

    def test_checkpoints_and_metrics_tell_what_is_proven(self):
        stamp, *proven = self.scene.sealed["guard-proven"].split(" ")
        self.assertRegex(stamp, r"^\d{4}-\d\d-\d\dT.*Z$")
        self.assertEqual(proven, TRIED)
        for invariant in TRIED:
            self.assertIn(f'brig_guard_proven{{invariant="{invariant}"}} 1\n', self.scene.metrics)

    def test_what_is_proven_is_in_the_record(self):
        texts = self.texts("guard_proven")
        self.assertTrue([text for text in texts if "I1 files" in text and "I10" in text], texts)

    def test_the_table_tells_when(self):
        self.assertIn("PROVEN", self.scene.table)
        self.assertRegex(self.scene.table, r"I1 files .*\d+s ago")

    def test_canaries_leave_no_trace(self):
        self.assertEqual(self.scene.findings, [])
        self.assertEqual(self.scene.containers, [])
        self.assertEqual([each for each in self.scene.events if each["kind"] != "notice"], [])
        self.assertEqual(self.scene.after, self.scene.before)
        self.assertFalse([each for each in self.scene.all if each["what"] == "process_died"])


for name in SERIES:
    title = f"Linux{name.replace('.', '')}"
    globals()[title] = type(title, (Canary, unittest.TestCase), {"series": name})


if __name__ == "__main__":
    unittest.main(verbosity=2)
