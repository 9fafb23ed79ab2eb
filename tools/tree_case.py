# SPDX-License-Identifier: Apache-2.0
"""A test case that makes a small repository in a temporary directory."""

import pathlib
import tempfile
import unittest


class TreeCase(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = pathlib.Path(holder.name)

    def put(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
