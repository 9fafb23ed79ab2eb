#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the sum counts cases, never hides a failure, and names what was skipped."""

import contextlib
import dataclasses
import io
import unittest
from unittest import mock

import run_tests
import test_results
from test_results import Count, Outcome
from tree_case import TreeCase

GTEST = """[==========] Running 4 tests from 1 test suite.
ledger/x_test.cc:7: Skipped
no btrfs here

[==========] 4 tests from 1 test suite ran. (0 ms total)
[  PASSED  ] 2 tests.
[  SKIPPED ] 1 test, listed below:
[  SKIPPED ] X.Y
[  FAILED  ] 1 test, listed below:
[  FAILED  ] X.Z
"""
UNITTEST = """test_a (x.A) ... skipped 'no docker'
Ran 5 tests in 0.1s

FAILED (failures=1, errors=1, skipped=1)
"""


class SecondTry(unittest.TestCase):
    """A stage that tries again, with ctest's answers given by the test."""

    def run_stage(self, answers):
        stage = dataclasses.replace(run_tests.STAGES["system"])
        with mock.patch.object(run_tests, "build", return_value=True), \
                mock.patch.object(run_tests, "run_ctest", side_effect=answers) as ctest, \
                contextlib.redirect_stdout(io.StringIO()) as output:
            outcomes = run_tests.run_stage(stage)
        return outcomes, ctest, output.getvalue()

    def test_what_failed_runs_once_more_and_is_named(self):
        first = [Outcome("a.b", Count(1, 1), []), Outcome("c", Count(2), [])]
        outcomes, ctest, output = self.run_stage(
            [(8, first), (0, [Outcome("a.b", Count(2), [])])])
        self.assertEqual([outcome.count for outcome in outcomes], [Count(2), Count(2)])
        self.assertEqual(ctest.call_args.args[1], ("-R", r"^(a\.b)$"))
        self.assertIn("once more, alone: a.b", output)

    def test_what_fails_twice_has_failed(self):
        failed = [Outcome("a", Count(0, 1), [])]
        outcomes, ctest, _ = self.run_stage([(8, failed), (8, failed)])
        self.assertEqual(outcomes[0].count, Count(0, 1))
        self.assertEqual(ctest.call_count, 2)

    def test_nothing_runs_again_when_all_passed(self):
        _, ctest, _ = self.run_stage([(0, [Outcome("a", Count(1), [])])])
        self.assertEqual(ctest.call_count, 1)


class Counting(unittest.TestCase):
    def test_googletest_cases_are_counted(self):
        self.assertEqual(test_results.count_cases(GTEST, "fail"), Count(2, 1, 1))

    def test_unittest_cases_are_counted(self):
        self.assertEqual(test_results.count_cases(UNITTEST, "fail"), Count(2, 2, 1))

    def test_a_passing_unittest_is_counted(self):
        self.assertEqual(test_results.count_cases("Ran 1 test in 0s\n\nOK\n", "run"), Count(1))

    def test_any_other_test_is_one_case(self):
        self.assertEqual(test_results.count_cases("fine\n", "run"), Count(1))
        self.assertEqual(test_results.count_cases("boom\n", "fail"), Count(0, 1))

    def test_a_program_that_ends_badly_after_its_cases_passed_has_failed(self):
        output = "[==========] 3 tests from 1 test suite ran. (0 ms total)\n[  PASSED  ] 3 tests.\n"
        self.assertEqual(test_results.count_cases(output, "fail"), Count(2, 1))

    def test_a_test_that_did_not_run_is_skipped(self):
        self.assertEqual(test_results.count_cases("", "notrun"), Count(0, 0, 1))

    def test_the_cases_beside_a_skipped_one_are_counted(self):
        output = "Ran 5 tests in 0.1s\n\nOK (skipped=2)\n"
        self.assertEqual(test_results.count_cases(output, "notrun"), Count(3, 0, 2))

    def test_reasons_are_the_tests_own_words(self):
        self.assertEqual(test_results.skip_reasons(GTEST), ["no btrfs here"])
        self.assertEqual(test_results.skip_reasons(UNITTEST), ["no docker"])
        self.assertEqual(test_results.skip_reasons("skipped: no kvm\n"), ["no kvm"])


class Junit(TreeCase):
    def test_a_skipped_test_without_words_gives_ctests_reason(self):
        path = self.put("r.xml", '<testsuite><testcase name="a" status="notrun">'
                        '<skipped message="SKIP_RETURN_CODE=77"/></testcase></testsuite>')
        self.assertEqual(test_results.read(path),
                         [Outcome("a", Count(0, 0, 1), ["SKIP_RETURN_CODE=77"])])

    def test_a_test_whose_program_is_not_there_has_failed(self):
        path = self.put("r.xml", '<testsuite><testcase name="a" status="notrun">'
                        '<skipped message="Unable to find executable"/></testcase></testsuite>')
        self.assertEqual(test_results.read(path), [Outcome("a", Count(0, 1), [])])

    def test_output_and_status_are_read(self):
        path = self.put("r.xml", '<testsuite><testcase name="a" status="run">'
                        "<system-out>Ran 2 tests in 0s\n\nOK\n</system-out></testcase></testsuite>")
        self.assertEqual(test_results.read(path), [Outcome("a", Count(2), [])])


class ClosingLine(unittest.TestCase):
    def close(self, *counts):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            total = run_tests.report(
                [(f"s{i}", [Outcome("t", count, ["why"])], 1.0) for i, count in enumerate(counts)])
        return output.getvalue().splitlines(), total

    def test_the_last_line_is_the_sum(self):
        lines, total = self.close(Count(3), Count(4, 1))
        self.assertEqual(lines[-1], "7 passed, 1 failed")
        self.assertEqual(total.failed, 1)

    def test_skipped_cases_are_in_the_sum_and_named(self):
        lines, _ = self.close(Count(3, 0, 2))
        self.assertEqual(lines[-1], "3 passed, 0 failed, 2 skipped")
        self.assertIn("skipped: s0: t: why", lines)

    def test_a_failed_test_is_named(self):
        lines, _ = self.close(Count(0, 1))
        self.assertIn("failed: s0: t", lines)

    def test_an_unknown_stage_is_refused(self):
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(run_tests.main(["nonsense"]), 2)


if __name__ == "__main__":
    unittest.main()
