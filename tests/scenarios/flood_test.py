#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that a flood of ordinary events in one container costs no record of another's escape, and
that what is lost of the flood itself is counted exactly and recorded.
"""
import pathlib
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.oracle import CanaryFile  # noqa: E402
from scenarios.watched import Watched  # noqa: E402
from support import wait_for  # noqa: E402

ESCAPES, FORKS, OPENS = 500, 3000, 200_000
STORM_TIMEOUT_S = 240


class Flood(Watched):
    FLAGS = ["--keep", "all"]

    def storm(self, container, line, wanted, said):
        done = self.docker.exec(container, "sh", "-c", line, timeout_s=STORM_TIMEOUT_S)
        said.append((done.stdout, wanted))

    def counters(self):
        return {each["class"]: each for each in self.brig.status()["counters"]}

    def counted(self, finding_id):
        """The newest count of a finding: its own, or that of a later repeat."""
        return max([each["count"] for each in self.brig.events()
                    if each["kind"] in ("finding", "finding_repeat") and each["id"] == finding_id])

    def test_every_escape_is_counted_while_others_make_a_flood(self):
        flood = self.twin()
        loud = self.start("-v", "/:/host:ro")
        said = []
        storms = [threading.Thread(target=self.storm, args=(flood, line, wanted, said))
                  for line, wanted in ((f"/attacks/fork_bomb {FORKS}", f"ok {FORKS}\n"),
                                       (f"/attacks/open_storm /etc/passwd {OPENS}",
                                        f"ok {OPENS}\n"))]
        for each in storms:
            each.start()
        with CanaryFile() as canary:
            self.works(self.shell(loud, f"/attacks/open_storm /host{canary.path} {ESCAPES}"),
                       f"ok {ESCAPES}\n")
        for each in storms:
            each.join()
        for output, wanted in said:
            self.assertEqual(output, wanted)
        self.assertEqual(len(said), len(storms))

        finding = self.tells(loud, "I1", "open", "^open$", cause="host_directory")
        wait_for(lambda: self.counted(finding["id"]) >= ESCAPES, "the last repeat", 60)
        self.assertEqual(self.counted(finding["id"]), ESCAPES)

        def settled():
            return all(each["made"] == each["received"] + each["lost"]
                       for each in self.counters().values())
        wait_for(settled, "every record to be received or counted as lost", 60)
        counters = self.counters()
        self.assertEqual(counters["critical"]["lost"], 0)
        self.assertEqual([each["refused"] for each in counters.values()], [0, 0])
        self.assertGreater(counters["telemetry"]["made"], FORKS + OPENS)

        self.brig.stop()
        try:
            events = self.brig.events()
            escapes = [each for each in events if each["kind"] == "event"
                       and each["invariant"] == "I1"]
            self.assertEqual(len(escapes), ESCAPES)
            self.assertEqual(len({(each["cpu"], each["sequence"]) for each in escapes}), ESCAPES)
            losses = [each["details"] for each in events if each.get("operation") == "lost"]
            self.assertEqual(sum(each["count"] for each in losses),
                             counters["telemetry"]["lost"])
            kept = [each for each in events if each["kind"] == "event"
                    and each["class"] == "telemetry" and each["operation"] == "open"]
            self.assertGreater(len(kept), 0)
        finally:
            self.brig.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
