# SPDX-License-Identifier: Apache-2.0
"""Processes of a contender: starting, stopping by pid, and what they use. Reads /proc only."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

WATCHERS = ("auditd", "brigd", "falco", "tetragon", "tracee", "sysdig", "bpftrace")


class BenchError(Exception):
    """Something the person at the keyboard can act on; the message says what."""


def boot_ns() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME)


def wait_until(condition, seconds: float, what: str):
    """The condition's first true answer. Fails with `what` when it does not come in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise BenchError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.02)


def start(command: list, **options) -> subprocess.Popen:
    """A child that is told to end when the bench itself is killed, and that a Ctrl-C does not
    reach."""
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *map(str, command)], start_new_session=True, **options
    )


def stop(process: subprocess.Popen | None, seconds: float = 10) -> None:
    """SIGTERM, then SIGKILL. Waits for the end either way."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tree(root: int) -> list[int]:
    """The process and all its descendants that live now."""
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                queue.extend(int(child) for child in task.read_text().split())
            except OSError:
                continue
    return [pid for pid in found if os.path.exists(f"/proc/{pid}/stat")]


def watchers(own: list[int]) -> list[int]:
    """Monitors on this host that are not ours: with one of them about, nothing is not nothing."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            name = comm.read_bytes().strip().decode(errors="replace")
        except OSError:
            continue
        if name in WATCHERS and int(comm.parent.name) not in own:
            found.append(int(comm.parent.name))
    return found


def cpu_ns(pids: list[int]) -> int:
    """CPU time of every thread alive in these processes."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except (OSError, IndexError, ValueError):
                continue
    return total


def memory(pids: list[int]) -> dict:
    """KiB of all processes together: resident, proportional, kernel memory of BPF maps."""
    sums = {"rss_kb": 0, "pss_kb": 0, "processes": len(pids)}
    maps: dict[int, int] = {}
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        for key, field in (("rss_kb", "Rss"), ("pss_kb", "Pss")):
            match = re.search(rf"^{field}:\s+(\d+) kB", text, re.M)
            sums[key] += int(match.group(1)) if match else 0
        maps.update(_bpf_maps(pid))
    sums["maps_kb"] = sum(maps.values()) // 1024
    return sums


def _bpf_maps(pid: int) -> dict[int, int]:
    found = {}
    for info in Path(f"/proc/{pid}/fdinfo").glob("*"):
        try:
            text = info.read_text()
        except OSError:
            continue
        number = re.search(r"^map_id:\s+(\d+)", text, re.M)
        size = re.search(r"^memlock:\s+(\d+)", text, re.M)
        if number and size:
            found[int(number.group(1))] = int(size.group(1))
    return found
