#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that what two people do at the same time, each in a login session, is told of the right
one, by whatever way their commands come to the engine; what is nobody's is told as nobody's."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import documents  # noqa: E402
from scenarios.oracle import CanaryFile  # noqa: E402
from scenarios.watched import Watched  # noqa: E402
from support import need, wait_for, with_parent  # noqa: E402

PEOPLE = {"daemon": 1, "bin": 2}  # users of every Debian: their numbers alone are used
# A way from a person's shell to the docker command {run}; {scratch} is a directory of the person.
WAYS = {
    "plain": "{run}",
    "su": "su root -s /bin/sh -c '{run}'",
    "nohup": "nohup {run} >/dev/null 2>&1",
    "setsid": "setsid {run}",
    "twice-forked": "sh -c '({run} &) &'",
    "emptied": "env -i PATH=$PATH {run}",
    "tmux": "tmux -S {scratch}/tmux new-session -d '{run}'",
    "left-behind": "(sleep 3; exec {run}) >/dev/null 2>&1 &",
}


class Person:
    """A shell in a login session of its own."""

    def __init__(self, name):
        self.name, self.uid = name, PEOPLE[name]
        login = 'echo "$1" >/proc/self/loginuid && cat /proc/self/sessionid && exec sh'
        self._shell = subprocess.Popen(
            with_parent("sh", "-c", login + " 2>/dev/null", "sh", str(self.uid)), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1)
        # The number has no end of line of its own: the shell is asked for one.
        self.say("echo")
        self.session = int(self._shell.stdout.readline())

    def say(self, line):
        self._shell.stdin.write(line + "\n")

    def leave(self):
        if self._shell.poll() is None:
            self._shell.stdin.close()
            self._shell.wait(30)
        self._shell.stdout.close()


class Sessions(Watched):
    maxDiff = None
    FLAGS = ("--mode", "all=watch")

    @classmethod
    def setUpClass(cls):
        if not os.path.exists("/proc/self/loginuid"):
            raise unittest.SkipTest("this kernel keeps no login uid (CONFIG_AUDITSYSCALL)")
        need("su", "nohup", "setsid", "tmux")
        super().setUpClass()

    def people(self):
        people = [Person(name) for name in PEOPLE]
        for person in people:
            self.addCleanup(person.leave)
        return people

    def command(self, *words):
        return " ".join(["docker", "--host", f"unix://{self.docker.socket}", *map(str, words)])

    def sessions(self):
        rows = documents(self.brig.cli("sessions", "--json").stdout)
        return {row["session"]: row for row in rows}

    def test_a_start_is_told_of_who_gave_the_command_whatever_the_way(self):
        people, wanted = self.people(), {}
        for way, line in WAYS.items():
            for person in people:
                name = f"{person.name}-{way}"
                scratch = self.docker.directory / person.name
                scratch.mkdir(exist_ok=True)
                self.addCleanup(self.docker.cli, "rm", "--force", name, check=False)
                start = self.command("run", "--detach", "--network", "none", "--name", name,
                                     "busybox", "sleep", "1000")
                person.say(line.format(run=start, scratch=scratch))
                wanted[name] = person
        for person in people:
            person.leave()

        def started():
            rows = {each["name"]: each["started_by"] for each in self.brig.containers()
                    if each["name"] in wanted}
            return rows if len(rows) == len(wanted) else None
        rows = wait_for(started, f"{len(wanted)} containers", 60)
        told = {name: (by["name"], by["session"]) for name, by in rows.items()}
        self.assertEqual(told, {name: (person.name, person.session)
                                for name, person in wanted.items()})
        for person in people:
            row = wait_for(lambda: self.sessions().get(str(person.session)), person.name)
            self.assertEqual((row["person"], row["started"]), (person.name, len(WAYS)))
            self.assertGreaterEqual(row["commands"], len(WAYS))
            tale = self.brig.cli("session", str(person.session)).stdout
            for name, owner in wanted.items():
                self.assertEqual(name in tale, owner is person, (name, tale))

    def test_an_entry_is_told_of_who_entered(self):
        shared = self.start("-v", "/:/host:ro")
        people = self.people()
        with CanaryFile() as first, CanaryFile() as second:
            canaries = dict(zip(people, (first, second)))
            for way in ("plain", "setsid", "nohup", "su"):
                for person, canary in canaries.items():
                    enter = self.command("exec", shared, "/attacks/uring_open",
                                         f"/host{canary.path}")
                    person.say(WAYS[way].format(run=enter, scratch="") + " >/dev/null 2>&1")
            for person in people:
                person.leave()
            for person, canary in canaries.items():
                def found():
                    return [each for each in self.brig.findings(container=shared)
                            if str(canary.path) in each["object"]]
                for finding in wait_for(found, f"{person.name}'s finding"):
                    by = finding["subject"]["person"]
                    self.assertEqual((by["name"], by["session"]), (person.name, person.session))
        name = self.known(shared)["name"]
        told = self.brig.cli("who", name).stdout
        for person in people:
            self.assertIn(person.name, told)

    def test_what_nobody_did_is_nobodys(self):
        name = self.runc.start(("sleep", "1000"))
        self.addCleanup(self.runc.remove, name)
        self.assertEqual(self.known(name)["started_by"]["basis"], "unknown")
        wait_for(lambda: "no login, and nobody called an engine" in
                 self.brig.cli("sessions").stdout, "the reason")


if __name__ == "__main__":
    unittest.main(verbosity=2)
