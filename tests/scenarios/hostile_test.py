#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that hostile input harms neither brig nor its readers: names, paths, masses of containers,
lying engines, slow clients and a disk that fills up.
"""
import json
import os
import pathlib
import secrets
import socket
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from scenarios import images  # noqa: E402
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import private_directory, run, wait_for  # noqa: E402

# Guarded by brig: what a container does below it through a mount is a finding.
GUARDED = "/root"


class Place:
    """A directory of the host's guarded part, to be mounted into a container at /volume."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="brig-test-", dir=GUARDED))
        return self

    def __exit__(self, *_):
        run("rm", "-rf", self.path)  # deeper than Python's own functions put up with

    @property
    def mounts(self):
        return [oci.bind(self.path, "/volume")]


def identified(brig, name):
    return wait_for(lambda: [each for each in brig.containers() if each["id"] == name],
                    f"the container {name}")[0]


def events_of(brig, key, operation):
    return [each for each in brig.events("--operation", operation)
            if each["kind"] == "event" and each["actor"]["process"]["container"] == key]


def acting(script):
    """A container's command: acts when it is told to, then stays."""
    return ["sh", "-c", f"until test -e /tmp/go; do usleep 50000; done; {script}; sleep 1000"]


def go(runc, name):
    (runc.directory / "bundles" / name / "rootfs" / "tmp" / "go").touch()


class Text(unittest.TestCase):
    """Names, paths and arguments come from whoever attacks, byte for byte."""

    def assert_harmless(self, output):
        """Text: no control byte but line ends, and valid UTF-8."""
        text = output.decode("utf-8")  # raises where it is not
        odd = {character for character in text if character != "\n" and not character.isprintable()}
        self.assertEqual(odd, set())

    def test_odd_names_reach_no_reader_raw(self):
        with Runc() as runc, Place() as place, Brig(runc=runc, flags=["--keep", "all"]) as brig:
            name = runc.start(acting("/attacks/odd_names /volume"), mounts=place.mounts)
            identified(brig, name)
            go(runc, name)
            finding = brig.wait_for_finding(container=name)
            for words in (["events", "--limit", "0"], ["findings"], ["explain", finding["id"]],
                          ["ps", name], ["containers", "--all"], ["status"]):
                with self.subTest(command=words[0]):
                    output = brig.raw(*words)
                    self.assertTrue(output)
                    self.assert_harmless(output)
                    if words[0] != "explain":
                        lines = brig.raw(*words, "--json")
                        self.assert_harmless(lines)
                        for line in lines.splitlines():
                            json.loads(line)

    def test_odd_names_are_told_apart_and_not_dropped(self):
        with Runc() as runc, Brig(runc=runc, flags=["--keep", "all"]) as brig:
            name = runc.start(acting("/attacks/odd_names /tmp"))
            identified(brig, name)
            go(runc, name)

            def odd_execs():
                return [each for each in brig.events("--operation", "exec")
                        if "child" in each["details"].get("arguments", ())]
            found = wait_for(odd_execs, "the program of the odd name")[0]
            odd = found["details"]["arguments"][-1]
            self.assertIn("[31m", odd)
            for byte in (r"\x1b", r"\xff", r"\xfe", r"\x80"):
                self.assertIn(byte, odd.lower())

    def opened(self, brig, runc, length):
        """The path that the finding about a file of this path length tells."""
        with Place() as place:
            name = runc.start(acting(f"/attacks/long_path /volume {length}"), mounts=place.mounts)
            key = identified(brig, name)["key"]
            go(runc, name)
            events = wait_for(lambda: [
                each["details"]["path"] for each in events_of(brig, key, "open")
                if each["invariant"] and each["details"]["path"].endswith("f")], "the open")
            runc.remove(name)
            self.assertEqual(len(events), 1, [text[-300:] for text in events])
            return events[0]

    def test_a_path_is_whole_or_marked_as_cut(self):
        with Runc() as runc, Brig(runc=runc) as brig:
            for length in (1000, 4000, 4095):
                with self.subTest(length=length):
                    path = self.opened(brig, runc, length)
                    self.assertEqual(len(path), length)
                    self.assertTrue(path.startswith("/volume/ddd"), path[:20])
            for length in (4300, 6000):
                with self.subTest(length=length):
                    path = self.opened(brig, runc, length)
                    self.assertTrue(path.startswith("..."), path[:20])
                    self.assertGreater(len(path), 3800)

    def test_arguments_are_whole_or_marked_as_cut(self):
        with Runc() as runc, Brig(runc=runc) as brig:
            script = " ".join(f"/bin/true {size} $(head -c {size} /dev/zero | tr '\\0' x);"
                              for size in (100, 3000, 5000, 100000))
            name = runc.start(acting(script[:-1]))
            key = identified(brig, name)["key"]
            go(runc, name)

            def execs():
                found = {each["details"]["arguments"][1]: each["details"]
                         for each in events_of(brig, key, "exec")
                         if each["details"]["arguments"][0] == "/bin/true"}
                return found if len(found) == 4 else None
            found = wait_for(execs, "the four programs")
            for size in (100, 3000):
                self.assertFalse(found[str(size)]["arguments_cut"])
                self.assertEqual(found[str(size)]["arguments"][2], "x" * size)
            for size in (5000, 100000):
                self.assertTrue(found[str(size)]["arguments_cut"])
                self.assertLess(len("".join(found[str(size)]["arguments"])), size)


