# SPDX-License-Identifier: Apache-2.0
"""Shows that Go's libraries for transparency logs read what brig writes, and brig what they write.

Debian's golang-go and golang-golang-x-mod-dev: sumdb/note and sumdb/tlog. Nothing is fetched.
"""
import os
import pathlib
import shutil
import tempfile
import unittest

from scenarios.brig import program
from support import Missing, cache, need, run

GOPATH = pathlib.Path("/usr/share/gocode")
SOURCE = pathlib.Path(__file__).resolve().parent.parent / "tlog" / "tlog.go"
SIZES = (1, 2, 255, 256, 257, 1000, 65_536 + 700)


def build_tlog(directory):
    """The Go program, built from Debian's sources alone."""
    need("go", root=False)
    if not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        raise Missing("no golang.org/x/mod: apt-get install golang-golang-x-mod-dev")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "GOFLAGS": "",
                   "GOCACHE": str(cache("go")), "GOPROXY": "off"}
    run("go", "build", "-o", directory / "tlog", SOURCE, env=environment, timeout_s=600)
    return directory / "tlog"


class TlogTest(unittest.TestCase):
    """One ledger of ours and one log of theirs, for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="brig-tlog-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.go = build_tlog(cls.directory)
        cls.state = cls.directory / "state"
        cls.tiles = cls.directory / "tiles"
        cls.notes = {}
        for size in SIZES:
            run(program("tests", "make_ledger"), cls.state / "ledger", "entry", size)
            run(program("cli", "brig"), "--state", cls.state, "ledger", "tiles", cls.tiles)
            cls.notes[size] = cls.directory / f"{size}.note"
            shutil.copy(cls.state / "ledger" / "checkpoint", cls.notes[size])
        cls.key = (cls.state / "ledger" / "key.pub").read_text().strip()

    def brig(self, *words, **options):
        return run(program("cli", "brig"), "--state", self.state, *words, **options)

    def tlog(self, *words, **options):
        return run(self.go, *words, **options)

    def kept(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def test_go_reads_our_checkpoint_tiles_and_entries(self):
        self.assertEqual(self.tlog("read", self.tiles, self.key).stdout,
                         f"{SIZES[-1]} entries\n")

    def test_go_refuses_our_tiles_when_a_byte_is_changed(self):
        bent = self.directory / "bent"
        shutil.copytree(self.tiles, bent)
        tile = bent / "tile" / "0" / "003"
        content = bytearray(tile.read_bytes())
        content[100] ^= 1
        tile.write_bytes(content)
        self.assertNotEqual(self.tlog("read", bent, self.key, check=False).returncode, 0)
        done = self.brig("ledger", "verify", "--tiles", bent, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("entry 771", done.stdout)

    def test_go_accepts_our_inclusion_proofs_and_makes_the_same(self):
        for index in (0, 1, 255, 256, 999, 65_535, 65_536, SIZES[-1] - 1):
            ours = self.brig("ledger", "prove", index).stdout
            self.assertEqual(ours, self.tlog("prove", self.tiles, self.key, index).stdout)
            by_tiles = self.brig("ledger", "prove", index, "--tiles", self.tiles).stdout
            self.assertEqual(ours, by_tiles)
            proof = self.kept("proof", ours)
            said = self.tlog("check", self.key, proof).stdout
            self.assertTrue(said.startswith(f"entry {index} "), said)
            self.kept("proof", ours.replace(f"index {index}\n", f"index {index ^ 1}\n"))
            self.assertNotEqual(self.tlog("check", self.key, proof, check=False).returncode, 0)

    def test_go_accepts_our_consistency_proofs_and_makes_the_same(self):
        for size, note in self.notes.items():
            ours = self.brig("ledger", "consistency", size).stdout
            self.assertEqual(ours, self.tlog("extend", self.tiles, self.key, size).stdout)
            extension = self.kept("extension", ours)
            self.tlog("grew", self.key, note, extension)
            self.brig("ledger", "check", extension, "--checkpoint", note, "--key", self.key)

    def test_brig_reads_a_log_that_go_made(self):
        for size in (1, 256, 300, 65_536 + 513):
            theirs = self.directory / f"theirs-{size}"
            key = self.tlog("make", theirs, "go.example/log", size).stdout.strip()
            done = self.brig("ledger", "verify", "--tiles", theirs, "--key", key)
            self.assertIn(f"{size:,} entries", done.stdout)
            for index in {0, size // 2, size - 1}:
                proof = self.kept("proof", self.tlog("prove", theirs, key, index).stdout)
                self.assertIn("HOLDS", self.brig("ledger", "check", proof, "--key", key).stdout)
            for old in {1, size // 3, size}:
                self.assertEqual(self.tlog("extend", theirs, key, old).stdout,
                                 self.brig("ledger", "consistency", old, "--tiles", theirs,
                                           "--key", key).stdout)
            other = self.tlog("make", self.directory / "other", "go.example/log", 3).stdout.strip()
            refused = self.brig("ledger", "verify", "--tiles", theirs, "--key", other, check=False)
            self.assertEqual(refused.returncode, 2)

    def test_brig_names_the_entry_that_was_changed_in_a_log_that_go_made(self):
        theirs = self.directory / "changed"
        key = self.tlog("make", theirs, "go.example/log", 600).stdout.strip()
        bundle = theirs / "tile" / "entries" / "001"
        bundle.write_bytes(bundle.read_bytes().replace(b"line 300 ", b"line 3OO "))
        done = self.brig("ledger", "verify", "--tiles", theirs, "--key", key, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("entry 300", done.stdout)


if __name__ == "__main__":
    unittest.main()
