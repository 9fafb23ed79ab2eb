#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: the table of docs/style.md, section 3, checked on every include.

    tools/check_layers.py [ROOT]

Prints `file:line: message` for each include that the table forbids and exits 1; else exits 0.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import source_tree  # noqa: E402

ROOMS = ("sensor", "identity", "policy", "behaviour", "rules", "hardening", "ledger", "quorum",
         "drill")
PROGRAMS = ("agent", "gate", "hub", "cli")
OUTSIDE = ("tests", "bench")  # prove and measure the others; nobody includes them

# Which rooms' headers the files of a room may include, beside their own.
MAY_INCLUDE = {
    "base": set(),
    "model": {"base"},
    "kernel": set(),
    **{room: {"base", "model"} for room in ROOMS},
    **{program: {"base", "model", *ROOMS} for program in PROGRAMS},
    **{room: {"base", "model", *ROOMS, *PROGRAMS} for room in OUTSIDE},
}
# The kernel border: sensor reads the bytes that cross it and loads the programs, nobody else.
MAY_INCLUDE["sensor"].add("kernel")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def judge(room, quoted, target):
    """Why `room` may not include `target`, or None. `quoted` tells "x" from <x>."""
    if "/./" in target or ".." in target.split("/") or target.startswith("./"):
        return f'include "{target}" is not written from the root'
    owner = target.split("/")[0] if "/" in target else ""
    if owner not in MAY_INCLUDE:
        if quoted:
            return f'include "{target}" is not written from the root: <> is for libraries'
        return None
    if not quoted:
        return f'include <{target}> is ours: write "{target}"'
    if owner == room:
        return None
    if owner == "kernel" and "kernel" in MAY_INCLUDE[room]:
        # Generated skeletons and the ABI cross the border; the programs' own headers do not.
        if target.startswith("kernel/abi/") or target.endswith(".skel.h"):
            return None
        return f'{room} may include only kernel/abi and skeletons, not "{target}"'
    if owner in MAY_INCLUDE[room]:
        return None
    if owner == "kernel":
        return f'{room} may not include "{target}": only sensor reads the kernel\'s bytes'
    return f'{room} may not include {owner}: "{target}"'


def check_file(root, path):
    """The violations of one file, as (line, message)."""
    room = path.relative_to(root).parts[0]
    if room not in MAY_INCLUDE:
        return []
    found = []
    for number, line in enumerate(source_tree.read(path).splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        reason = judge(room, match[1] is not None, match[1] or match[2])
        if reason:
            found.append((number, reason))
    return found


def main(arguments):
    root = source_tree.root_of(arguments)
    violations = 0
    for path in source_tree.files(root, source_tree.CODE_C):
        for number, reason in check_file(root, path):
            print(f"{path.relative_to(root)}:{number}: {reason}")
            violations += 1
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
