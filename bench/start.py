#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long brigd takes from its start until it watches, and how much of that is verified.

    sudo bench/start.py [--rounds 5] [BUILD...]     default: build/release

Several build trees take turns, so that a change can be compared with what was before it. Nearly
all of the time is the kernel's verifier; it depends on the kernel more than on the processor.
"""
import argparse
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
READY_TIMEOUT_S = 120


def start(build):
    """Starts and ends one brigd; gives the seconds and what `brig status` says."""
    with tempfile.TemporaryDirectory(prefix="brig-start-") as directory:
        places = ["--state", f"{directory}/state", "--run", f"{directory}/run"]
        began = time.monotonic()
        brigd = subprocess.Popen([build / "agent/brigd", *places], stderr=subprocess.PIPE,
                                 text=True)
        try:
            while "brig watches" not in (line := brigd.stderr.readline()):
                if not line or time.monotonic() - began > READY_TIMEOUT_S:
                    sys.exit(f"{build}: brigd does not start")
            seconds = time.monotonic() - began
            status = subprocess.run([build / "cli/brig", "status", "--json", *places], check=True,
                                    capture_output=True, text=True, timeout=60).stdout
        finally:
            brigd.send_signal(signal.SIGTERM)
            brigd.communicate(timeout=60)
        return seconds, json.loads(status)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("builds", nargs="*", type=pathlib.Path, metavar="BUILD")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    builds = arguments.builds or [HERE.parent / "build/release"]
    seconds, statuses = {build: [] for build in builds}, {}
    for number in range(arguments.rounds):
        for build in builds:
            taken, statuses[build] = start(build)
            seconds[build].append(taken)
            print(f"round {number + 1}: {build}: {taken:.2f} s", file=sys.stderr)
    print("| build | seconds | programs | instructions | verified |\n|---|---:|---:|---:|---:|")
    for build in builds:
        attached = [each for each in statuses[build]["programs"] if each["attached"]]
        times = seconds[build]
        print(f"| {build} | {statistics.median(times):.2f} ({min(times):.2f}..{max(times):.2f})"
              f" | {len(attached)} | {sum(each.get('instructions', 0) for each in attached):,}"
              f" | {sum(each.get('verified', 0) for each in attached):,} |")


if __name__ == "__main__":
    main()
