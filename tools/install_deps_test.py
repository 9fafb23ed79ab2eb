#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that install_deps.sh installs every package that a test would ask for."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from support import PACKAGES  # noqa: E402

# Debian is not Debian without them.
ALWAYS = {"apt", "dpkg", "libc-bin", "mount", "util-linux"}


def sets():
    """name -> the packages of that set."""
    text = (ROOT / "tools" / "install_deps.sh").read_text()
    return {name: set(words.split())
            for name, words in re.findall(r'^ *\[(\w+)\]="([^"]*)"', text, re.MULTILINE)}


class Sets(unittest.TestCase):
    def test_what_tests_need_is_installed(self):
        found = sets()
        self.assertEqual(set(found), {"build", "run", "test", "bench"})
        installed = found["build"] | found["run"] | found["test"] | ALWAYS
        self.assertEqual(set(PACKAGES.values()) - installed, set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
