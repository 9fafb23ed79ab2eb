#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that brig knows the containers of every engine and runtime here by their names, and that
nobody gives a name to what somebody else started."""
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from scenarios import images  # noqa: E402
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Crun, Docker  # noqa: E402
from scenarios.podman import Podman  # noqa: E402
from support import need, run, wait_for  # noqa: E402

IDLE = ("sleep", "1000")
KMSG = oci.device("/dev/kmsg", 1, 11)
KMSG_WORDS = ["/dev/kmsg (c 1:11)"]


class EngineNames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.docker, cls.crun = cls.made(Docker(crun=True)), cls.made(Crun())
        cls.docker.load_busybox()
        cls.brig = Brig(docker=cls.docker, runc=cls.crun, flags=[
            "--runtime-root", cls.docker.directory / "exec/runtime-crun/moby"])
        cls.addClassCleanup(cls.brig.remove)

    @classmethod
    def made(cls, engine):
        cls.addClassCleanup(engine.stop)
        return engine

    @classmethod
    def tearDownClass(cls):
        cls.brig.stop()
        cls.brig.cli("ledger", "verify")

    def row(self, pid):
        """What brig says of the running container that began with this process."""
        return next((each for each in self.brig.containers() if not each["ended_wall_ns"]
                     and each["first_process"]["pid"] == pid), {})

    def known(self, pid, naming="engine"):
        try:
            wait_for(lambda: self.row(pid).get("naming") == naming, f"container of {pid}", 10)
        except TimeoutError as late:
            raise AssertionError(f"{late}: {self.row(pid) or self.brig.containers()}") from None
        return self.row(pid)

    def says(self, known, **wanted):
        self.assertEqual({name: known[name] for name in wanted}, wanted, known["note"])

    def podman(self, rootless=False):
        podman = Podman(rootless)
        self.addCleanup(podman.stop)
        return podman

    def test_docker_with_crun(self):
        name = f"crun-{secrets.token_hex(4)}"
        container = self.docker.start("busybox", *IDLE, options=[
            "--runtime", "crun", "--name", name, "--label", "team=shop", "--device", "/dev/kmsg"])
        self.addCleanup(self.docker.remove, container)
        known = self.known(self.docker.inspect(container)["State"]["Pid"])
        self.says(known, engine="docker", id=container, name=name, image="busybox",
                  devices=KMSG_WORDS, labels=[{"key": "team", "value": "shop"}])

    def test_crun_by_hand(self):
        name = self.crun.start(IDLE, devices=[KMSG])
        self.addCleanup(self.crun.remove, name)
        known = self.known(self.crun.pid(name), "runtime")
        self.says(known, engine="crun", id=name, name="", devices=KMSG_WORDS, note="")

    def test_podman_of_root_with_crun_and_with_runc(self):
        podman = self.podman()
        for runtime in ("crun", "runc"):
            with self.subTest(runtime=runtime):
                container = podman.start(*IDLE, options=[
                    "--name", f"by-{runtime}", "--device", "/dev/kmsg",
                    "--annotation", "io.kubernetes.cri.sandbox-name=forged"], runtime=runtime)
                truth = podman.inspect(container)
                known = self.known(truth["State"]["Pid"])
                self.says(known, engine="podman", id=container, name=f"by-{runtime}", labels=[],
                          image="localhost/busybox:latest",
                          image_digest="sha256:" + truth["Image"])
                self.assertEqual(known["devices"], KMSG_WORDS)

    def test_podman_of_a_user(self):
        podman = self.podman(rootless=True)
        container = podman.start(*IDLE, options=["--name", "hers"])
        known = self.known(podman.inspect(container)["State"]["Pid"])
        self.says(known, engine=f"podman:{podman.uid}", id=container, name="hers",
                  image="localhost/busybox:latest")

    def test_containerd_in_a_namespace_of_its_own(self):
        need("ctr")
        space, name = f"shop-{secrets.token_hex(4)}", "redis"
        tree = self.docker.directory / "tree"
        if not tree.exists():
            images.busybox_tree(tree)

        def ctr(*words, **options):
            return run("ctr", "--address", self.docker.containerd_socket, "-n", space, *words,
                       **options)
        ctr("run", "--detach", "--rootfs", tree, name, "/bin/sleep", "1000")
        self.addCleanup(ctr, "tasks", "delete", "--force", name, check=False)
        pid = int(next(line for line in ctr("tasks", "ls").stdout.splitlines()
                       if line.startswith(name)).split()[1])
        known = self.known(pid)
        self.says(known, engine="containerd", id=name, name=name,
                  labels=[{"key": "io.containerd.namespace", "value": space}])

    def test_a_user_cannot_name_what_root_started(self):
        unheard = Crun()  # brig is not told where its states are
        self.addCleanup(unheard.stop)
        home = pathlib.Path("/run/user/65534")
        self.assertFalse(home.exists(), "left by another test")
        self.addCleanup(shutil.rmtree, home)
        forged = home / "crun" / "forged"
        forged.mkdir(parents=True)

        def forge():
            state = json.loads((unheard.directory / "runc" / name / "status").read_text())
            (forged / "config.json").write_text(json.dumps(oci.config(IDLE, devices=[KMSG])))
            (forged / "status").write_text(json.dumps(state))
            for path in (home, home / "crun", forged, *forged.iterdir()):
                os.chown(path, 65534, 65534)
        name = f"brig-{secrets.token_hex(4)}"
        unheard.start(IDLE, name=name)
        forge()
        pid = unheard.pid(name)
        wait_for(lambda: "user 65534 could have written" in self.row(pid).get("note", ""),
                 "the forged state to be looked at")
        self.says(self.row(pid), naming="unidentified", name="", devices=[])

    def test_who_reaches_past_docker_makes_a_ghost(self):
        name = secrets.token_hex(32)  # as docker's ids are
        root = self.docker.directory / "exec/runtime-runc/moby"
        bundle = self.crun.bundle(name, IDLE)
        with open(bundle / "output", "wb") as output:
            subprocess.run(["runc", "--root", root, "run", "--detach", "--bundle", bundle, name],
                           stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=True,
                           timeout=60)
        self.addCleanup(run, "runc", "--root", root, "delete", "--force", name)
        pid = json.loads(run("runc", "--root", root, "state", name).stdout)["pid"]
        known = self.known(pid, "runtime")
        wait_for(lambda: "docker does not know it" in self.row(pid)["note"], "docker's denial")
        self.assertIn("ghost", [risk["what"] for risk in self.row(pid)["risks"]])
        self.says(known, engine="runc", id=name, name="")

    def test_containers_that_run_already_are_known_too(self):
        podman = self.podman()
        container = podman.start(*IDLE, options=["--name", "before"])
        hand = self.crun.start(IDLE)
        self.addCleanup(self.crun.remove, hand)
        self.brig.stop()
        self.brig.start()
        known = self.known(podman.inspect(container)["State"]["Pid"])
        self.says(known, engine="podman", name="before")
        self.says(self.known(self.crun.pid(hand), "runtime"), engine="crun", id=hand)


if __name__ == "__main__":
    unittest.main(verbosity=2)
