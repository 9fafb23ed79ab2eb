#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the policy file gives a container what it says, to that container alone, and that a
file that is not understood, or is not root's alone, is refused with its place."""
import hashlib
import os
import pathlib
import secrets
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig, documents, program  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import private_directory, run, wait_for  # noqa: E402

IDLE = ("sleep", "1000")
POLICY = """\
modes: {I2: watch}
surface: {io_uring: refuse}
containers:
  - match: {name: "disk-*", engine: runc}
    allow:
      devices: ["b 7:77"]
    surface: {io_uring: watch}
    waive: [I5]
    reason: it images disks
"""


class PolicyOfContainers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runc = Runc()
        cls.addClassCleanup(cls.runc.stop)
        cls.file = private_directory("policy") / "brig.yaml"
        cls.file.write_text(POLICY)
        cls.file.chmod(0o644)
        cls.brig = Brig(runc=cls.runc, flags=("--policy", cls.file))
        cls.addClassCleanup(cls.brig.remove)
        cls.named, cls.twin = (cls.start(prefix) for prefix in ("disk", "other"))

    @classmethod
    def tearDownClass(cls):
        cls.brig.stop()

    @classmethod
    def start(cls, prefix):
        name = cls.runc.start(IDLE, name=f"{prefix}-{secrets.token_hex(4)}")
        cls.addClassCleanup(cls.runc.remove, name)
        wait_for(lambda: [each for each in cls.brig.containers()
                          if each["id"] == name and each["naming"] == "runtime"], name)
        return name

    def known(self, name):
        return next(each for each in self.brig.containers() if each["id"] == name)

    def make(self, name, minor):
        done = self.runc.exec(name, "sh", "-c", f"mknod /tmp/d{minor} b 7 {minor}; exit $?")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_device_is_allowed_to_the_named_container_and_not_to_its_twin(self):
        self.make(self.named, 77)
        self.make(self.twin, 77)
        found = self.brig.wait_for_finding(container=self.twin, invariant="I2")
        self.assertIn("7:77", found["object"])
        # Another number is a finding for it too: it comes after, so nothing was still on its way.
        self.make(self.named, 78)
        found = self.brig.wait_for_finding(container=self.named, invariant="I2")
        self.assertIn("7:78", found["object"])
        self.assertEqual(len(self.brig.findings(container=self.named)), 1)

    def test_the_waiver_is_loud(self):
        risks = {risk["what"]: risk for risk in self.known(self.named)["risks"]}
        self.assertEqual(risks["waived"]["severity"], "high")
        self.assertEqual(risks["waived"]["text"],
                         f"is not held to I5 (processes), which {self.file}:8 waives: "
                         "it images disks")
        self.assertIn("waived", self.brig.cli("containers").stdout)
        self.assertNotIn("waived", [risk["what"] for risk in self.known(self.twin)["risks"]])

    def test_explain_says_which_line_gives_what(self):
        told = documents(self.brig.cli("policy", "explain", self.named, "--json").stdout)[0]
        self.assertEqual((told["clause"], told["reason"]), (f"{self.file}:4", "it images disks"))
        grants = {(each["kind"], each["what"]): each["source"] for each in told["grants"]}
        self.assertEqual(grants, {("device", "(b 7:77)"): f"{self.file}:6",
                                  ("surface", "io_uring=watch"): f"{self.file}:7",
                                  ("waiver", "I5"): f"{self.file}:8"})
        self.assertEqual((told["modes"]["I5"], told["modes"]["I2"]), ("off", "watch"))
        self.assertEqual(told["surface"]["io_uring"], "watch")
        twin = documents(self.brig.cli("policy", "explain", self.twin, "--json").stdout)[0]
        self.assertEqual((twin["clause"], twin["grants"]), ("", []))
        self.assertEqual(twin["surface"]["io_uring"], "refuse")
        text = self.brig.cli("policy", "explain", self.named).stdout
        self.assertIn(f"falls under {self.file}:4: it images disks", text)
        self.assertEqual(self.known(self.named)["posture"]["clause"], f"{self.file}:4")

    def test_explain_of_nobody_is_told(self):
        done = self.brig.cli("policy", "explain", "nobody-here", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no container is called nobody-here", done.stderr)

    def test_the_policy_and_its_digest_stand_in_the_status_and_in_the_record(self):
        digest = run("sha256sum", self.file).stdout.split()[0]
        self.assertEqual(self.brig.status()["policy"], f"{self.file} (SHA-256 {digest})")
        shown = self.brig.cli("ledger", "show", "0", "--json").stdout
        self.assertIn(digest, shown)


class RuntimeOfPolicy(unittest.TestCase):
    """A copy of runc that the policy holds to its content."""

    def setUp(self):
        self.runc = Runc()
        self.addCleanup(self.runc.stop)
        directory = private_directory("policy")
        self.copy = directory / "runc"
        shutil.copy(shutil.which("runc"), self.copy)
        self.runc.program = self.copy
        self.content = self.copy.read_bytes()
        file = directory / "brig.yaml"
        digest = hashlib.sha256(self.content).hexdigest()
        file.write_text(f"runtimes: [{self.copy}@sha256:{digest}]\n")
        self.brig = Brig(runc=self.runc, flags=("--policy", file))
        self.addCleanup(self.brig.remove)
        self.digest = digest

    def start(self):
        name = self.runc.start(IDLE)
        self.addCleanup(self.runc.remove, name)
        return wait_for(lambda: [each["key"] for each in self.brig.containers()
                                 if each["id"] == name], name)[0]

    def rogue(self, key):
        """By key: a container that no runtime started is found before it has a name."""
        return [each for each in self.brig.findings(invariant="I11")
                if each["subject"]["container"]["key"] == key]

    def notices(self, what):
        return [each["text"] for each in self.brig.events()
                if each["kind"] == "notice" and each["what"] == what]

    def unlike(self):
        return [note for note in self.brig.status()["notes"] if str(self.copy) in note]

    def test_what_it_starts_counts_while_it_is_what_the_policy_says(self):
        wait_for(lambda: self.notices("runtimes"), "the list of the runtimes")
        self.assertIn(f"{self.copy} (SHA-256 {self.digest})", self.notices("runtimes")[0])
        self.assertEqual(self.rogue(self.start()), [])
        with self.copy.open("ab") as changed:
            changed.write(b"\n")  # behind the program: it runs as before
        wait_for(self.unlike, "the note about the changed runtime")
        key = self.start()
        found = wait_for(lambda: self.rogue(key), "the finding")
        self.assertEqual({each["cause"] for each in found}, {"rogue_start"})
        self.assertRegex(self.notices("runtime_changed")[0],
                         f"{self.copy} had SHA-256 {self.digest} and has SHA-256 [0-9a-f]{{64}}$")
        self.copy.write_bytes(self.content)
        wait_for(lambda: not self.unlike(), "the end of the note")
        self.assertEqual(self.rogue(self.start()), [])


class PolicyFiles(unittest.TestCase):
    def setUp(self):
        self.file = private_directory("policy") / "brig.yaml"

    def write(self, text, mode=0o644):
        self.file.write_text(text)
        self.file.chmod(mode)

    def check(self, *words):
        return run(program("cli", "brig"), "policy", "check", self.file, *words, check=False)

    def brigd_says(self):
        directory = self.file.parent
        done = run(program("agent", "brigd"), "--state", directory / "s", "--run", directory / "r",
                   "--policy", self.file, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertFalse((directory / "s").exists(), "it has begun all the same")
        return done.stderr

    def test_a_mistake_is_named_with_its_place_and_what_to_write(self):
        self.write("modes:\n  I1: refues\n")
        done = self.check()
        self.assertEqual(done.returncode, 1)
        wrong = f'{self.file}:2:7: "refues" is no mode: did you mean refuse?'
        self.assertEqual(done.stdout, wrong + "\n")
        self.assertEqual(documents(self.check("--json").stdout)[0],
                         {"file": str(self.file), "valid": False, "error": wrong})
        self.assertIn(wrong, self.brigd_says())

    def test_a_good_one_is_valid_and_remarked_on(self):
        self.write(POLICY)
        done = self.check()
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 clause", done.stdout)
        self.assertIn(f"{self.file}:4: allows by names that whoever starts", done.stdout)

    def test_what_cannot_be_read_is_no_answer(self):
        self.assertEqual(self.check().returncode, 2)

    def test_brigd_takes_none_that_others_may_write(self):
        if os.geteuid() != 0:
            self.skipTest("not root")
        self.write(POLICY, 0o666)
        self.assertIn("may be written by others than root", self.brigd_says())
        self.write(POLICY)
        os.chown(self.file, 4711, 0)
        self.assertIn("belongs to uid 4711", self.brigd_says())

    def test_brigd_does_not_start_without_the_file_it_was_given(self):
        self.assertIn("leave --policy out", self.brigd_says())


if __name__ == "__main__":
    unittest.main()
