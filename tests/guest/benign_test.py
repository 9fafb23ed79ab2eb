#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that ordinary work on a machine with containers is neither refused nor found.

The workloads are the scripts in benign/: each asserts that its own work succeeds, and here each is
a test that also wants brig to have said nothing about it. A machine boots once a kernel, runs brigd
from its unit with its defaults, and all workloads side by side. That takes minutes, so that one
kernel is tested; BRIG_BENIGN_KERNELS="6.1 6.12 7" names others, BRIG_BENIGN_STARTS how many
containers come and go (100).
"""
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest.fetch_kernels import SERIES  # noqa: E402
from guest.guest import libraries  # noqa: E402
from guest.machine.machine import Machine  # noqa: E402
from scenarios.brig import documents, program  # noqa: E402
from support import REPOSITORY, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent / "benign"
KERNELS = os.environ.get("BRIG_BENIGN_KERNELS", "6.12").split()
STARTS = os.environ.get("BRIG_BENIGN_STARTS", "100")
WORKLOADS = sorted(path.stem for path in HERE.glob("*.sh") if path.stem != "lib")
ALONE = ["engine_restart"]  # would disturb the others
AT_A_TIME = 3
START_TIMEOUT_S = 300
WORKLOAD_TIMEOUT_S = 600 + 3 * int(STARTS)
ALL_TIMEOUT_S = 1800 + WORKLOAD_TIMEOUT_S
# What a workload's escape would look like: without it, silence would prove nothing.
ESCAPE = "docker run --rm --name escape -v /etc:/volume small cat /volume/shadow"
# A process that comes back from a checkpoint executes nothing before it tries the same.
RESTORED_ESCAPE = """mkdir -p /srv/restored/rootfs && cd /srv/restored &&
tar -C rootfs -xf /srv/small.tar && runc spec && jq '.process.terminal = false |
 .process.args = ["sh", "-c", "exec </dev/null >/dev/null 2>&1; until test -e /tmp/go; do :; done;
  while read line; do echo $line >>/tmp/loot; done </volume/shadow; echo >/tmp/tried; sleep 1000"]
 | .root.readonly = false | .mounts += [{"type": "bind", "source": "/etc",
 "destination": "/volume", "options": ["rbind", "ro"]}]' config.json >c && mv c config.json &&
runc run -d restored && sleep 2 && runc checkpoint --image-path images restored &&
runc restore -d --image-path images restored && touch rootfs/tmp/go &&
until test -e rootfs/tmp/tried; do sleep 0.5; done; ls rootfs/tmp; runc delete -f restored"""


class Scene:
    """All workloads in one machine: how each ended, and what brig found."""

    def __init__(self, series):
        self.series = series
        files = {f"/usr/local/lib/benign/{path.name}": path for path in HERE.iterdir()}
        brigd, brig = program("agent", "brigd"), program("cli", "brig")
        # Where a merged /usr has them; its own are of the same release.
        files |= {f"/usr/{library.removeprefix('/usr').lstrip('/')}": library
                  for each in (brigd, brig) for library in libraries(each)}
        files |= {"/usr/sbin/brigd": brigd, "/usr/bin/brig": brig,
                  "/etc/systemd/system/brigd.service": REPOSITORY / "deploy/brigd.service.in"}
        with Machine(series, files=files) as machine:
            self.machine = machine
            try:
                self.act()
            finally:
                self.machine = None

    def run(self, command, timeout_s=120):
        done = self.machine.run(command, timeout_s)
        if done.status != 0:
            raise RuntimeError(f"{self.series}: {command}: exit {done.status}: "
                               f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def findings(self):
        return documents(self.run("brig findings --limit 0 --json"))

    def escapes(self):
        known = {each["id"] for each in self.found}
        return [each for each in self.findings() if each["id"] not in known]

    def act(self):
        # The unit as it would be installed.
        self.run("sed -i s,@CMAKE_INSTALL_FULL_SBINDIR@,/usr/sbin, "
                 "/etc/systemd/system/brigd.service && systemctl daemon-reload &&"
                 " systemctl start brigd")
        wait_for(lambda: self.machine.run("brig status --json").status == 0, "brigd to be ready",
                 START_TIMEOUT_S, every_s=1)
        self.work(AT_A_TIME, [name for name in WORKLOADS if name not in ALONE])
        self.work(1, ALONE)
        self.ended = {name: self.end_of(name) for name in WORKLOADS}
        self.found = self.findings()
        self.status = documents(self.run("brig status --json"))[0]
        self.machine.run(ESCAPE)
        self.loot = self.run(RESTORED_ESCAPE).split()
        wait_for(lambda: len(self.escapes()) == 2, "the findings of the escapes", 60)
        self.escape = self.escapes()
        self.run("brig ledger verify")

    def work(self, at_a_time, names):
        self.run(f"BRIG_STARTS={STARTS} setsid /usr/local/lib/benign/run {at_a_time}"
                 f" {WORKLOAD_TIMEOUT_S} {' '.join(names)} >/run/benign.log 2>&1 &")
        waiting = set(names)

        def all_done():
            for name in sorted(waiting):
                if self.machine.run(f"test -e /run/benign/{name}.seconds").status == 0:
                    waiting.remove(name)
                    print(f"{self.series}: {name}: {self.end_of(name)[:2]}", file=sys.stderr)
            return not waiting
        try:
            wait_for(all_done, "the end of the workloads", ALL_TIMEOUT_S, every_s=2)
        except TimeoutError as late:
            raise TimeoutError(f"{late}: {sorted(waiting)}") from None

    def end_of(self, name):
        """(status, seconds, what it said)"""
        text = self.run(f"cat /run/benign/{name}.status /run/benign/{name}.seconds;"
                        f" tail -c 3000 /run/benign/{name}.text")
        status, seconds, said = text.split("\n", 2)
        return int(status), int(seconds), said


def about(finding):
    subject = finding["subject"]
    return (subject["container"]["name"] or subject["container"]["id"], finding["invariant"],
            finding["verdict"], finding["sentence"])


class OrdinaryWork:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        cls.scene = Scene(cls.series)

    def works_in_silence(self, name):
        status, _, said = self.scene.ended[name]
        self.assertEqual(status, 0, said)
        mine = re.compile(rf"{name}($|-)")
        self.assertEqual([about(each) for each in self.scene.found
                          if mine.match(each["subject"]["container"]["name"] or "")], [])

    def test_nothing_is_found_or_refused_anywhere(self):
        self.assertEqual([about(each) for each in self.scene.found], [])

    def test_escapes_are_refused_in_the_same_machine(self):
        self.assertEqual({about(each)[:3] for each in self.scene.escape},
                         {("escape", "I1", "refused"), ("restored", "I1", "refused")})
        self.assertEqual(self.scene.loot, ["go", "tried"])

    def test_nothing_is_lost_and_nobody_died(self):
        for each in self.scene.status["counters"]:
            self.assertEqual((each["lost"], each["refused"]), (0, 0), each)
        self.assertTrue(all(each["restarts"] == 0 for each in self.scene.status["processes"]))


for workload in WORKLOADS:
    setattr(OrdinaryWork, f"test_{workload}",
            lambda self, name=workload: self.works_in_silence(name))
for kernel in KERNELS:
    if kernel not in SERIES:
        raise ValueError(f"BRIG_BENIGN_KERNELS: no kernel {kernel}; there are {' '.join(SERIES)}")
    name = f"Linux{kernel.replace('.', '')}"
    globals()[name] = type(name, (OrdinaryWork, unittest.TestCase), {"series": kernel})


if __name__ == "__main__":
    unittest.main(verbosity=2)
