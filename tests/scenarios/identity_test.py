#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that brig knows who a container is, which processes it had, and who was behind them."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import documents  # noqa: E402
from scenarios.oracle import CanaryFile  # noqa: E402
from scenarios.watched import IDLE, Watched  # noqa: E402
from support import wait_for, with_parent  # noqa: E402

NOBODY = 65534


class Identity(Watched):
    def processes(self, container):
        return documents(self.brig.cli("ps", container, "--json").stdout)

    def idle_runc(self, **weaknesses):
        name = self.runc.start(IDLE, **weaknesses)
        self.addCleanup(self.runc.remove, name)
        return name

    def test_a_docker_container_is_known_as_docker_knows_it(self):
        container = self.start("--label", "team=payments", "--pid", "host", "--cap-add",
                               "SYS_ADMIN", "-v", "/etc:/mnt:ro")
        truth, known = self.docker.inspect(container), self.known(container)
        self.assertEqual(
            [known[name] for name in ("naming", "engine", "name", "image", "image_digest")],
            ["engine", "docker", truth["Name"].strip("/"), "busybox", truth["Image"]])
        self.assertIn({"key": "team", "value": "payments"}, known["labels"])
        risks = {risk["what"]: risk["text"] for risk in known["risks"]}
        self.assertIn("host_pid", risks)
        self.assertIn("SYS_ADMIN", risks["capability"])
        self.assertIn("/etc", risks["mount"])
        self.assertEqual(known["first_process"]["pid"], truth["State"]["Pid"])

    def test_a_container_without_weakness_has_no_risks(self):
        self.assertEqual(self.known(self.start())["risks"], [])

    def test_a_container_of_bare_runc_is_known_by_its_runtime(self):
        name = self.idle_runc()
        known = self.known(name)
        self.assertEqual((known["naming"], known["engine"]), ("runtime", "runc"))
        self.assertEqual(known["first_process"]["pid"], self.runc.pid(name))

    def test_containers_that_run_already_are_known_and_watched(self):
        name = f"before-{os.getpid()}"
        self.brig.stop()
        try:
            loud = self.docker.start("busybox", *IDLE,
                                     options=["--name", name, "-v", "/:/host:ro"])
            self.addCleanup(self.docker.remove, loud)
            bare = self.idle_runc()
        finally:
            self.brig.start()
        wait_for(lambda: self.known(loud)["name"] == name, "the name")
        self.assertEqual(self.known(bare)["naming"], "runtime")
        with CanaryFile() as canary:
            self.works(self.shell(loud, f"/attacks/uring_open /host{canary.path}"), canary.secret)
        self.tells(loud, "I1", "open", "^io_uring open$")

    def test_a_container_made_by_hand_is_told_as_unidentified(self):
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child",
                   f"--root={self.runc.directory / 'rootfs'}", "/bin/busybox", "sleep", "997"]
        with subprocess.Popen(with_parent(*command), stdin=subprocess.DEVNULL) as made:
            try:
                def seen():
                    return [each for each in self.brig.containers()
                            if each["naming"] == "unidentified" and any(
                                process["arguments"][-1:] == ["997"]
                                for process in self.processes(str(each["key"])))]
                found = wait_for(seen, "the container made by hand")[0]
                self.assertEqual((found["id"], found["name"], found["ended_wall_ns"]),
                                 ("", "", 0))
            finally:
                made.kill()
        wait_for(lambda: [each for each in self.brig.containers()
                          if each["key"] == found["key"] and each["ended_wall_ns"]], "its end")

    def test_the_process_tree_outlives_its_processes(self):
        container = self.start()
        self.works(self.shell(container, "sh -c 'busybox true; exit 3'; true"))

        def ended():
            return [each for each in self.processes(container)
                    if each["arguments"] == ["busybox", "true"] and each["ended_wall_ns"]]
        leaf = wait_for(ended, "the end of the process")[0]
        tree = {(each["ref"]["pid"], each["ref"]["start_ns"]): each
                for each in self.processes(container)}
        parent = tree[leaf["parent"]["pid"], leaf["parent"]["start_ns"]]
        self.assertEqual(parent["arguments"], ["sh", "-c", "busybox true; exit 3"])
        self.assertEqual((parent["exit_status"], parent["exit_signal"]), (3, 0))
        above = tree[parent["parent"]["pid"], parent["parent"]["start_ns"]]
        self.assertEqual(above["arguments"][:2], ["sh", "-c"])

    def test_who_called_docker_is_the_person(self):
        container = self.start("-v", "/:/host:ro")
        person = self.known(container)["started_by"]
        self.assertEqual((person["basis"], person["name"]), ("caller", "root"))
        self.assertRegex(person["command"], r"^docker .* run --detach .*-v /:/host:ro busybox")
        with CanaryFile() as canary:
            self.works(self.shell(container, f"/attacks/uring_open /host{canary.path}"))
            finding = self.tells(container, "I1", "open", "^io_uring open$")
        person = finding["subject"]["person"]
        self.assertEqual((person["basis"], person["name"]), ("caller", "root"))
        self.assertRegex(person["command"], f"^docker .* exec {container} sh -c /attacks/uring")

    def test_who_logged_in_is_the_person_behind_a_bare_runtime(self):
        if not os.path.exists("/proc/self/loginuid"):
            self.skipTest("this kernel keeps no login uid (CONFIG_AUDITSYSCALL)")
        name = f"login-{os.getpid()}"
        bundle = self.runc.bundle(name, IDLE)
        self.addCleanup(self.runc.remove, name)
        subprocess.run(["sh", "-c", f'echo {NOBODY} >/proc/self/loginuid && exec "$@"', "sh",
                        "runc", "--root", self.runc.directory / "runc", "run", "--detach",
                        "--bundle", bundle, name], stdin=subprocess.DEVNULL, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        person = self.known(name)["started_by"]
        self.assertEqual((person["basis"], person["name"], person["login_uid"]),
                         ("login", "nobody", NOBODY))


if __name__ == "__main__":
    unittest.main(verbosity=2)
