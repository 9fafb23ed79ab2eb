# SPDX-License-Identifier: Apache-2.0
"""A private dockerd, bare runc and one brig for a whole class of tests, with what they assert.

Every technique has a container that breaks an invariant and a twin that was given the same
weakness and uses it for an allowed purpose. What was found is read from the ledger and, when the
class ends, once more from the ledger at rest: all of it there and sealed, nothing about a twin.
"""
import ctypes
import os
import pathlib
import secrets
import subprocess
import unittest

import oci

from scenarios.brig import Brig
from scenarios.engines import Docker, Runc
from support import wait_for

IDLE = ("sleep", "1000")
# Bit numbers of the capabilities that Docker gives; see linux/capability.h.
DOCKER_BITS = {"CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "FSETID": 4, "KILL": 5, "SETGID": 6,
               "SETUID": 7, "SETPCAP": 8, "NET_BIND_SERVICE": 10, "NET_RAW": 13, "SYS_CHROOT": 18,
               "MKNOD": 27, "AUDIT_WRITE": 29, "SETFCAP": 31}
PR_CAPBSET_DROP = 24
LIBC = ctypes.CDLL(None, use_errno=True)


def enter(pid, line, directory=None):
    """What a careless runtime does: a shell in the namespaces of a container's process, with
    Docker's capabilities and no seccomp filter; `directory` of the host stays its own."""
    assert {f"CAP_{name}" for name in DOCKER_BITS} == set(oci.DOCKER_CAPABILITIES)
    last = int(pathlib.Path("/proc/sys/kernel/cap_last_cap").read_text())
    namespaces = [os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY) for kind in ("pid", "mnt")]
    kept = os.open(directory, os.O_PATH) if directory else None

    def prepare():
        for namespace in namespaces:
            if LIBC.setns(namespace, 0) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        if kept is not None:
            os.fchdir(kept)
        for number in set(range(last + 1)) - set(DOCKER_BITS.values()):
            LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    try:
        return subprocess.run(["sh", "-c", line], executable="/bin/sh", preexec_fn=prepare,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    finally:
        for each in namespaces + ([] if kept is None else [kept]):
            os.close(each)


class Watched(unittest.TestCase):
    MODES = {}
    IMAGE = "busybox"
    FLAGS = ()

    @classmethod
    def setUpClass(cls):
        cls.docker, cls.runc = Docker(), None
        cls.addClassCleanup(cls.docker.stop)
        cls.docker.load_busybox() if cls.IMAGE == "busybox" else cls.docker.load_debian()
        cls.runc = Runc()
        cls.addClassCleanup(cls.runc.stop)
        cls.brig = Brig(modes=cls.MODES, docker=cls.docker, runc=cls.runc,
                        flags=cls.FLAGS)
        cls.addClassCleanup(cls.brig.remove)
        cls.told, cls.twins = {}, {}  # finding id -> name of its container; twin id -> its name

    @classmethod
    def tearDownClass(cls):
        cls.brig.stop()
        cls.brig.cli("ledger", "verify")
        kept = {finding["id"]: finding["subject"]["container"]["name"]
                for finding in cls.brig.findings()}
        lost = {each for each in cls.told.items() if each not in kept.items()}
        assert not lost, f"not in the ledger at rest: {lost}"
        for twin, name in cls.twins.items():
            found = [finding["sentence"] for finding in cls.brig.findings(container=twin)]
            assert not found, f"findings about {name}: {found}"

    def known(self, container):
        """Waits until brig knows an idle container by its id; gives what it knows."""
        return wait_for(lambda: [each for each in self.brig.containers()
                                 if each["id"] == container], f"container {container}")[0]

    def start(self, *options):
        """An idle container with these weaknesses, known to brig; removed after the test."""
        name = f"test-{secrets.token_hex(4)}"
        container = self.docker.start(self.IMAGE, *IDLE, options=["--name", name, *options])
        self.addCleanup(self.docker.remove, container)
        wait_for(lambda: self.known(container)["name"] == name, f"the name of {container}")
        return container

    def twin(self, *options):
        container = self.start(*options)
        self.twins[container] = self.id()
        return container

    def shell(self, container, line):
        """Somebody's shell in a container; the trailing `exit` keeps it alive as the parent."""
        return self.docker.exec(container, "sh", "-c", f"{line}; exit $?")

    def works(self, done, expected=""):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(expected, done.stdout)

    def tells(self, container, invariant, operation, road=None, program="/attacks/", cause=None,
              verdict="seen"):
        """The finding about the container: right in every part, explained, and kept."""
        wanted = {"invariant": invariant, "operation": operation}
        wanted |= {"cause": cause} if cause else {}
        try:
            finding = self.brig.wait_for_finding(container=container, **wanted)
        except TimeoutError as late:
            others = [(each["invariant"], each["operation"], each["cause"], each["sentence"])
                      for each in self.brig.findings(container=container)]
            raise AssertionError(f"{late}; about this container: {others}") from None
        self.assertEqual(finding["verdict"], verdict)
        self.assertRegex(finding["road"], road or f"^{operation}")
        subject = finding["subject"]
        name = self.known(container)["name"]
        self.assertEqual((subject["container"]["id"], subject["container"]["name"]),
                         (container, name))
        self.chain(subject["chain"], program)
        story = self.brig.cli("explain", finding["id"]).stdout
        self.assertIn(name or container[:12], story)
        self.assertIn(invariant, story)
        self.told[finding["id"]] = name
        return finding

    def chain(self, chain, program):
        """The acting process first, born in the container; then a shell of the same container."""
        self.assertTrue(chain[0]["path"].startswith(program), chain[0])
        self.assertIn(pathlib.Path(chain[0]["path"]).name, (chain[0]["ref"]["comm"], "busybox"))
        shell = next((each for each in chain if each["arguments"][:2] == ["sh", "-c"]), None)
        self.assertIsNotNone(shell, chain)
        self.assertEqual(shell["ref"]["container"], chain[0]["ref"]["container"])
        self.assertNotEqual(chain[0]["ref"]["container"], 0)
        for child, parent in zip(chain, chain[1:]):
            self.assertEqual((child["parent"]["pid"], child["parent"]["start_ns"]),
                             (parent["ref"]["pid"], parent["ref"]["start_ns"]))

    def silent(self, container):
        self.assertEqual([each["sentence"] for each in self.brig.findings(container=container)], [])
