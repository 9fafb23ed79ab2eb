# SPDX-License-Identifier: Apache-2.0
"""brig from a build tree, with a state of its own, watching as it does by default."""

import json
import subprocess
from pathlib import Path

import procs
from latency import Watch
from monitor import Monitor
from place import Place
from procs import BenchError

# Opened for writing from the container and left as they are. Many: brig tells a repeat by counting
# it.
SWITCHES = ("/proc/sys/kernel/", "/proc/sys/vm/", "/proc/sys/fs/")


class Brig(Monitor):
    name = "brig"
    about = "brigd, embedded defaults"

    def __init__(self, build: Path):
        self.agent, self.command = build / "agent/brigd", build / "cli/brig"
        self.run = self.work = Path()
        self.follower: subprocess.Popen | None = None

    def start(self, work: Path) -> None:
        self.work, self.run = work, work / "run"
        with open(work / "log", "wb") as log:
            self.process = procs.start(
                [self.agent, "--state", work / "state", "--run", self.run], stdout=log, stderr=log
            )
        procs.wait_until(
            lambda: self._status() or self.process.poll() is not None, 30, "brigd answers"
        )
        if self.process.poll() is not None:
            raise BenchError(
                f"brigd ended at once: {(work / 'log').read_text(errors='replace')[-800:].strip()}"
            )

    def stop(self) -> None:
        procs.stop(self.follower)
        super().stop()

    def _status(self) -> dict | None:
        answer = subprocess.run(
            [self.command, "--run", self.run, "status", "--json"], capture_output=True
        )
        try:
            return json.loads(answer.stdout) if answer.returncode in (0, 1) else None
        except ValueError:
            return None

    def counters(self) -> dict | None:
        status = self._status()
        if status is None:
            return None
        counters = status["counters"]
        return {
            "seen": sum(one["received"] for one in counters),
            "lost": sum(one["lost"] for one in counters),
        }

    def triggers(self, place: Place, count: int) -> list[str]:
        listed = place.run(
            f"for d in {' '.join(SWITCHES)}; do for f in $d*; do "
            "[ -f $f ] && [ -w $f ] && echo $f; done; done; true"
        ).split()
        return [f"write {path}" for path in listed[:count]]

    def watch(self) -> Watch:
        self.follower = procs.start(
            [self.command, "--run", self.run, "findings", "--follow", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return Watch(self.stamp, self.follower.stdout, lambda line: "/proc/sys/" in line)
