#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that brigd survives what may happen to it: killed processes, a second brigd, a bad state
directory, a full disk, hostile clients and a hung engine. Nothing recorded is lost, each is told.
"""
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig, program, running  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import run, wait_for  # noqa: E402

ROLES = ("reader", "engine", "scribe", "signer", "courier")


def pid_of(brig, role):
    """The pid of a role now, or None while it is down."""
    for pid in brig.processes()[1:]:
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it ended meanwhile
        if role.encode() in words:
            return pid
    return None


def notices(brig, what=None):
    return [each for each in brig.events() if each["kind"] == "notice"
            and (what is None or each["what"] == what)]


def identity(record):
    """What makes a record the same record, however often it is read."""
    return json.dumps(record, sort_keys=True)


def kill(brig, role):
    """Ends a role as hard as possible, and waits until its successor answers."""
    old = wait_for(lambda: pid_of(brig, role), f"the {role}")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: pid_of(brig, role) not in (None, old), f"another {role}")

    def answers():
        done = brig.cli("status", "--json", check=False)
        return done.returncode == 0
    wait_for(answers, "an answer")
    return old


class Supervision(unittest.TestCase):
    def test_any_process_may_be_killed_and_nothing_acknowledged_is_lost(self):
        with Runc() as runc, Brig(runc=runc) as brig:
            # Short-lived containers all the while: there is always something on its way.
            over = threading.Event()

            def churn():
                while not over.is_set():
                    runc.run(["sh", "-c", "true"])
            worker = threading.Thread(target=churn)
            worker.start()
            try:
                for role in ROLES:
                    with self.subTest(role=role):
                        before = {identity(each) for each in brig.events()}
                        old = kill(brig, role)
                        wait_for(lambda: [n for n in notices(brig, "process_died")
                                          if f"{role} (pid {old}) was killed by signal 9"
                                          in n["text"]], "the notice of the death")
                        name = runc.start(["sleep", "1000"])
                        wait_for(lambda: [each for each in brig.containers()
                                          if each["id"] == name], "the next container")
                        after = {identity(each) for each in brig.events()}
                        self.assertEqual(before - after, set())
                        runc.remove(name)
            finally:
                over.set()
                worker.join()

            def counted():
                restarts = {each["role"]: each["restarts"]
                            for each in brig.status()["processes"]}
                return all(restarts.get(role, 0) >= 1 for role in ROLES)
            wait_for(counted, "the restarts in the status")
            brig.stop()
            brig.cli("ledger", "verify")

    def test_a_restarted_engine_knows_the_containers_that_run(self):
        with Runc() as runc, Brig(runc=runc) as brig:
            name = runc.start(["sleep", "1000"])

            def known():
                return [each for each in brig.containers() if each["id"] == name]
            wait_for(known, "the container")
            kill(brig, "reader")
            kill(brig, "engine")
            wait_for(known, "the container once more")

    def test_the_wardens_death_ends_all_and_the_next_start_says_so(self):
        with Brig() as brig:
            everybody = brig.processes()
            os.kill(brig.pid, signal.SIGKILL)
            wait_for(lambda: not any(running(pid) is not None for pid in everybody),
                     "the end of every process")
            brig.remember_end()
            self.assertTrue(notices(brig, "warden_died"))
            brig.start()
            wait_for(lambda: notices(brig, "unclean_start"), "the notice")
            brig.stop()
            brig.cli("ledger", "verify")

    def test_sigterm_ends_it_with_a_sealed_stop_notice_and_no_files_left(self):
        with Brig() as brig:
            brig.stop()
            self.assertEqual(brig.events()[-1]["what"], "stop")
            verified = brig.cli("ledger", "verify").stdout
            self.assertNotIn("not yet sealed", verified)
            self.assertEqual(os.listdir(brig.directory / "run"), [])
            brig.start()
            self.assertEqual(notices(brig, "unclean_start"), [])


class Starting(unittest.TestCase):
    """brigd is asked to start where it cannot: it says why and what to do, and exits with 2."""

    def refuse(self, state, run_directory):
        done = run(program("agent", "brigd"), "--state", state, "--run", run_directory,
                   check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr

    def test_a_second_brigd_names_the_first(self):
        with Brig() as brig:
            state, run_directory = brig.directory / "state", brig.directory / "run"
            said = self.refuse(brig.directory / "other", run_directory)
            self.assertIn(f"pid {brig.pid}", said)
            said = self.refuse(state, brig.directory / "other-run")
            self.assertIn(f"pid {brig.pid}", said)
            self.assertIn("version", brig.status())

    def test_a_read_only_state_directory_is_refused_with_the_next_step(self):
        with Mounted("ro") as mounted:
            said = self.refuse(mounted.path / "state", mounted.path.parent / "run")
            self.assertIn("--state", said)
            self.assertIn("read-only", said.lower())

    def test_a_first_start_on_a_full_disk_says_where_to_make_room(self):
        with Mounted("size=8k") as mounted:
            (mounted.path / "waste").write_bytes(bytes(8192))
            said = self.refuse(mounted.path / "state", mounted.path.parent / "run")
            self.assertIn(f"in {mounted.path}/state/signer: make room", said)

    def test_arguments_that_cannot_be_are_refused(self):
        for words, why in ((["--docker", "/" + "x" * 70_000], "at most 4095"),
                           (["--docker", "docker.sock"], "not an absolute path"),
                           (["--state", "state"], "not an absolute path"),
                           (["--runtime-root", "/r"] * 7, "at most 6"),
                           (["--mode", "I1=dance"], "I1=kill"), (["--dance"], "--dance")):
            with self.subTest(words=words[0]):
                done = run(program("agent", "brigd"), *words, check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(why, done.stderr + done.stdout)

    def test_a_lost_key_is_not_replaced_silently(self):
        with Brig() as brig:
            brig.stop()
            (brig.directory / "state" / "signer" / "key").unlink()
            said = self.refuse(brig.directory / "state", brig.directory / "run")
            self.assertIn("key is gone", said)

    def test_a_damaged_ledger_is_set_aside_and_watching_goes_on(self):
        with Brig() as brig:
            brig.stop()
            ledger = brig.directory / "state" / "ledger"
            segment = sorted(ledger.glob("segment-*"))[0]
            with open(segment, "r+b") as file:
                at = file.read(65536).index(b"brig started")
                file.seek(at)
                file.write(b"B")
            brig.start()
            aside = wait_for(lambda: notices(brig, "ledger_set_aside"), "the notice")
            self.assertEqual(len(aside), 1)
            self.assertTrue(list(ledger.parent.glob("ledger.damaged-*")))
            brig.stop()
            brig.cli("ledger", "verify")


class Mounted:
    """A small tmpfs of the test's own."""

    def __init__(self, options):
        self.options = options

    def __enter__(self):
        from support import private_directory
        self.directory = private_directory("agent")
        self.path = self.directory / "mounted"
        self.path.mkdir()
        run("mount", "-t", "tmpfs", "-o", self.options, "brig-test", self.path)
        return self

    def __exit__(self, *_):
        run("umount", "-l", self.path)
        run("rm", "-rf", self.directory)