class Masses(unittest.TestCase):
    def own_memory(self, brig):
        """KiB of all processes that is theirs alone: neither programs nor the kernel's rings."""
        found = 0
        for pid in brig.processes():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    found += int(line.split()[1])
        return found

    def test_a_thousand_containers_are_counted_and_leave_nothing(self):
        directory = private_directory("runc")
        self.addCleanup(run, "rm", "-rf", directory)
        images.busybox_tree(directory / "root", with_attacks=False)
        program = images.attack_programs() / "many_containers"
        with Brig() as brig:
            run(program, 50, directory / "root")
            before = brig.status()
            memory = self.own_memory(brig)
            done = run(program, 1000, directory / "root", timeout_s=300)
            self.assertEqual(done.stdout, "ok 1000\n")

            def ours(operation):
                return {each["actor"]["process"]["container"]
                        for each in brig.events("--operation", operation)
                        if each["kind"] == "event" and each["actor"]["process"]["comm"] == "true"}
            wait_for(lambda: len(ours("container_end")) == 1050, "the end of every container", 60)
            self.assertEqual(ours("container_start"), ours("container_end"))
            after = brig.status()
            self.assertGreaterEqual(after["containers_ever"] - before["containers_ever"], 1000)
            self.assertEqual([each["lost"] for each in after["counters"]
                              if each["class"] == "critical"], [0])
            running = [each for each in brig.containers() if not each["ended_wall_ns"]]
            self.assertFalse([each for each in running
                              if each["first_process"]["comm"] == "true"])
            self.assertLess(self.own_memory(brig) - memory, 16 << 10)
            self.assertTrue(all(each["restarts"] == 0 for each in after["processes"]))
            brig.stop()
            brig.cli("ledger", "verify")


class LyingEngine:
    """Listens where Docker should and answers every request with .answer: bytes or a slow list."""

    def __init__(self, path):
        self.asked, self.answer = 0, b""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self):
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                client.settimeout(2)
                try:
                    client.recv(4096)
                    answer = self.answer
                    self.asked += 1
                    for part in answer if isinstance(answer, list) else [answer]:
                        client.sendall(part)
                        self._over.wait(0.2 if isinstance(answer, list) else 0)
                except OSError:
                    pass  # it hung up, as it should


END = b"\r\n\r\n"


def http(body, head=b"HTTP/1.0 200 OK\r\nContent-Type: application/json" + END):
    return head + body


def lies(container):
    """kind -> answer to the question who this container (its id) is."""
    return {
        "no HTTP": b"\x00\xff" * 500,
        "endless head": b"HTTP/1.0 200 OK\r\n" + b"X: y\r\n" * 300_000,
        "wrong length": http(b"{}", b"HTTP/1.0 200 OK\r\nContent-Length: 9" + b"9" * 20 + END),
        "bad chunks": http(b"FFFFFFFFFFFFFFFF\r\n{}\r\n",
                           b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked" + END),
        "deep": http(b"[" * 400_000),
        "no object": http(b"null"),
        "half": http(b'{"Id":"'),
        "drip": [http(b""), *([b" "] * 40)],
        "control": http(json.dumps({
            "Id": container, "Name": "/\x1b[2J\nfake", "Image": "\x07", "Created": "never",
            "Config": {"Image": "\x1b]0;x\x07", "Labels": {"\n": "\x00"}},
            "State": {"Pid": -1}, "HostConfig": 7, "Mounts": "x"}).encode()),
        "another": http(json.dumps({"Id": "cd" * 32, "Name": "/trusted", "State": {"Pid": 1},
                                    "Config": {"Image": "trusted"}}).encode()),
    }


class Engines(unittest.TestCase):
    def test_whatever_an_engine_answers_brig_names_the_container_by_its_runtime(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="brig-test-"))
        self.addCleanup(run, "rm", "-rf", directory)
        path = directory / "docker.sock"
        with Runc() as runc, LyingEngine(path) as engine, \
                Brig(runc=runc, flags=["--docker", path]) as brig:
            for kind in lies(""):
                with self.subTest(answer=kind):
                    asked, name = engine.asked, secrets.token_hex(32)
                    engine.answer = lies(name)[kind]
                    runc.start(["sleep", "1000"], name=name)
                    wait_for(lambda: engine.asked > asked, "a question to the engine")
                    self.assertNotEqual(identified(brig, name)["name"], "trusted")
            text = brig.raw("containers", "--all")
            for sign in (b"\x1b", b"\x07", b"trusted"):
                self.assertNotIn(sign, text)
            for each in brig.status()["processes"]:
                self.assertEqual(each["restarts"], 0, each)
                self.assertLess(each["resident_bytes"], 128 << 20)


