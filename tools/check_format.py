#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is every C and C++ file laid out as .clang-format says? With --fix, lays them out.

    tools/check_format.py [--fix] [FILE...]

Only clang-format 19 counts: other versions lay out differently. Exits 77 when it is not there.
"""

import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import source_tree  # noqa: E402

FORMATTER = "clang-format-19"
SKIPPED = 77


def main(arguments):
    if not shutil.which(FORMATTER):
        print(f"skipped: {FORMATTER} is not installed: run tools/install_deps.sh test")
        return SKIPPED
    fix = "--fix" in arguments
    named = [name for name in arguments if name != "--fix"]
    everything = source_tree.files(source_tree.root_of([]), source_tree.CODE_C)
    paths = named or [str(path) for path in everything]
    if not paths:
        return 0
    if fix:
        return subprocess.run([FORMATTER, "--style=file", "-i", *paths], check=False).returncode
    command = [FORMATTER, "--style=file", "--dry-run", "-Werror", *paths]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    # The first complaint of each file is enough to find it.
    first = {}
    for match in re.finditer(r"^(\S+?):(\d+):\d+: error: ", done.stderr, re.MULTILINE):
        first.setdefault(match[1], match[2])
    for path, line in first.items():
        print(f"{path}:{line}: not laid out: tools/check_format.py --fix {path}")
    if done.returncode and not first:
        print(done.stderr)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