class FullDisk(unittest.TestCase):
    def test_with_no_room_for_a_record_brig_watches_on_and_says_so(self):
        with Mounted("size=8m") as mounted, Runc() as runc:
            flags = ["--state", mounted.path / "state"]
            with Brig(runc=runc, flags=flags) as brig:
                name = runc.start(["sleep", "1000"])
                wait_for(lambda: [each for each in brig.containers() if each["id"] == name],
                         "the container")
                # Told at the next try to open the ledger: within five seconds.
                wait_for(lambda: any("No space left" in note for note in brig.status()["notes"]),
                         "the note about the ledger")


class Clients(unittest.TestCase):
    def ask(self, brig, line, timeout_s=10):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(timeout_s)
            client.connect(str(brig.directory / "run" / "brig.sock"))
            client.sendall(line)
            answer = b""
            while block := client.recv(65536):
                answer += block
            return answer

    def test_garbage_and_endless_lines_get_an_error(self):
        with Brig() as brig:
            for line in (b"\0\xff\n", b"[]\n", b"{}\n", b'{"version":2,"command":"status"}\n',
                         b'{"version":1,"command":"rm"}\n', b"x" * 5000):
                with self.subTest(line=line[:40]):
                    self.assertIn(b'"error"', self.ask(brig, line))
            self.assertIn("version", brig.status())
            self.assertEqual(pid_of(brig, "courier") is None, False)

    def test_many_idle_clients_do_not_lock_others_out_for_long(self):
        with Brig() as brig:
            courier = pid_of(brig, "courier")
            with contextlib.ExitStack() as idle:
                for _ in range(150):
                    client = idle.enter_context(socket.socket(socket.AF_UNIX))
                    client.setblocking(False)
                    # A full queue is an answer too: the kernel's own.
                    with contextlib.suppress(BlockingIOError):
                        client.connect(str(brig.directory / "run" / "brig.sock"))
            wait_for(lambda: brig.cli("status", "--json", check=False).returncode == 0, "an answer")
            self.assertEqual(pid_of(brig, "courier"), courier)

    def test_a_follower_that_never_reads_slows_nobody(self):
        with Runc() as runc, Brig(runc=runc) as brig, socket.socket(socket.AF_UNIX) as lazy:
            lazy.connect(str(brig.directory / "run" / "brig.sock"))
            lazy.sendall(b'{"version":1,"command":"follow"}\n')
            for _ in range(3):
                runc.run(["sh", "-c", "for i in $(seq 300); do /bin/true; done"])
            self.assertIn("version", brig.status())
            self.assertTrue(all(each["lost"] == 0 for each in brig.status()["counters"]
                                if each["class"] == "critical"))


class HostileEngine(unittest.TestCase):
    """Something else than Docker listens on Docker's socket."""

    def serve(self, path, answer):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(16)
        held = []

        def accept():
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                held.append(client)
                if answer is None:
                    continue
                try:
                    client.sendall(answer)
                    client.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
        threading.Thread(target=accept, daemon=True).start()
        return listener

    def test_a_hung_or_raving_engine_costs_nothing_but_its_answer(self):
        for kind, answer in (("hung", None), ("raving", os.urandom(3 << 20))):
            with self.subTest(engine=kind), Mounted("size=1m") as mounted, Runc() as runc:
                path = mounted.path / "docker.sock"
                with self.serve(path, answer), \
                        Brig(runc=runc, flags=["--docker", path]) as brig:
                    name = runc.start(["sleep", "1000"], name="ab" * 32)
                    found = wait_for(lambda: [each for each in brig.containers()
                                              if each["id"] == name], "the container")
                    self.assertEqual(found[0]["naming"], "runtime")
                    self.assertTrue(all(each["restarts"] == 0
                                        for each in brig.status()["processes"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