class Clients(unittest.TestCase):
    def connect(self, brig):
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.settimeout(60)
        client.connect(str(brig.directory / "run" / "brig.sock"))
        return client

    def test_a_request_may_come_byte_by_byte(self):
        with Brig() as brig, self.connect(brig) as client:
            for byte in b'{"version":1,"command":"status"}\n':
                client.sendall(bytes([byte]))
            answer = client.makefile("rb").read().splitlines()
            self.assertEqual(answer[-1], b'{"end":true}')
            self.assertIn("version", json.loads(answer[0]))

    def test_random_bytes_never_end_the_courier(self):
        with Brig() as brig:
            for size in (1, 100, 4095, 4096, 4097, 100_000):
                client = self.connect(brig)
                try:
                    client.sendall(os.urandom(size).replace(b"\n", b" ") + b"\n")
                    self.assertIn(b'"error"', client.recv(65536))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it may stop listening to an endless line
                client.close()
            self.assertTrue(all(each["restarts"] == 0 for each in brig.status()["processes"]))

    def test_clients_that_ask_nothing_keep_others_out_only_for_a_while(self):
        with Brig() as brig:
            idle = []
            while len(idle) < 200:
                try:
                    idle.append(self.connect(brig))
                except BlockingIOError:
                    break  # the queue before the courier is full, too
            self.assertGreaterEqual(len(idle), 64)

            def answered():
                return brig.cli("status", "--json", check=False).returncode == 0
            wait_for(answered, "an answer beside clients that ask nothing", 90)
            self.assertTrue(all(each["restarts"] == 0 for each in brig.status()["processes"]))


class FullDisk(unittest.TestCase):
    """A record that has no more room, while it is being written."""

    def fill(self, state):
        with open(state / "waste", "wb", buffering=0) as waste:
            block = bytes(1 << 16)
            while block:
                try:
                    waste.write(block)
                except OSError:
                    block = block[:len(block) // 2]

    def test_findings_go_on_it_is_told_and_the_record_stays_intact(self):
        with Runc() as runc, Place() as place, Brig(runc=runc, flags=["--keep", "all"]) as brig:
            brig.stop()
            state = brig.directory / "state"
            run("mount", "-t", "tmpfs", "-o", "size=160m", "brig-test", state)
            try:
                brig.start()
                self.watch_until_full_and_again(runc, place, brig)
                brig.stop()
                brig.cli("ledger", "verify")
            finally:
                run("umount", "--lazy", state)

    def watch_until_full_and_again(self, runc, place, brig):
        name = runc.start(acting("touch /volume/while-full"), mounts=place.mounts)
        identified(brig, name)
        self.fill(brig.directory / "state")
        runc.run(["true"])  # something new to write
        trouble = wait_for(lambda: brig.status()["ledger"]["trouble"], "the trouble", 60)
        self.assertRegex(trouble, "full|No space left on device")
        go(runc, name)
        finding = brig.wait_for_finding(container=name)
        self.assertIn("while-full", finding["object"])
        (brig.directory / "state" / "waste").unlink()
        wait_for(lambda: not brig.status()["ledger"]["trouble"], "the end of the trouble", 60)
        identified(brig, runc.start(["sleep", "1000"]))
        self.assertEqual([each["lost"] for each in brig.status()["counters"]
                          if each["class"] == "critical"], [0])


if __name__ == "__main__":
    unittest.main(verbosity=2)
