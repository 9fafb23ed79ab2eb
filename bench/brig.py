# SPDX-License-Identifier: Apache-2.0
"""brig from a build tree, with a state of its own, watching as it does by default."""

import json
import re
import socket
import subprocess
from pathlib import Path

import procs
from latency import Watch
from monitor import Monitor
from place import Place
from procs import BenchError

# Settings of the whole kernel, opened for writing from the container and left as they are. Many:
# brig tells of a repeat by counting it. OWN are those that belong to a namespace of the container.
SWITCHES = ("/proc/sys/vm/", "/proc/sys/fs/", "/proc/sys/kernel/")
OWN = re.compile(r".*name|.*next_id|(auto_)?msg.*|sem|shm.*|ns_.*")


class Brig(Monitor):
    name = "brig"
    about = "brigd, embedded defaults"

    def __init__(self, build: Path, keep_all: bool = False):
        if keep_all:
            self.name, self.about = "brig-all", "brigd --keep all: a record of every open too"
        self.keep = "all" if keep_all else "default"
        self.agent, self.command = build / "agent/brigd", build / "cli/brig"
        self.run = self.work = Path()
        self.stream: socket.socket | None = None

    def start(self, work: Path) -> None:
        self.work, self.run = work, work / "run"
        with open(work / "log", "wb") as log:
            self.process = procs.start(
                [self.agent, "--state", work / "state", "--run", self.run, "--keep", self.keep],
                stdout=log,
                stderr=log,
            )
        procs.wait_until(
            lambda: self._status() or self.process.poll() is not None, 30, "brigd answers"
        )
        if self.process.poll() is not None:
            raise BenchError(
                f"brigd ended at once: {(work / 'log').read_text(errors='replace')[-800:].strip()}"
            )

    def stop(self) -> None:
        if self.stream is not None:
            self.stream.close()
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
        del place
        return [f"write {path}" for path in switches()][:count]

    def watch(self) -> Watch:
        """The stream that clients get, from the socket itself: no program in between."""
        self.stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.stream.connect(str(self.run / "brig.sock"))
        self.stream.sendall(b'{"version":1,"command":"follow"}\n')
        return Watch(self.stamp, self.stream, is_finding)


def switches() -> list[Path]:
    found = [path for directory in SWITCHES for path in sorted(Path(directory).iterdir())]
    writable = [path for path in found if path.is_file() and path.stat().st_mode & 0o200]
    return [path for path in writable if not OWN.fullmatch(path.name)]


def is_finding(line: str) -> bool:
    try:
        record = json.loads(line)
    except ValueError:
        return False
    return record.get("kind") == "finding" and record["object"].startswith("/proc/sys/")
