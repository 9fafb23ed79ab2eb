# SPDX-License-Identifier: Apache-2.0
"""Test results counted case by case from what ctest writes (--output-junit).

One ctest test is often a program with many cases. Where its output says how many (GoogleTest,
Python's unittest), those are counted; any other test is one case. What the exit code says always
wins: a program that ended badly has at least one failed case, whatever it printed before.
"""

import dataclasses
import re
import xml.etree.ElementTree

GTEST_RAN = re.compile(r"^\[=+\] (\d+) tests? from \d+ test (?:suites?|cases?) ran", re.MULTILINE)
GTEST_COUNT = r"^\[  %s ?\] (\d+) tests?"
GTEST_SKIPPED = re.compile(GTEST_COUNT % "SKIPPED", re.MULTILINE)
GTEST_FAILED = re.compile(GTEST_COUNT % "FAILED ", re.MULTILINE)
GTEST_SKIP_LINE = re.compile(r"^(\S+?):\d+: Skipped\n((?:(?!\[).+\n?)*)", re.MULTILINE)
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
UNITTEST_END = re.compile(r"^(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)
UNITTEST_SKIP_LINE = re.compile(r"\.\.\. skipped ['\"](.+)['\"]$", re.MULTILINE)
REASON = re.compile(r"^\s*skipped: (.+)$", re.MULTILINE | re.IGNORECASE)


@dataclasses.dataclass
class Count:
    """Cases of one test, one stage or all."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


@dataclasses.dataclass
class Outcome:
    """One ctest test."""

    name: str
    count: Count
    reasons: list  # why something was skipped, in the test's words


def _first(pattern, text):
    match = pattern.search(text)
    return int(match[1]) if match else 0


def count_cases(output, status):
    """Cases in a test's output; `status` is ctest's word: run, fail, notrun or disabled."""
    ran = failed = skipped = 0
    if GTEST_RAN.search(output):
        ran = sum(int(n) for n in GTEST_RAN.findall(output))
        failed = sum(int(n) for n in GTEST_FAILED.findall(output))
        skipped = sum(int(n) for n in GTEST_SKIPPED.findall(output))
    elif UNITTEST_RAN.search(output):
        ran = _first(UNITTEST_RAN, output)
        end = UNITTEST_END.search(output)
        for kind, number in re.findall(r"([\w ]+)=(\d+)", (end and end[1]) or ""):
            if kind.strip() == "skipped":
                skipped += int(number)
            elif kind.strip() in ("failures", "errors", "unexpected successes"):
                failed += int(number)
    elif status in ("notrun", "disabled"):
        ran = skipped = 1
    else:
        ran = 1
    # One skipped case makes the whole test "notrun" for ctest: the others still count.
    if status == "notrun":
        skipped = max(skipped, 1)
    if status == "fail":
        failed = max(failed, 1)
        ran = max(ran, failed + skipped)
    return Count(passed=max(ran - failed - skipped, 0), failed=failed, skipped=skipped)


def skip_reasons(output):
    """The words a test gave for what it did not do."""
    reasons = REASON.findall(output) + UNITTEST_SKIP_LINE.findall(output)
    reasons += [" ".join(text.split()) for _, text in GTEST_SKIP_LINE.findall(output)]
    return list(dict.fromkeys(reason for reason in reasons if reason))


def read(path):
    """The outcomes in a JUnit file written by ctest."""
    outcomes = []
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        element = case.find("skipped")
        message = (element.get("message") if element is not None else None) or ""
        status = case.get("status")
        # Only the test itself can ask to be skipped; one that ctest could not start has failed.
        if status == "notrun" and not message.startswith("SKIP_"):
            status = "fail"
        count = count_cases(output, status)
        reasons = skip_reasons(output) if count.skipped else []
        if count.skipped and not reasons:
            reasons = [message or "it gave no reason"]
        outcomes.append(Outcome(case.get("name"), count, reasons))
    return outcomes
