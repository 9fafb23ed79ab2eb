#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that `brig drill` tells the truth on this host: without brig each technique works and so
does its twin; with brigd each that the sensor can see is recorded, no twin is, and the result is in
the record. A drill that is killed leaves nothing once another one has run.
"""
import glob
import os
import pathlib
import re
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig, documents, program  # noqa: E402
from support import need, run, wait_for  # noqa: E402

DRILL_TIMEOUT_S = 600
# What only the guard sees: no tracepoint, or none that is worth its cost, has these operations.
UNSEEN = re.compile(
    r"mounts\.(log-link|change-(truncate|mode|owner|times|rename|unlink|f?link|fmode|pipe|directory"
    r"|attribute|access-list|32-bit-.*)|read-layer.*)"
    r"|io_uring\.(unlink|rename|link|symlink|directory)"
    r"|namespaces\.abstract-(datagram|message)|daemons\.engine-port-fast-open"
    r"|processes\.(signal-owner.*|nice|policy|affinity|io-class)"
    r"|runtime\.memory-program|(drift|neighbours|leavings|starts)\..*")


def attack_program():
    return program("drill", "attack")


def leftovers():
    """Whatever bears a drill's name, where drills put something."""
    places = ("/run", "/etc", "/etc/cron.d", "/root", "/usr/bin", "/var/log", "/sys/fs/cgroup",
              "/sys/fs/cgroup/unified", "/run/runc")
    return [path for place in places for path in glob.glob(f"{place}/brig-drill*")]


class Unprotected(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need("runc")
        cls.brig = program("cli", "brig")
        attack_program()
        cls.done = run(cls.brig, "drill", "--unprotected", "--json", check=False,
                       timeout_s=DRILL_TIMEOUT_S)
        cls.outcomes = documents(cls.done.stdout)

    def test_each_technique_and_its_twin_work(self):
        wrong = {each["name"]: each["why"] for each in self.outcomes if not each["passed"]}
        self.assertEqual((wrong, self.done.returncode), ({}, 0), self.done.stderr)
        worked = [each for each in self.outcomes if each["seen"] == "worked"]
        self.assertGreaterEqual(len(worked), 90)
        for each in worked:
            self.assertTrue(each["attack_worked"] and each["twin_worked"], each)

    def test_what_is_skipped_says_why(self):
        for each in self.outcomes:
            if each["seen"] == "skipped":
                self.assertRegex(each["why"], "this host|taken|here", each["name"])

    def test_nothing_is_left(self):
        self.assertEqual(leftovers(), [])

    def test_what_a_killed_drill_leaves_the_next_one_sweeps(self):
        killed = subprocess.Popen([self.brig, "drill", "--unprotected", "--only", "mounts"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: glob.glob("/etc/brig-drill*"), "a canary in /etc")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        self.assertNotEqual(leftovers(), [])
        run(self.brig, "drill", "--unprotected", "--only", "mounts.root-read")
        self.assertEqual(leftovers(), [])

    def test_a_technique_that_does_not_work_is_a_miss(self):
        # A program that does nothing in the attack's place: no oracle may believe it.
        done = run(self.brig, "drill", "--unprotected", "--json", "--program", "/bin/true",
                   "--only", "mounts.root-read", check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([each["seen"] for each in documents(done.stdout)], ["missed"])

    def test_an_unknown_name_says_what_there_is(self):
        done = run(self.brig, "drill", "--only", "nonsense", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("brig drill --list", done.stderr)

    def test_without_brigd_it_says_how_to_start_it(self):
        done = run(self.brig, "--run", "/run/absent", "drill", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("brig up", done.stderr)


class Watched(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need("runc")
        attack_program()
        cls.brig = cls.enterClassContext(Brig())
        cls.done = cls.brig.cli("drill", "--json", check=False, timeout_s=DRILL_TIMEOUT_S)
        cls.outcomes = documents(cls.done.stdout)

    def test_what_the_sensor_can_see_is_recorded(self):
        missed = {each["name"]: each["why"] for each in self.outcomes
                  if each["seen"] == "missed" and not UNSEEN.fullmatch(each["name"])}
        self.assertEqual(missed, {})
        recorded = [each for each in self.outcomes if each["seen"] == "recorded"]
        self.assertGreaterEqual(len(recorded), 80)
        for each in recorded:
            self.assertIn(each["invariant"], each["invariants"].split())
            self.assertGreaterEqual(each["record_ns"], 0)

    def test_nothing_is_recorded_about_a_twin(self):
        alarms = {each["name"]: each["why"] for each in self.outcomes if "twin" in each["why"]}
        self.assertEqual(alarms, {})

    def test_a_miss_is_the_exit_status(self):
        missed = any(not each["passed"] for each in self.outcomes)
        self.assertEqual(self.done.returncode, 1 if missed else 0)

    def test_the_result_is_in_the_record(self):
        notices = [each["text"] for each in self.brig.events()
                   if each["kind"] == "notice" and each["what"] == "drill"]
        self.assertEqual(len(notices), 1)
        self.assertIn(f"{len(self.outcomes)} techniques", notices[0])

    def test_only_root_may_have_a_result_kept(self):
        request = '{"version":1,"command":"drill","text":"all is well"}\\n'
        ask = ("import socket; s = socket.socket(socket.AF_UNIX);"
               f"s.connect('{self.brig.directory}/run/brig.sock'); s.sendall(b'{request}');"
               "print(s.makefile().readline())")
        group = os.stat(self.brig.directory / "run/brig.sock").st_gid
        done = run("setpriv", "--reuid", "1234", "--regid", str(group), "--clear-groups",
                   "/usr/bin/python3", "-c", ask)
        self.assertIn('"denied"', done.stdout)
        texts = [each.get("text") for each in self.brig.events() if each["kind"] == "notice"]
        self.assertNotIn("all is well", texts)


if __name__ == "__main__":
    unittest.main(verbosity=2)
