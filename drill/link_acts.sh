#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Links the attack program into a directory under its own name and that of each act:
# link_acts.sh PROGRAM DIRECTORY
set -e
rm -f "$2"/*
cp "$1" "$2/attack"
for act in $("$1" list); do ln "$2/attack" "$2/$act"; done
