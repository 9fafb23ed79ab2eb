#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that `brig ledger verify` finds whatever is done to a record afterwards, and where."""
import json
import os
import pathlib
import secrets
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig, program  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import run  # noqa: E402


class Tampering(unittest.TestCase):
    """Somebody with root changes the record; the first wrong byte is named."""

    @classmethod
    def setUpClass(cls):
        with Runc() as runc, Brig(runc=runc) as brig:
            for _ in range(3):
                runc.run(["sh", "-c", "for i in $(seq 50); do /bin/true; done"])
            brig.stop()
            cls.keep = pathlib.Path(tempfile.mkdtemp(prefix="brig-test-"))
            cls.addClassCleanup(run, "rm", "-rf", cls.keep)
            run("cp", "-a", brig.directory / "state", cls.keep / "whole")

    def setUp(self):
        self.state = self.keep / secrets.token_hex(4)
        run("cp", "-a", self.keep / "whole", self.state)
        self.segment = sorted((self.state / "ledger").glob("segment-*"))[0]
        self.used = len(self.segment.read_bytes().rstrip(b"\0"))

    def verify(self):
        done = run(program("cli", "brig"), "--state", self.state, "ledger", "verify", "--json",
                   check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["intact"], done.returncode == 0)
        return report

    def test_the_record_as_written_is_intact(self):
        self.assertTrue(self.verify()["intact"])

    def test_an_altered_byte_is_named(self):
        for offset in (0, 100, self.used // 3, self.used // 2, self.used - 1):
            with self.subTest(offset=offset):
                with open(self.segment, "r+b") as file:
                    file.seek(offset)
                    byte = file.read(1)[0]
                    file.seek(offset)
                    file.write(bytes([byte ^ 0x20]))
                report = self.verify()
                self.assertFalse(report["intact"])
                fault = report["faults"][0]
                self.assertEqual(pathlib.Path(fault["file"]).name, self.segment.name)
                # The entry that the byte is in, whose beginning is at most an entry away.
                self.assertLessEqual(fault["offset"], offset)
                self.assertGreater(fault["offset"] + 4096, offset)
                with open(self.segment, "r+b") as file:
                    file.seek(offset)
                    file.write(bytes([byte]))
        self.assertTrue(self.verify()["intact"])

    def test_a_cut_segment_is_named(self):
        for size in (self.used - 1, self.used // 2, 10, 0):
            with self.subTest(size=size):
                os.truncate(self.segment, size)
                report = self.verify()
                self.assertFalse(report["intact"])
                fault = report["faults"][0]
                self.assertEqual(pathlib.Path(fault["file"]).name, self.segment.name)
                self.assertLessEqual(fault["offset"], size)

    def test_a_removed_segment_is_named(self):
        self.segment.unlink()
        self.assertFalse(self.verify()["intact"])

    def test_swapped_entries_are_named(self):
        content = bytearray(self.segment.read_bytes())
        half = self.used // 2
        content[half - 64:half], content[half:half + 64] = (content[half:half + 64],
                                                            content[half - 64:half])
        self.segment.write_bytes(content)
        report = self.verify()
        self.assertFalse(report["intact"])
        self.assertLessEqual(report["faults"][0]["offset"], half)


if __name__ == "__main__":
    unittest.main(verbosity=2)
