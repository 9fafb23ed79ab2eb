#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that check_layers refuses every arrow the table does not have, and no arrow it has."""

import contextlib
import io
import unittest

import check_layers
from tree_case import TreeCase


class CheckLayers(TreeCase):
    def judge(self, path, include):
        """What the check says about `path` holding that one include, on line 2."""
        self.put(path, f"// a comment\n#include {include}\n")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = check_layers.main([str(self.root)])
        self.assertEqual(status, 1 if output.getvalue() else 0)
        return output.getvalue()

    def allowed(self, path, include):
        self.assertEqual(self.judge(path, include), "")

    def refused(self, path, include):
        said = self.judge(path, include)
        self.assertTrue(said.startswith(f"{path}:2: "), said)

    def test_everybody_may_include_base(self):
        for room in ("model", "sensor", "ledger", "agent", "cli", "tests"):
            with self.subTest(room):
                self.allowed(f"{room}/x.cc", '"base/result.h"')

    def test_base_includes_nobody(self):
        self.refused("base/x.cc", '"model/event.h"')

    def test_model_includes_only_base(self):
        self.refused("model/x.cc", '"ledger/writer.h"')

    def test_a_room_includes_model_and_itself(self):
        self.allowed("rules/x.cc", '"model/event.h"')
        self.allowed("rules/x.cc", '"rules/parser.h"')

    def test_rooms_never_include_each_other(self):
        self.refused("rules/x.cc", '"ledger/writer.h"')

    def test_a_room_never_includes_a_program(self):
        self.refused("ledger/x.cc", '"agent/warden.h"')

    def test_programs_include_rooms(self):
        self.allowed("agent/x.cc", '"ledger/writer.h"')

    def test_programs_never_include_each_other(self):
        self.refused("cli/x.cc", '"agent/warden.h"')
        self.refused("agent/warden.cc", '"cli/commands.h"')

    def test_only_sensor_includes_the_kernel_abi(self):
        self.allowed("sensor/decoder.cc", '"kernel/abi/event_abi.h"')
        for room in ("agent", "model", "rules", "tests"):
            with self.subTest(room):
                self.refused(f"{room}/other.cc", '"kernel/abi/event_abi.h"')
                (self.root / room / "other.cc").unlink()

    def test_sensor_includes_skeletons_but_not_the_programs_own_headers(self):
        self.allowed("sensor/loader.cc", '"kernel/exec.skel.h"')
        self.refused("sensor/loader.cc", '"kernel/types.h"')

    def test_kernel_includes_only_itself(self):
        self.allowed("kernel/exec.bpf.c", '"kernel/abi/event_abi.h"')
        self.refused("kernel/exec.bpf.c", '"base/result.h"')

    def test_tests_and_bench_may_reach_programs(self):
        self.allowed("tests/x_test.cc", '"agent/protocol.h"')
        self.refused("agent/x.cc", '"tests/harness.h"')

    def test_an_include_is_written_from_the_root(self):
        self.refused("ledger/x.cc", '"writer.h"')
        self.refused("ledger/x.cc", '"../base/result.h"')
        self.refused("ledger/x.cc", '"ledger/../rules/parser.h"')

    def test_ours_in_angle_brackets_is_refused(self):
        self.refused("ledger/x.cc", "<base/result.h>")

    def test_libraries_in_angle_brackets_are_allowed(self):
        self.allowed("ledger/x.cc", "<fmt/format.h>")
        self.allowed("ledger/x.cc", "<vector>")

    def test_build_trees_and_testdata_are_not_looked_at(self):
        self.allowed("build/x.cc", '"writer.h"')
        self.allowed("ledger/testdata/x.cc", '"writer.h"')


if __name__ == "__main__":
    unittest.main()
