# SPDX-License-Identifier: Apache-2.0
"""From the act to the finding. The program that acts notes CLOCK_BOOTTIME just before its system
call; bench_stamp notes when the line with the finding could be read, on the same clock."""

import os
import select
import statistics
import subprocess
import time
from pathlib import Path

import procs
from procs import BenchError

PATIENCE = 5.0  # seconds; a finding that takes longer counts as missing
MISSING_MAX = 3  # then the rest is not tried


class Watch:
    """The findings of a monitor, stamped. `source` is a file that grows, or a stream."""

    def __init__(self, stamp: Path, source, is_finding):
        is_file = isinstance(source, Path)
        self.process = procs.start(
            [stamp, source] if is_file else [stamp],
            stdin=subprocess.DEVNULL if is_file else source,
            stdout=subprocess.PIPE,
            bufsize=0,  # or reading "ready" would swallow what comes behind it
        )
        self.is_finding = is_finding
        self.rest = b""
        if self.process.stdout.readline() != b"ready\n":
            raise BenchError(f"bench_stamp cannot read {source}")
        os.set_blocking(self.process.stdout.fileno(), False)

    def next(self, since_boot_ns: int) -> int | None:
        """When the first finding after `since_boot_ns` could be read; None when it never came."""
        deadline = time.monotonic() + PATIENCE
        while (left := deadline - time.monotonic()) > 0:
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            data = os.read(self.process.stdout.fileno(), 1 << 20) if ready else b""
            if not data:
                return None
            *lines, self.rest = (self.rest + data).split(b"\n")
            for line in lines:
                when, _, text = line.decode(errors="replace").partition(" ")
                if int(when) >= since_boot_ns and self.is_finding(text):
                    return int(when)
        return None

    def close(self) -> None:
        procs.stop(self.process)
        self.process.stdout.close()


def measure(monitor, place, count: int) -> dict | None:
    """Milliseconds from act to finding over `count` acts, one at a time; None when there are no
    findings."""
    triggers = monitor.triggers(place, count)
    if not triggers:
        return None
    watch = monitor.watch()
    taken, missing = [], 0
    try:
        for arguments in triggers:
            began = place.answer(f"bench_loops trigger {arguments}")["boot_ns"]
            found = watch.next(began)
            if found is not None:
                taken.append((found - began) / 1e6)
                continue
            missing += 1
            if missing == MISSING_MAX:
                break
    finally:
        watch.close()
    return {"missing": missing, "ms": taken}


def summary(milliseconds: list[float]) -> dict:
    if not milliseconds:
        return {"findings": 0}
    ordered = sorted(milliseconds)
    return {
        "findings": len(ordered),
        "p50_ms": statistics.median(ordered),
        "p99_ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        "max_ms": ordered[-1],
    }
