# SPDX-License-Identifier: Apache-2.0
"""A brig of our own for tests: brigd with private state and sockets, asked through `brig --json`.

    with Brig(modes={"I1": "kill"}) as brig:
        ...                                   # do something in a container
        finding = brig.wait_for_finding(invariant="I1", container=container_id)
        assert brig.findings(container=other_id) == []

Leaving the block stops brigd and fails the test unless it ended cleanly.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess

from support import Missing, REPOSITORY, abandoned, private_directory, run, wait_for, with_parent

READY_TIMEOUT_S = 30
FINDING_TIMEOUT_S = 10


def program(room, name):
    """A program of the build that runs the tests ($BRIG_BUILD), or of the newest build."""
    given = os.environ.get("BRIG_BUILD")
    builds = [pathlib.Path(given)] if given else list((REPOSITORY / "build").glob("*"))
    built = [build / room / name for build in builds if (build / room / name).is_file()]
    if not built:
        raise Missing(f"{name} is not built: cmake --build PATH --target {name}")
    return max(built, key=lambda path: path.stat().st_mtime)


def documents(text):
    """The JSON documents in an output: the elements of one array, or one object a line."""
    if text.lstrip().startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def running(pid):
    """The parent of a process, or None when it has ended (a zombie has)."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The name in parentheses may itself contain anything: count from its end.
    state, parent = stat.rpartition(")")[2].split()[:2]
    return None if state == "Z" else int(parent)


def children(parent):
    pids = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return [pid for pid in pids if running(pid) == parent]


class Brig:
    """A running brigd. modes: invariant -> "watch", "kill" or "off".

    docker, runc: engines of engines.py whose containers brig shall be able to name.
    """

    def __init__(self, modes=None, docker=None, runc=None, flags=()):
        if os.geteuid() != 0:
            raise Missing("not root: run the tests with sudo")
        self._brigd, self._brig = program("agent", "brigd"), program("cli", "brig")
        for old in abandoned("agent"):
            shutil.rmtree(old, ignore_errors=True)
        self.directory = private_directory("agent")
        self.directory.chmod(0o755)  # processes without privilege pass through here
        self._places = ["--state", self.directory / "state", "--run", self.directory / "run"]
        self._flags = list(flags)
        for invariant, mode in (modes or {}).items():
            self._flags += ["--mode", f"{invariant}={mode}"]
        if docker:
            self._flags += ["--docker", docker.socket,
                            "--runtime-root", docker.directory / "exec" / "runtime-runc" / "moby"]
        if runc:
            self._flags += ["--runtime-root", runc.directory / "runc"]
        self._process = None
        try:
            self.start()
        except BaseException:
            self.remove()
            raise

    def start(self):
        """Starts brigd and waits until it answers; after stop() again, on the same state."""
        with open(self.directory / "log", "ab") as log:
            self._process = subprocess.Popen(
                with_parent(self._brigd, *self._places, *self._flags),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def ready_or_dead():
            return self._process.poll() is not None or self.cli("status", "--json",
                                                                check=False).returncode == 0
        try:
            wait_for(ready_or_dead, "brigd to be ready", READY_TIMEOUT_S)
        except TimeoutError as late:
            raise RuntimeError(f"{late}; it says:\n{self.log()[-3000:]}") from None
        if self._process.poll() is not None:
            status = self._process.returncode
            raise RuntimeError(f"brigd ended with {status}:\n{self.log()[-3000:]}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if self._process:
                self.stop()
        except AssertionError:
            if kind is None:  # else the test has failed already: its own reason is the better one
                raise
        finally:
            self.remove()

    @property
    def pid(self):
        return self._process.pid

    def processes(self):
        """Pids of all processes of the agent, the warden's first."""
        return [self.pid, *children(self.pid)]

    def log(self):
        return (self.directory / "log").read_text(errors="backslashreplace")

    def cli(self, *words, check=True, **options):
        """Runs the brig command against this agent."""
        return run(self._brig, *self._places, *words, check=check, **options)

    def raw(self, *words):
        """Standard output of the brig command as the bytes it is."""
        done = subprocess.run([self._brig, *map(str, self._places), *words], check=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120)
        return done.stdout

    def _json(self, *words):
        done = self.cli(*words, "--json", check=False)
        if done.returncode > 1:  # 1 is an answer too
            raise RuntimeError(f"brig {' '.join(words)}: exit {done.returncode}: {done.stderr}")
        return documents(done.stdout)

    def status(self):
        return self._json("status")[0]

    def containers(self):
        return self._json("containers", "--all")

    def events(self, *filters):
        return self._json("events", "--limit", "0", *filters)

    def findings(self, container=None, **fields):
        """The findings so far, those of a container (id) and with these fields only."""
        return [finding for finding in self._json("findings", "--limit", "0")
                if (container is None or finding["subject"]["container"].get("id") == container)
                and all(finding.get(name) == value for name, value in fields.items())]

    def wait_for_finding(self, timeout_s=FINDING_TIMEOUT_S, **wanted):
        """The first finding that findings(**wanted) gives; TimeoutError when none comes."""
        return wait_for(lambda: self.findings(**wanted), f"a finding with {wanted}", timeout_s)[0]

    def stop(self):
        """Ends brigd as an administrator does, and asserts that it ended cleanly and entirely."""
        before = self.processes()
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(20)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"brigd does not stop:\n{self.log()[-3000:]}") from None
        assert status == 0, f"brigd ended with {status}:\n{self.log()[-3000:]}"
        left = [pid for pid in before if running(pid) is not None]
        assert not left, f"processes outlive brigd: {left}"
        self._process = None

    def remember_end(self):
        """Notes that a test has ended brigd itself, by a way that is no stop."""
        self._process.wait(20)
        self._process = None

    def remove(self):
        """Ends what is left without asking, and removes the directory."""
        if self._process:
            for pid in self.processes():
                if running(pid) is not None:
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        shutil.rmtree(self.directory, ignore_errors=True)
