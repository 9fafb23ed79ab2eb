#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Is every C and C++ file laid out as .clang-format says? With --fix, lays them out.

    tools/check_format.py [--fix] [FILE...]

Only clang-format 19 counts: other versions lay out differently. Exits 77 when it is not there.
"""

import pathlib
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
    paths = named or [str(p) for p in source_tree.files(source_tree.root_of([]), source_tree.CODE_C)]
    mode = ["-i"] if fix else ["--dry-run", "-Werror"]
    if not paths:
        return 0
    status = subprocess.run([FORMATTER, "--style=file", *mode, *paths], check=False).returncode
    if status:
        print("to lay them out: tools/check_format.py --fix FILE...")
    return 1 if status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
