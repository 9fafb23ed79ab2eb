#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic behind the tables, the removal of audit rules, the stop of what was started."""

import os
import signal
import subprocess
import sys
import unittest

import auditd
import latency
import procs
import report
from programs import HERE


def samples(*nanoseconds: float) -> list[dict]:
    other = {"operations": 1, "monitor_ns": 0, "seen": 3, "lost": None, "disturbed": False}
    return [{"ns": ns, **other} for ns in nanoseconds]


class Ratios(unittest.TestCase):
    def test_each_round_is_compared_with_the_same_round_of_nothing(self):
        # The machine became twice as slow between the rounds; the monitor costs the same tenth in
        # both.
        found = report.ratios(samples(110, 220), samples(100, 200))
        self.assertAlmostEqual(found["median"], 1.1)
        self.assertAlmostEqual(found["min"], 1.1)
        self.assertAlmostEqual(found["max"], 1.1)

    def test_a_missing_round_is_refused(self):
        with self.assertRaises(ValueError):
            report.ratios(samples(110), samples(100, 200))

    def test_a_disturbed_sample_takes_no_part_on_either_side(self):
        base, measured = samples(100, 300), samples(110, 120)
        base[1]["disturbed"] = True
        found = report.ratios(measured, base)
        self.assertEqual((found["rounds"], found["max"]), (1, 1.1))
        measured[0]["disturbed"] = True
        self.assertIsNone(report.ratios(measured, base))

    def test_the_summary_names_place_workload_and_monitor(self):
        made = report.summarise(
            {"host": {"open": {"nothing": samples(10, 10), "brig": samples(12, 14)}}}, {}, {}
        )
        brig = made["work"]["host"]["open"]["brig"]
        self.assertAlmostEqual(brig["ratio"]["median"], 1.3)
        self.assertEqual((brig["seen"], brig["lost"]), (6, None))


class Resources(unittest.TestCase):
    def test_memory_is_the_greatest_and_events_are_the_sum(self):
        one = {
            "memory": {"rss_kb": 10, "pss_kb": 1, "maps_kb": 0, "processes": 1},
            "counters": {"seen": 5, "lost": 1},
        }
        two = {
            "memory": {"rss_kb": 30, "pss_kb": 2, "maps_kb": 0, "processes": 1},
            "counters": {"seen": 7, "lost": 2},
        }
        found = report.summarise({}, {"brig": [one, two]}, {})["resources"]["brig"]
        self.assertEqual((found["rss_kb"], found["seen"], found["lost"]), (30, 12, 3))

    def test_a_monitor_that_does_not_count_has_no_number(self):
        one = {
            "memory": {"rss_kb": 10, "pss_kb": 1, "maps_kb": 0, "processes": 1},
            "counters": None,
        }
        self.assertIsNone(report.summarise({}, {"floor": [one]}, {})["resources"]["floor"]["lost"])


class Latency(unittest.TestCase):
    def test_percentiles_of_a_hundred(self):
        found = latency.summary([float(ms) for ms in range(1, 101)])
        self.assertEqual((found["p50_ms"], found["p99_ms"], found["max_ms"]), (50.5, 100.0, 100.0))

    def test_no_findings_have_no_percentile(self):
        self.assertEqual(latency.summary([]), {"findings": 0})


class Table(unittest.TestCase):
    def test_columns_stand_under_each_other(self):
        lines = report.table([["workload", "brig"], ["open", "×1.20"]]).splitlines()
        self.assertEqual(len({len(line) for line in lines}), 1)

    def test_durations_are_readable(self):
        self.assertEqual(
            [report.duration(ns) for ns in (94.4, 7_960, 183e6)], ["94.4 ns", "7.96 µs", "183 ms"]
        )


class AuditRules(unittest.TestCase):
    def test_every_rule_has_a_removal(self):
        self.assertEqual(
            auditd.removal("-w /etc -p wa -k etc"), ["-W", "/etc", "-p", "wa", "-k", "etc"]
        )
        self.assertEqual(auditd.removal(auditd.NEVER), ["-d", "task,never"])
        rules = [
            line
            for line in (HERE / "auditd.rules").read_text().splitlines()
            if not line.startswith("#")
        ]
        for rule in rules:
            self.assertIn(auditd.removal(rule)[0], ("-d", "-W"), rule)


class Stop(unittest.TestCase):
    def test_a_program_that_ignores_the_polite_signal_is_killed(self):
        process = procs.start(
            [
                sys.executable,
                "-c",
                "import signal, sys\n"
                "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                "print('ready', flush=True)\nsys.stdin.read()",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.assertEqual(process.stdout.readline(), b"ready\n")
        procs.stop(process, 0.1)
        self.assertEqual(process.returncode, -signal.SIGKILL)
        process.stdin.close()
        process.stdout.close()

    def test_the_tree_holds_the_grandchildren(self):
        process = procs.start(
            ["sh", "-c", "sh -c 'echo ready; read line; true'; true"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.assertEqual(process.stdout.readline(), b"ready\n")
        found = procs.tree(process.pid)
        self.assertEqual(found[0], process.pid)
        self.assertEqual(len(found), 2)
        self.assertGreater(procs.memory([os.getpid()])["rss_kb"], 1000)
        process.stdin.close()
        procs.stop(process)
        process.stdout.close()


if __name__ == "__main__":
    unittest.main()
