#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the guard goes on refusing when all of brigd is killed, and while one brigd hands over
to the next: a container tries the same escape all the time, and not one succeeds. After a clean
stop it does."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from guest.watched import Watched  # noqa: E402

# Tries every tenth of a second and counts what came of it. What is allowed goes on all the time.
TRIES = """
until test -e /tmp/end; do
    echo >/dev/null && ls / >/dev/null || echo broken >>/tmp/broken
    if cat /volume/secret >/dev/null 2>&1; then echo escaped >>/tmp/escaped
    else echo refused >>/tmp/refused; fi
    usleep 100000
done
"""

# The same with a device that its start gave it and no default does.
USES = """
until test -e /tmp/go; do usleep 100000; done
until test -e /tmp/end; do
    if (: </dev/loop-control) 2>/dev/null; then echo used >>/tmp/used
    else echo broken >>/tmp/broken; fi
    usleep 100000
done
"""


class Scene(Watched):
    """One brigd is killed, the next takes over, hands over to a third, which is stopped."""

    def count(self, what, container="tries"):
        done = self.guest.run(f"cat /run/bundles/{container}/rootfs/tmp/{what} 2>/dev/null | wc -l")
        return int(done.stdout)

    def more(self, what, container="tries"):
        before = self.count(what, container)
        self.until(f"more tries that {what}", lambda: self.count(what, container) > before + 3)

    def devices_of(self, container):
        return [device for each in self.json("containers") if each["id"] == container
                for device in each["devices"]]

    def about_tries(self):
        return [each for each in self.json("findings --limit 0")
                if each["subject"]["container"]["id"] == "tries"]

    def last_refused(self):
        found = self.about_tries()
        return found and found[-1]["verdict"] == "refused"

    def act(self):
        self.run("echo the-secret >/etc/secret")
        self.start_brig()
        self.guest.start_container(TRIES, "tries", mounts=[oci.bind("/etc", "/volume")])
        self.guest.start_container(USES, "uses", devices=[oci.device("/dev/loop-control", 10, 237)])
        self.until("what its start gave it", lambda: self.devices_of("uses"))
        self.run("touch /run/bundles/uses/rootfs/tmp/go")
        self.more("used", "uses")
        self.more("refused")
        self.run("kill -9 $(cat /run/brigd.pid)")
        self.until("the end of the killed one", self.ended)
        self.more("refused")
        self.escaped_after_kill = self.count("escaped")
        self.run("rm /run/ended")
        self.start_brig()
        self.more("refused")
        self.run("kill -USR2 $(cat /run/brigd.pid)")
        self.until("the end of the one that hands over", self.ended)
        self.more("refused")
        self.run("rm /run/ended")
        self.start_brig()
        self.until("one set of programs of three",
                   lambda: self.run("ls -d /sys/fs/bpf/brig-*/* | wc -l").strip() == "1")
        self.more("refused")
        self.until("the refusals of the last one", self.last_refused)
        self.escaped_in_all = self.count("escaped")
        self.broken = self.count("broken")
        self.more("used", "uses")
        self.unused = self.count("broken", "uses")
        self.found = self.about_tries()
        self.run("kill $(cat /run/brigd.pid)")
        self.until("the end of the stopped one", self.ended)
        self.more("escaped")
        self.left = self.run("ls /sys/fs/bpf").split()
        self.run("touch /run/bundles/tries/rootfs/tmp/end /run/bundles/uses/rootfs/tmp/end")


class Takeover(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = Scene("6.12")

    def test_a_killed_brigd_leaves_the_guard_on(self):
        self.assertEqual(self.scene.escaped_after_kill, 0)

    def test_no_moment_is_unguarded_when_one_hands_over_to_the_next(self):
        self.assertEqual(self.scene.escaped_in_all, 0)

    def test_the_last_one_knows_the_container_and_records(self):
        """While one brigd looks round, its predecessor's programs refuse, and it only sees that."""
        self.assertEqual({each["object"] for each in self.scene.found}, {"/volume/secret"})
        self.assertEqual({each["result"] for each in self.scene.found}, {-1})
        self.assertEqual(self.scene.found[-1]["verdict"], "refused")

    def test_what_is_allowed_is_never_refused(self):
        self.assertEqual(self.scene.broken, 0)

    def test_what_its_start_gave_a_container_is_never_refused(self):
        self.assertEqual(self.scene.unused, 0)

    def test_a_clean_stop_takes_the_guard_away(self):
        self.assertEqual(self.scene.left, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
