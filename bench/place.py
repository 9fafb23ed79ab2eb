# SPDX-License-Identifier: Apache-2.0
"""Where work runs: a shell on the host (tasks without a label) or the first process of a bare runc
container (labelled tasks). Both are a busybox shell behind a pipe, in the same working
directory."""

import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

import procs
from procs import BenchError

# What an ordinary container engine gives by default.
CAPABILITIES = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FSETID",
    "CAP_FOWNER",
    "CAP_MKNOD",
    "CAP_NET_RAW",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETFCAP",
    "CAP_SETPCAP",
    "CAP_NET_BIND_SERVICE",
    "CAP_SYS_CHROOT",
    "CAP_KILL",
    "CAP_AUDIT_WRITE",
]


class Place:
    """A shell to run commands in. `server_prefix` makes a background server end with the shell."""

    name = ""
    server_prefix = ""

    def __init__(self, process: subprocess.Popen):
        self.process = process
        self.buffer = b""
        os.set_blocking(process.stdout.fileno(), False)

    def run(self, command: str, seconds: float = 120) -> str:
        """Standard output of the command. Fails when its status is not 0 or its time is up."""
        self.process.stdin.write(f"{command}\necho @@END $?\n".encode())
        self.process.stdin.flush()
        deadline = time.monotonic() + seconds
        while b"@@END " not in self.buffer or not self.buffer.endswith(b"\n"):
            self._read(deadline, command)
        text, _, status = self.buffer.decode(errors="replace").rpartition("@@END ")
        self.buffer = b""
        if status.strip() != "0":
            raise BenchError(
                f"in the {self.name}: {command}: status {status.strip()}: {text.strip()[-300:]}"
            )
        return text

    def _read(self, deadline: float, command: str) -> None:
        ready, _, _ = select.select(
            [self.process.stdout], [], [], max(0, deadline - time.monotonic())
        )
        if not ready:
            raise BenchError(f"in the {self.name}: no answer to: {command}")
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            raise BenchError(f"the {self.name} ended during: {command}: {self.errors()}")
        self.buffer += data

    def errors(self) -> str:
        return ""

    def answer(self, command: str) -> dict:
        """The JSON object in the last line of the command's output; other lines under "text"."""
        text = self.run(command).strip()
        head, _, last = text.rpartition("\n")
        try:
            return {**json.loads(last), "text": head}
        except ValueError as error:
            raise BenchError(
                f"in the {self.name}: {command}: unexpected answer {last[:200]}"
            ) from error

    def close(self) -> None:
        self.process.stdin.close()  # the shell ends at end of file
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            procs.stop(self.process)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused) -> None:
        self.close()


class Host(Place):
    name = "host"
    server_prefix = "/usr/bin/setpriv --pdeathsig KILL "  # busybox has one of its own

    def __init__(self, root: Path, scratch: Path):
        del scratch
        path = f"{root}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        super().__init__(
            procs.start(
                [root / "bin/sh"],
                cwd=root / "work",
                env={"PATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        )


class Container(Place):
    name = "container"

    def __init__(self, root: Path, scratch: Path):
        """`scratch` is a directory for the bundle."""
        self.identity = f"brig-bench-{os.getpid()}-{time.monotonic_ns() // 1_000_000}"
        self.bundle = scratch / self.identity
        self.bundle.mkdir()
        (self.bundle / "config.json").write_text(json.dumps(_spec(root, self.bundle)))
        self.log = open(self.bundle / "stderr", "wb+")
        super().__init__(
            procs.start(
                ["runc", "run", "--bundle", self.bundle, self.identity],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.log,
            )
        )

    def errors(self) -> str:
        return (self.bundle / "stderr").read_text(errors="replace").strip()[-300:]

    def close(self) -> None:
        try:
            super().close()
        finally:
            subprocess.run(["runc", "delete", "--force", self.identity], capture_output=True)
            self.log.close()
            shutil.rmtree(self.bundle, ignore_errors=True)


def _spec(root: Path, bundle: Path) -> dict:
    made = subprocess.run(["runc", "spec", "--bundle", bundle], capture_output=True, text=True)
    if made.returncode != 0:
        raise BenchError(f"runc spec: {made.stderr.strip()}")
    spec = json.loads((bundle / "config.json").read_text())
    spec["process"].update(terminal=False, args=["/bin/sh"], cwd="/work")
    spec["process"]["env"] = ["PATH=/bin:/usr/sbin:/usr/bin"]
    for kind in ("bounding", "effective", "permitted"):
        spec["process"]["capabilities"][kind] = CAPABILITIES
    for kind in ("inheritable", "ambient"):
        spec["process"]["capabilities"].pop(kind, None)
    spec["root"] = {"path": str(root), "readonly": False}
    # The one weakness that this container is given: settings under /proc/sys can be opened for
    # writing, which makes a finding each. Nothing is ever written.
    spec["linux"]["readonlyPaths"].remove("/proc/sys")
    spec["hostname"] = "bench"
    return spec
