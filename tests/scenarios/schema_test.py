#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that every line of `brig events --json` is as `brig events --schema` says, whatever
happened, and that the schema is narrow enough to mean something.
"""
import copy
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from json_schema import complaints  # noqa: E402
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import wait_for  # noqa: E402

WEAK = {"host": ["pid"], "add": ["CAP_SYS_PTRACE", "CAP_SYS_ADMIN", "CAP_SYS_CHROOT"]}
ACTS = """/attacks/setns path /proc/PID/ns/mnt /etc/hostname
/attacks/chroot /proc/PID/root /etc/hostname
/attacks/memfd_exec /bin/true; /attacks/unshare unshare mount; /attacks/unix_connect abstract nobody
/attacks/tcp_connect 127.0.0.1 1; mount -t tmpfs x /tmp; umount /tmp; mknod /tmp/n c 1 3
kill -0 1; cat /proc/PID/environ; dmesg; sleep 1000"""


class Schema(unittest.TestCase):
    def test_every_line_is_as_the_schema_says_and_changed_ones_are_not(self):
        with Runc() as runc, Brig(runc=runc, flags=["--keep", "all"]) as brig:
            schema = json.loads(brig.cli("events", "--schema").stdout)
            acts = ACTS.replace("\n", "; ").replace("PID", str(brig.pid))
            name = runc.start(["sh", "-c", f"until test -e /tmp/go; do usleep 50000; done; {acts}"],
                              **WEAK)
            wait_for(lambda: [each for each in brig.containers() if each["id"] == name], "its name")
            (runc.directory / "bundles" / name / "rootfs" / "tmp" / "go").touch()
            brig.wait_for_finding(container=name)
            runc.remove(name)
            wait_for(lambda: brig.events("--operation", "container_end"), "the container's end")
            records = brig.events()
        kinds = {each["kind"] for each in records}
        self.assertLessEqual({"notice", "event", "container", "finding"}, kinds)
        details = {each["details"]["type"] for each in records if each["kind"] == "event"}
        self.assertGreater(len(details), 8, details)
        for record in records:
            self.assertEqual(complaints(record, schema), [], record)
        event = next(each for each in records if each.get("operation") == "exec")
        for change in ({"operation": "dance"}, {"cpu": "0"}, {"result": True}, {"actor": {}},
                       {"details": {"type": "exec"}}, {"kind": "evert"}, {"more": 1}):
            with self.subTest(change=change):
                self.assertTrue(complaints(copy.deepcopy(event) | change, schema))


if __name__ == "__main__":
    unittest.main(verbosity=2)
