# SPDX-License-Identifier: Apache-2.0
"""A contender: something that watches the host while the workloads run. Here the interface and the
two that need nothing installed: nothing at all, and the floors (kernel programs that return at
once)."""

import subprocess
from pathlib import Path

import procs
from latency import Watch
from place import Place
from procs import BenchError


class Monitor:
    """start() returns when it watches, stop() when no trace of it is left. Both may be called
    once."""

    name = "nothing"
    about = "no monitor"
    process: subprocess.Popen | None = None
    stamp = Path()  # bench_stamp; set by whoever runs the monitor
    trigger = (
        ""  # arguments of `bench_loops trigger` for one finding; "" when there are no findings
    )

    def start(self, work: Path) -> None:
        """`work` is an empty directory of this run."""

    def stop(self) -> None:
        procs.stop(self.process)

    def pids(self) -> list[int]:
        return procs.tree(self.process.pid) if self.process else []

    def counters(self) -> dict | None:
        """{"seen": n, "lost": n} since start, or None when it does not count."""
        return None

    def triggers(self, place: Place, count: int) -> list[str]:
        """Arguments of `bench_loops trigger` for that many findings, to be run in the place."""
        del place
        return [self.trigger] * count if self.trigger else []

    def watch(self) -> Watch:
        """Its findings from now on."""
        raise NotImplementedError

    def __enter__(self):
        return self

    def __exit__(self, *unused) -> None:
        self.stop()


class Control(Monitor):
    """Nothing, a second time: how far its ratio is from 1 says how far to trust the others'."""

    name = "control"
    about = "no monitor, again"


class Floor(Monitor):
    def __init__(self, name: str, about: str, programs: list[str], built: dict[str, Path]):
        self.name, self.about = name, about
        self.command = [built["floor"], built["floor_object"], *programs]

    def start(self, work: Path) -> None:
        self.process = procs.start(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self.process.stdout.readline().strip() != "ready":
            raise BenchError(f"{self.name}: {self.process.stderr.read().strip()}")


def floors(built: dict[str, Path]) -> list[Floor]:
    return [
        Floor(
            "floor", "one sys_exit_openat tracepoint that returns at once", ["syscall_floor"], built
        ),
        Floor(
            "floor-both", "both of them: what brig attaches", ["syscall_floor", "raw_floor"], built
        ),
        Floor("floor-raw", "tp_btf/sys_exit that returns at once", ["raw_floor"], built),
        Floor(
            "floor-sched", "tp_btf/sched_process_exec that returns at once", ["sched_floor"], built
        ),
    ]
