# SPDX-License-Identifier: Apache-2.0
"""The repository's files, as the checks see them: build trees and test data left out."""

import pathlib

CODE_C = (".c", ".cc", ".h")
SKIPPED_DIRECTORIES = {"build", "testdata", "third_party", "node_modules", "__pycache__"}


def root_of(arguments):
    """The tree to check: the first argument, or the repository that holds this file."""
    if arguments:
        return pathlib.Path(arguments[0]).resolve()
    return pathlib.Path(__file__).resolve().parent.parent


def files(root, suffixes=None):
    """Every file under `root` in a fixed order; with `suffixes`, only those that end so."""
    found = []
    pending = [root]
    while pending:
        for entry in pending.pop().iterdir():
            if entry.is_symlink():
                continue
            if entry.is_dir():
                if entry.name not in SKIPPED_DIRECTORIES and not is_hidden_tree(entry):
                    pending.append(entry)
            elif suffixes is None or entry.name.endswith(suffixes):
                found.append(entry)
    return sorted(found)


def is_hidden_tree(directory):
    """.git, .cache and the like; .ci is ours."""
    return directory.name.startswith(".") and directory.name != ".ci"


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")
