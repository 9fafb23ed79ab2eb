# SPDX-License-Identifier: Apache-2.0
"""A ledger that needs no kernel, and a witness beside it, for the tests of both."""
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

from scenarios.brig import program
from support import run, wait_for


class Witness:
    """`brig witness` on a port of its own, while the block runs."""

    def __init__(self, directory, *logs, silence=3600, webhook=None):
        self.directory = directory
        self.alarms_file = directory.with_suffix(".alarms")
        self.words = [program("cli", "brig"), "witness", directory, "--listen", "127.0.0.1:0",
                      "--silence", silence, "--name", "witness.example/w",
                      "--alarm", f"cat >> {self.alarms_file}"]
        for log in logs:
            self.words += ["--log", log]
        if webhook:
            self.words += ["--webhook", webhook]

    def __enter__(self):
        self.process = subprocess.Popen([str(word) for word in self.words], text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.key = self.process.stdout.readline().split()[1]
        self.url = self.process.stdout.readline().split()[2]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait(20)

    def post(self, body, path="/add-checkpoint"):
        """Status, content type and body of the answer."""
        request = urllib.request.Request(self.url + path, data=body.encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code, answer.headers["Content-Type"], answer.read().decode()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def alarms(self):
        """Kinds, as the command was told them."""
        if not self.alarms_file.exists():
            return []
        return [json.loads(line)["kind"] for line in self.alarms_file.read_text().splitlines()]

    def wait_for_alarm(self, kind):
        wait_for(lambda: kind in self.alarms(), f"the alarm {kind}", 30)


class Ledgered(unittest.TestCase):
    """A directory for each test, with a ledger of 300 entries and checkpoints at 100 and 300."""

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="brig-ledger-"))
        self.addCleanup(shutil.rmtree, self.directory)
        self.state = self.directory / "state"
        self.ledger = self.state / "ledger"
        self.grow("record", 100, 300)
        self.key = (self.ledger / "key.pub").read_text().strip()

    def grow(self, word, *sizes, ledger=None):
        """Appends; the entries are WORD and their number."""
        run(program("tests", "make_ledger"), ledger or self.ledger, word, *sizes)

    def brig(self, *words, check=True, state=None):
        return run(program("cli", "brig"), "--state", state or self.state, *words, check=check)

    def verifies(self):
        """Whether verification finds nothing, and what it says."""
        done = self.brig("ledger", "verify", check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def policy(self, *witnesses, quorum="all"):
        """A policy file that asks these running witnesses."""
        path = self.directory / "policy"
        lines = [f"witness W{i} {witness.key} {witness.url}"
                 for i, witness in enumerate(witnesses)]
        names = " ".join(f"W{i}" for i in range(len(witnesses)))
        path.write_text("\n".join([f"log {self.key}", *lines, f"group G {quorum} {names}",
                                   "quorum G", ""]))
        return path
