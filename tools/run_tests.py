#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs every test, stage by stage, and closes with one line: N passed, N failed.

    tools/run_tests.py [STAGE...]       default: tidy unit system asan fuzz

    tidy     sizes, layers, layout, and the tests of those checks
    unit     every room's own tests, optimised build
    system   everything else: real containers, guests (whatever label it has)
    long     ordinary work in an emulated machine with real engines: an hour
    asan     the unit tests again under address and undefined-behaviour sanitizers
    tsan     the unit tests again under the thread sanitizer
    fuzz     every fuzz target for BRIG_FUZZ_SECONDS, from its corpus

Exits 1 when anything failed, a build included. What could not run is named with its reason.
Downloaded things are kept in $BRIG_CACHE, outside the tree.
"""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import test_results  # noqa: E402
from test_results import Count  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
JOBS = os.environ.get("BRIG_JOBS") or str(len(os.sched_getaffinity(0)))
TEST_TIMEOUT_S = 900  # for a test that sets none itself
PROGRESS_EVERY_S = 15

NINJA_STEP = re.compile(r"^\[\d+/\d+\]")
# ctest sums up by itself; the one sum that counts is ours.
CTEST_SUM = re.compile(
    r"tests passed|^Total Test time|^Label Time Summary|sec\*proc|^Errors while running CTest"
    r"|^\s*Start +\d+:|^The following tests FAILED|^\s+\d+ - \S+ \(\w+\)$"
    r"|^Output from these tests|^Use \"--rerun-failed|^Test project|^Internal ctest changing"
)


@dataclasses.dataclass
class Stage:
    """One build tree and the tests of it that count here."""

    name: str
    preset: str
    select: tuple  # ctest's arguments that choose the tests
    jobs: str = JOBS
    needs_tests: bool = True  # none at all is a failure
    tries_again: bool = False  # what failed runs once more, alone, and the log says so


HEADERS = "all_verify_interface_header_sets"
STAGES = {
    stage.name: stage
    for stage in (
        Stage("tidy", "release", ("-L", "^tidy$")),
        Stage("unit", "release", ("-L", "^unit$")),
        # Guests side by side; what shares the kernel and the engines of this host alone. Where
        # guests or other work on the host make one miss a deadline, it gets a second try.
        Stage("system", "release", ("-LE", "^(tidy|unit|bench|long)$"), "2", needs_tests=False,
              tries_again=True),
        Stage("long", "release", ("-L", "^long$"), "1"),
        Stage("asan", "asan", ("-L", "^unit$")),
        Stage("tsan", "tsan", ("-L", "^unit$")),
        Stage("fuzz", "fuzz", ("-L", "^fuzz$")),
    )
}
DEFAULT = ("tidy", "unit", "system", "asan", "fuzz")


def say(text):
    print(text, flush=True)


def run(command, show):
    """Runs a command, hands each line of its output to `show`, and gives its exit code."""
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)
    try:
        for line in process.stdout:
            show(line.rstrip("\n"))
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        raise


class BuildProgress:
    """Shows a step now and then, and everything that is not a step."""

    def __init__(self):
        self.shown_at = 0.0

    def __call__(self, line):
        if NINJA_STEP.match(line):
            if time.monotonic() - self.shown_at < PROGRESS_EVERY_S:
                return
            self.shown_at = time.monotonic()
        elif line.startswith("ninja: "):
            return
        say(f"  {line}")


def build(preset):
    """Brings one build tree up to date, headers checked alone where that is cheap."""
    targets = ["all", HEADERS] if preset == "release" else []
    return run(["tools/build.sh", preset, *targets], BuildProgress()) == 0


def show_test(line):
    if line.strip() and not CTEST_SUM.search(line):
        say(f"  {line}")


def run_stage(stage):
    """The outcomes of one stage."""
    say(f"== {stage.name}: building build/{stage.preset}")
    if not build(stage.preset):
        return [test_results.Outcome(f"build of {stage.preset}", Count(failed=1), [])]
    say(f"== {stage.name}: running")
    code, outcomes = run_ctest(stage, stage.select, stage.jobs)
    if not outcomes and stage.needs_tests:
        outcomes = [test_results.Outcome(f"{stage.name} has no tests", Count(failed=1), [])]
    failed = [outcome.name for outcome in outcomes if outcome.count.failed]
    if failed and stage.tries_again:
        names = "|".join(re.escape(name) for name in failed)
        say(f"== {stage.name}: once more, alone: {', '.join(failed)}")
        code, again = run_ctest(stage, ("-R", f"^({names})$"), "1")
        second = {outcome.name: outcome for outcome in again}
        outcomes = [second.get(outcome.name, outcome) for outcome in outcomes]
    if code and not any(outcome.count.failed for outcome in outcomes):
        outcomes.append(test_results.Outcome(f"ctest exited {code}", Count(failed=1), []))
    return outcomes


def run_ctest(stage, select, jobs):
    """ctest's exit code, and the outcomes of the tests it chose."""
    with tempfile.TemporaryDirectory(prefix="brig-tests.") as directory:
        junit = pathlib.Path(directory) / "results.xml"
        code = run(
            ["ctest", "--test-dir", f"build/{stage.preset}", *select, "-j", jobs,
             "--output-on-failure", "--timeout", str(TEST_TIMEOUT_S), "--output-junit", str(junit),
             "--test-output-size-passed", "1000000", "--test-output-size-failed", "1000000"],
            show_test)
        return code, test_results.read(junit) if junit.exists() else []


def report(stages):
    """Prints the table, the skipped and the failed, and the closing line; gives the sum."""
    total = Count()
    say(f"\n{'stage':<10}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for name, outcomes, seconds in stages:
        count = Count()
        for outcome in outcomes:
            count.add(outcome.count)
        total.add(count)
        say(f"{name:<10}{count.passed:>8}{count.failed:>8}{count.skipped:>9}{seconds:>9.0f}")
    for name, outcomes, _ in stages:
        for outcome in outcomes:
            if outcome.count.skipped:
                say(f"skipped: {name}: {outcome.name}: {'; '.join(outcome.reasons)}")
    for name, outcomes, _ in stages:
        for outcome in outcomes:
            if outcome.count.failed:
                say(f"failed: {name}: {outcome.name}")
    say(f"\n{total}")
    return total


def main(arguments):
    unknown = [name for name in arguments if name not in STAGES]
    if unknown:
        print(__doc__, file=sys.stderr)
        return 2
    os.environ.setdefault("BRIG_CACHE", "/var/cache/brig-build")
    done = []
    try:
        for name in arguments or DEFAULT:
            started = time.monotonic()
            outcomes = run_stage(STAGES[name])
            done.append((name, outcomes, time.monotonic() - started))
    except KeyboardInterrupt:
        say("\ninterrupted")
        return 130
    return 1 if report(done).failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
