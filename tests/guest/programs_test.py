#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the guard's programs pass the verifier of each guest kernel with margin, and prints
how large each is and how much of the verifier's limit it takes."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest.watched import Watched  # noqa: E402

MOST_VERIFIED = 250_000  # a quarter of the verifier's limit
# Reasons for which nothing goes unseen or unrefused: the kernel has no such thing.
HARMLESS = {"this kernel has no such call", "tracepoint absent in this kernel",
            "this kernel uses the older form", "this kernel uses the newer form",
            "hook absent in this kernel", "this kernel uses the hook's other form",
            "this kernel runs no 32-bit calls"}


class Scene(Watched):
    def act(self):
        self.start_brig()


class Programs:
    """The tests; a class per kernel below runs them."""

    @classmethod
    def setUpClass(cls):
        status = Scene(cls.series).status
        cls.attached = [each for each in status["programs"] if each["attached"]]
        cls.absent = [each for each in status["programs"] if not each["attached"]]
        cls.show()

    @classmethod
    def show(cls):
        print(f"\nLinux {cls.series}: {len(cls.attached)} programs; instructions, and verified:")
        for each in sorted(cls.attached, key=lambda program: -program["verified"]):
            print(f"  {each['object']:<7} {each['name']:<32} {each['instructions']:>6,}"
                  f" {each['verified']:>8,}")
        print(f"  {'all':<40} {sum(each['instructions'] for each in cls.attached):>6,}"
              f" {sum(each['verified'] for each in cls.attached):>8,}", flush=True)

    def test_none_is_left_out_that_the_kernel_could_run(self):
        self.assertEqual([each for each in self.absent if each["reason"] not in HARMLESS], [])
        self.assertGreater(len([each for each in self.attached if each["object"] == "guard"]), 50)

    def test_each_takes_a_quarter_of_the_verifiers_limit_at_most(self):
        self.assertTrue(all(each["instructions"] > 0 for each in self.attached))
        self.assertEqual([each for each in self.attached if each["verified"] > MOST_VERIFIED], [])


class Linux61(Programs, unittest.TestCase):
    series = "6.1"


class Linux612(Programs, unittest.TestCase):
    series = "6.12"


class Linux7(Programs, unittest.TestCase):
    series = "7"


if __name__ == "__main__":
    unittest.main(verbosity=2)
