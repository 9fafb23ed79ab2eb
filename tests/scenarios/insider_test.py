# SPDX-License-Identifier: Apache-2.0
"""Shows who detects what a root insider does to the record: the node itself, or only the witness.

The rows are those of the table in docs/threat-model.md. "The node" is `brig ledger verify` on it,
with nothing kept elsewhere; "the witness" is one that cosigned 300 entries before.
"""
import os
import shutil
import unittest

from scenarios.witnessed import Ledgered, Witness


class InsiderTest(Ledgered):
    """Root of the node, in some tests with the log's key as well."""

    def segments(self):
        return sorted(self.ledger.glob("segment-*"))

    def entry_at(self, number):
        """Segment and offset of an entry's text."""
        for segment in self.segments():
            at = segment.read_bytes().find(b"record %d x" % number)
            if at >= 0:
                return segment, at
        raise AssertionError(f"no entry {number}")

    def change(self, segment, change):
        content = bytearray(segment.read_bytes())
        size = len(content)
        content = change(content)
        segment.write_bytes(content[:size] + bytes(max(0, size - len(content))))

    def assert_node_detects(self, *words):
        intact, said = self.verifies()
        self.assertFalse(intact, said)
        for word in words:
            self.assertIn(word, said)

    def assert_node_is_blind(self):
        intact, said = self.verifies()
        self.assertTrue(intact, said)

    def assert_witness_detects(self, kind, act):
        """Witnessed, then the act, then witnessed again."""
        with Witness(self.directory / "w", self.key) as witness:
            policy = self.policy(witness)
            self.brig("ledger", "witness", "--policy", policy)
            act()
            done = self.brig("ledger", "witness", "--policy", policy, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            witness.wait_for_alarm(kind)
        return done.stderr

    def rewrite(self, word, *sizes):
        """With the key: another record in place of this one."""
        shutil.rmtree(self.ledger)
        self.grow(word, *sizes)

    # Without the key: the node's own verification finds it, and where.

    def test_a_byte_flipped(self):
        segment, at = self.entry_at(150)
        self.change(segment, lambda c: c[:at] + b"R" + c[at + 1:])
        self.assert_node_detects("entry 150")

    def test_a_record_removed(self):
        segment, at = self.entry_at(150)
        _, then = self.entry_at(151)
        self.change(segment, lambda c: c[:at - 8] + c[then - 8:])
        self.assert_node_detects("entry 150")

    def test_records_reordered(self):
        segment, one = self.entry_at(150)
        _, two = self.entry_at(151)
        _, end = self.entry_at(152)
        self.change(segment, lambda c: c[:one - 8] + c[two - 8:end - 8] + c[one - 8:two - 8]
                    + c[end - 8:])
        self.assert_node_detects("entry 150")

    def test_a_record_inserted(self):
        segment, at = self.entry_at(150)
        _, then = self.entry_at(151)
        self.change(segment, lambda c: c[:then - 8] + c[at - 8:then - 8] + c[then - 8:])
        self.assert_node_detects("entry 151")

    def test_the_tail_cut(self):
        segment, at = self.entry_at(250)
        self.change(segment, lambda c: c[:at - 8])
        self.assert_node_detects("300 entries are sealed, 250 are here")

    def test_a_whole_segment_removed(self):
        self.grow("record", 2000)
        self.assertGreater(len(self.segments()), 2)
        for segment in (self.segments()[1], self.segments()[-1]):
            kept = segment.read_bytes()
            segment.unlink()
            self.assert_node_detects(segment.name, "is missing")
            segment.write_bytes(kept)
        self.assert_node_is_blind()

    def test_a_checkpoint_removed(self):
        path = self.ledger / "checkpoints"
        first, rest = path.read_bytes().split(b"\n\nbrig.example", 1)
        path.write_bytes(b"brig.example" + rest)
        self.assert_node_detects("checkpoints")
        self.assertIn(b"chain 1", first)

    def test_a_file_that_was_held_open_since_before(self):
        with open(self.segments()[0], "r+b") as held:
            self.grow("record", 310)
            _, at = self.entry_at(305)
            os.pwrite(held.fileno(), b"R", at)
        self.assert_node_detects("entry 305")

    def test_the_whole_record_removed(self):
        shutil.rmtree(self.ledger)
        done = self.brig("ledger", "verify", check=False)
        self.assertEqual(done.returncode, 2)

    # What the node cannot see alone: everything looks like a record.

    def test_an_older_copy_put_in_place(self):
        old = self.directory / "old"
        shutil.copytree(self.ledger, old)

        def roll_back():
            shutil.rmtree(self.ledger)
            shutil.copytree(old, self.ledger)
            self.assert_node_is_blind()

        with Witness(self.directory / "w", self.key) as witness:
            policy = self.policy(witness)
            self.grow("record", 350)
            self.brig("ledger", "witness", "--policy", policy)
            roll_back()
            done = self.brig("ledger", "witness", "--policy", policy, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("has seen 350 entries, here are 300", done.stderr)
            witness.wait_for_alarm("shrunk")

    def test_a_forked_copy_continued_with_the_stolen_key(self):
        def fork():
            self.rewrite("forged", 100, 420)
            self.assert_node_is_blind()

        self.assertIn("knows another history", self.assert_witness_detects("inconsistent", fork))

    def test_the_head_signed_again_with_the_stolen_key(self):
        def sign_again():
            self.rewrite("forged", 300)
            self.assert_node_is_blind()

        self.assertIn("knows another history", self.assert_witness_detects("forked", sign_again))

    def test_the_key_exchanged(self):
        """A new log with a new key: to the witness the old one is silent."""
        with Witness(self.directory / "w", self.key, silence=2) as witness:
            self.brig("ledger", "witness", "--policy", self.policy(witness))
            shutil.rmtree(self.ledger)
            witness.wait_for_alarm("silent")

    def test_a_checkpoint_kept_elsewhere_serves_like_a_witness(self):
        kept = self.directory / "kept.note"
        shutil.copy(self.ledger / "checkpoint", kept)
        self.rewrite("forged", 100, 420)
        self.assert_node_is_blind()
        done = self.brig("ledger", "verify", "--checkpoint", kept, "--key", self.key, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not those of a checkpoint kept elsewhere", done.stdout)


if __name__ == "__main__":
    unittest.main()
