#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that brig sees the techniques of docs/techniques.md, and not what only looks like them.

Each test: the twin does the same calls for an allowed purpose and stays unmentioned; the attack
really happens (the host says so, not the attack), and the record names container, road and chain.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios import images  # noqa: E402
from scenarios.oracle import CanaryFile, CanaryProcess, CanaryServer  # noqa: E402
from scenarios.watched import IDLE, Watched, enter  # noqa: E402
from support import run, wait_for  # noqa: E402

HOST_PIDS = ["--pid", "host"]
PTRACE = ["--cap-add", "SYS_PTRACE"]
ADMIN = ["--cap-add", "SYS_ADMIN"]
UNIFIED = next(path for path in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")
               if os.path.exists(f"{path}/cgroup.procs"))
# A victim of the container's own, as CanaryProcess is one of the host: its pid is in /tmp/own.
OWN_VICTIM = ("rm -f /tmp/own;"
              "{ sleep 1000 | /attacks/canary 0x10000000 ours >/tmp/own & } 2>/dev/null;"
              "until [ -s /tmp/own ]; do :; done; ")


class Mounts(Watched):
    def setUp(self):
        self.canary = self.enterContext(CanaryFile())
        # An ordinary volume, and what a container may do with it.
        self.volume = self.enterContext(tempfile.TemporaryDirectory())
        pathlib.Path(self.volume, "file").write_text("ordinary\n")
        self.twin_here = self.twin("-v", f"{self.volume}:/volume", "--cap-add", "DAC_READ_SEARCH")

    def reads(self, options, line, own_line, road):
        """The line reads the canary and is found; the twin's line reads its own volume."""
        self.works(self.shell(self.twin_here, own_line), "ordinary")
        loud = self.start(*options)
        self.assertTrue(self.canary.read_by(self.shell(loud, line)))
        program = "/bin/busybox" if line.startswith("cat") else "/attacks/"
        self.tells(loud, "I1", "open", road, program, "host_directory")
        self.silent(self.twin_here)

    def test_the_hosts_root_is_read(self):
        self.reads(["-v", "/:/host:ro"], f"cat /host{self.canary.path}", "cat /volume/file",
                   "^open$")

    def test_the_hosts_root_is_read_by_io_uring(self):
        self.reads(["-v", "/:/host:ro"], f"/attacks/uring_open /host{self.canary.path}",
                   "/attacks/uring_open /volume/file", "^io_uring open$")

    def test_the_hosts_root_is_read_by_a_32_bit_call(self):
        self.reads(["-v", "/:/host:ro"], f"/attacks/compat open /host{self.canary.path}",
                   "/attacks/compat open /volume/file", "^32-bit open$")

    def test_a_file_handle_opens_a_file_that_is_not_mounted(self):
        program = images.attack_programs() / "file_handle"
        own = run(program, "encode", f"{self.volume}/file").stdout.split()[1]
        self.reads(["--cap-add", "DAC_READ_SEARCH"],
                   f"/attacks/file_handle open /etc/hosts {self.canary.handle()}",
                   f"/attacks/file_handle open /volume/file {own}", "^open$")

    def test_the_hosts_configuration_is_written(self):
        written = pathlib.Path(f"/etc/brig-canary-{os.getpid()}")
        self.addCleanup(written.unlink, missing_ok=True)
        self.works(self.shell(self.twin_here, f"sh -c 'echo x >/volume/new; echo x >{written}'"))
        self.assertFalse(written.exists())
        loud = self.start("-v", "/etc:/mnt")
        self.shell(loud, f"sh -c 'echo {self.canary.secret} >/mnt/{written.name}'")
        self.assertEqual(written.read_text(), f"{self.canary.secret}\n")
        self.tells(loud, "I1", "open", "^open$", "/bin/busybox", "host_directory")
        self.silent(self.twin_here)


class Namespaces(Watched):
    def setUp(self):
        self.canary = self.enterContext(CanaryFile())
        self.victim = self.enterContext(CanaryProcess())

    def reads(self, line, own_line, *finding):
        weakness = HOST_PIDS + PTRACE + ADMIN
        twin = self.twin(*weakness)
        self.works(self.shell(twin, own_line), "root:x:0:0")
        loud = self.start(*weakness)
        self.assertTrue(self.canary.read_by(self.shell(loud, line)))
        self.tells(loud, *finding)
        self.silent(twin)

    def test_a_mount_namespace_is_joined_by_path(self):
        self.reads(f"/attacks/setns path /proc/{self.victim.pid}/ns/mnt {self.canary.path}",
                   "/attacks/setns path /proc/self/ns/mnt /etc/passwd", "I3", "setns")

    def test_a_mount_namespace_is_joined_by_pidfd(self):
        self.reads(f"/attacks/setns pidfd {self.victim.pid} {self.canary.path}",
                   "/attacks/setns pidfd $$ /etc/passwd", "I3", "setns")

    def test_a_mount_namespace_is_joined_by_a_32_bit_call(self):
        self.reads(f"/attacks/compat setns /proc/{self.victim.pid}/ns/mnt {self.canary.path}",
                   "/attacks/compat setns /proc/self/ns/mnt /etc/passwd",
                   "I3", "setns", "^32-bit setns")

    def test_another_root_is_read_through_procfs(self):
        self.reads(f"cat /proc/{self.victim.pid}/root{self.canary.path}",
                   "cat /proc/$$/root/etc/passwd", "I1", "open", "^open", "/bin/busybox",
                   "foreign_mount")

    def test_another_root_is_taken_by_chroot(self):
        self.reads(f"/attacks/chroot /proc/{self.victim.pid}/root {self.canary.path}",
                   "/attacks/chroot /proc/self/root /etc/passwd", "I1", "chroot")


class Processes(Watched):
    def setUp(self):
        self.victim = self.enterContext(CanaryProcess())
        self.weak_twin = self.twin(*HOST_PIDS, *PTRACE)
        self.loud = self.start(*HOST_PIDS, *PTRACE)

    def acts(self, line, own, *finding):
        """The line acts on the victim, `own` on one of the twin's own."""
        self.works(self.shell(self.weak_twin, f"{OWN_VICTIM} own=$(cat /tmp/own); {own}"))
        done = self.shell(self.loud, line)
        self.works(done)
        found = self.tells(self.loud, "I5", *finding)
        self.silent(self.weak_twin)
        return done, found

    def test_memory_is_read_by_ptrace(self):
        done, found = self.acts(f"/attacks/ptrace attach {self.victim.pid} 0x10000000",
                                "/attacks/ptrace attach $own 0x10000000", "ptrace")
        self.assertTrue(self.victim.read_by(done))
        self.assertIn(str(self.victim.pid), found["object"])

    def test_memory_is_read_without_stopping(self):
        done, _ = self.acts(f"/attacks/process_vm read {self.victim.pid} 0x10000000",
                            "/attacks/process_vm read $own 0x10000000", "process_vm_readv")
        self.assertTrue(self.victim.read_by(done))

    def test_memory_is_changed(self):
        text = "x" * len(self.victim.secret)
        self.acts(f"/attacks/process_vm write {self.victim.pid} 0x10000000 {text}",
                  "/attacks/process_vm write $own 0x10000000 text", "process_vm_writev")
        self.assertEqual(self.victim.memory(), text)

    def test_memory_is_read_as_a_file(self):
        read = "dd bs=4096 skip=65536 count=1 2>/dev/null if=/proc"
        done, _ = self.acts(f"{read}/{self.victim.pid}/mem", f"{read}/$own/mem", "open", "^open",
                            "/bin/busybox", "foreign_task_file")
        self.assertTrue(self.victim.read_by(done))

    def test_a_signal_arrives(self):
        for number, act in enumerate(("kill", "tgkill", "pidfd"), start=1):
            with self.subTest(act):
                self.loud = self.start(*HOST_PIDS, *PTRACE)  # else it were a repeat of the first
                self.acts(f"/attacks/signal {act} {self.victim.pid} 10",
                          f"/attacks/signal {act} $own 10", "signal")
                self.assertEqual(self.victim.signals(), number)

    def test_a_limit_is_lowered(self):
        self.acts(f"/attacks/prlimit {self.victim.pid} 17", "/attacks/prlimit $own 17", "prlimit")
        self.assertEqual(self.victim.open_files_limit(), 17)


class Doors(Watched):
    def test_the_engines_socket(self):
        with tempfile.TemporaryDirectory() as directory, CanaryServer(f"{directory}/door") as door:
            twin = self.twin("-v", f"{directory}:/doors")
            self.assertTrue(door.read_by(self.shell(
                twin, "/attacks/unix_connect path /doors/door")))
            loud = self.start("-v", f"{self.docker.socket}:/engine")
            done = self.shell(loud, "/attacks/unix_connect path /engine /version")
            self.assertIn("200 OK", done.stdout)
            self.tells(loud, "I7", "connect", cause="door_path")
            self.silent(twin)

    def test_an_abstract_socket_of_the_hosts_root(self):
        ours, others = f"brig-test-{os.getpid()}", f"brig-test-nobody-{os.getpid()}"
        serve = ("import socket; s = socket.socket(socket.AF_UNIX);"
                 f"s.bind('\\0{others}'); s.listen(); print(flush=True);"
                 "c = s.accept()[0]; c.sendall(b'ordinary\\n')")
        with CanaryServer(f"@{ours}") as door, subprocess.Popen(
                ["setpriv", "--reuid", "65534", "--clear-groups", "/usr/bin/python3", "-c", serve],
                stdout=subprocess.PIPE) as nobody:
            self.addCleanup(nobody.kill)
            nobody.stdout.readline()
            twin = self.twin("--network", "host")
            self.works(self.shell(twin, f"/attacks/unix_connect abstract {others}"), "ordinary")
            loud = self.start("--network", "host")
            done = self.shell(loud, f"/attacks/unix_connect abstract {ours}")
            self.assertTrue(door.read_by(done))
            self.tells(loud, "I7", "connect", cause="door_abstract")
            self.silent(twin)

    def test_the_engines_port(self):
        with CanaryServer(("127.0.0.1", 2375)) as door, CanaryServer(("127.0.0.1", 0)) as other:
            twin = self.twin("--network", "host")
            self.assertTrue(other.read_by(self.shell(
                twin, f"/attacks/tcp_connect 127.0.0.1 {other.port}")))
            loud = self.start("--network", "host")
            done = self.shell(loud, "/attacks/tcp_connect 127.0.0.1 2375")
            self.assertTrue(door.read_by(done))
            self.tells(loud, "I7", "connect", cause="door_address")
            self.silent(twin)


class Kernel(Watched):
    def test_a_program_is_loaded(self):
        twin, loud = self.twin(*ADMIN), self.start(*ADMIN)
        self.works(self.shell(twin, "/attacks/bpf_load map"))
        self.docker.exec(loud, "sh", "-c", "/attacks/bpf_load tracepoint hold; exit $?",
                         options=["--detach"])

        def held():
            top = self.docker.cli("top", loud, "-eo", "pid,comm").stdout.split()
            texts = [info.read_text() for pid, comm in zip(top, top[1:]) if comm == "bpf_load"
                     for info in pathlib.Path(f"/proc/{pid}/fdinfo").iterdir()]
            return [text for text in texts if "prog_type:\t5" in text]
        wait_for(held, "a program of the kind tracepoint that the container holds")
        self.tells(loud, "I6", "bpf", cause="kernel_code")
        self.silent(twin)

    def test_the_core_pattern_is_written(self):
        switch = pathlib.Path("/proc/sys/kernel/core_pattern")
        before, after = switch.read_text(), f"core-{os.getpid()}"
        self.addCleanup(switch.write_text, before)
        twin = self.twin("-v", "/proc:/host/proc")
        self.works(self.shell(twin, "sh -c 'echo renamed >/proc/self/comm;"
                              "cat /host/proc/sys/kernel/core_pattern'"), before.strip())
        loud = self.start("-v", "/proc:/host/proc")
        self.shell(loud, f"sh -c 'echo {after} >/host/proc/sys/kernel/core_pattern'")
        self.assertEqual(switch.read_text().strip(), after)
        self.tells(loud, "I1", "open", "^open", "/bin/busybox", "global_switch")
        self.silent(twin)

    def test_a_process_of_the_host_is_frozen_by_its_cgroup(self):
        group = pathlib.Path(UNIFIED, f"brig-test-{os.getpid()}")
        group.mkdir()
        self.addCleanup(group.rmdir)
        twin, loud = (make("-v", f"{UNIFIED}:/groups") for make in (self.twin, self.start))
        own = run("cat", f"/proc/{self.docker.inspect(twin)['State']['Pid']}/cgroup").stdout
        own = next(line[3:] for line in own.splitlines() if line.startswith("0::"))
        self.works(self.shell(twin, f"sh -c 'echo 0 >/groups{own}/cgroup.freeze'"))
        self.works(self.shell(loud, f"sh -c 'echo 1 >/groups/{group.name}/cgroup.freeze'"))
        self.assertEqual((group / "cgroup.freeze").read_text(), "1\n")
        self.tells(loud, "I1", "open", "^open", "/bin/busybox", "foreign_cgroup")
        self.silent(twin)

    def test_a_device_node_of_a_disk_is_made(self):
        number = os.stat("/").st_dev
        node = f"/attacks/device b {os.major(number)} {os.minor(number)} /tmp/disk"
        twin, loud = self.twin(), self.start()
        self.works(self.shell(twin, "/attacks/device c 1 5 /tmp/zero"))
        done = self.shell(loud, node)
        found = self.tells(loud, "I2", "mknod", cause="device")
        # Making the node is allowed by Docker; opening it is what its device rules refuse.
        self.assertEqual(done.stdout, "errno=1\n")
        self.assertEqual(found["result"], 0)
        self.assertIn(f"{os.major(number)}:{os.minor(number)}", found["object"])
        self.silent(twin)


class Runtime(Watched):
    """What a runtime gives away, done with runc itself or by hand."""

    def idle(self, **weaknesses):
        name = self.runc.start(IDLE, **weaknesses)
        self.addCleanup(self.runc.remove, name)
        self.known(name)
        return name

    def idle_twin(self, **weaknesses):
        name = self.idle(**weaknesses)
        self.twins[name] = self.id()
        return name

    def tells_of_start(self, name, *finding, **more):
        return self.tells(name, *finding, program="/bin/busybox", **more)

    def test_a_directory_of_the_host_is_leaked_to_a_process_that_enters(self):
        twin, loud = self.idle_twin(), self.idle()
        with CanaryFile() as canary:
            directory = os.open(canary.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            self.addCleanup(os.close, directory)
            os.dup2(directory, 3) if directory != 3 else None
            line = f"cat /proc/self/fd/3/{canary.path.name}; exit $?"
            self.works(self.runc.cli("exec", twin, "sh", "-c", "cat /etc/passwd; exit $?"))
            done = self.runc.cli("exec", "--preserve-fds", "1", loud, "sh", "-c", line,
                                 check=False, pass_fds=[3])
            self.assertTrue(canary.read_by(done), done.stderr)
        self.tells_of_start(loud, "I1", "container_join", cause="leaked_descriptor",
                            road="^inherited descriptor$")
        self.silent(twin)

    def test_a_working_directory_of_the_host_stays_with_a_process_that_enters(self):
        twin, loud = self.idle_twin(), self.idle()
        with CanaryFile() as canary:
            self.works(self.runc.cli("exec", twin, "sh", "-c", "cat etc/passwd; exit $?"), "root")
            done = enter(self.runc.pid(loud), f"cat {canary.path.name}; exit $?",
                         canary.path.parent)
            self.assertTrue(canary.read_by(done), done.stderr)
        self.tells_of_start(loud, "I1", "container_join", cause="foreign_directory",
                            road="^inherited working directory$")
        self.silent(twin)

    def test_more_capabilities_are_given_to_a_process_that_enters(self):
        twin, loud = self.idle_twin(), self.idle()
        line = ["sh", "-c", "grep CapEff /proc/self/status; exit $?"]
        self.works(self.runc.cli("exec", twin, *line))
        done = self.runc.cli("exec", "--cap", "CAP_SYS_ADMIN", loud, *line)
        self.assertTrue(int(done.stdout.split()[1], 16) & 1 << 21)
        found = self.tells_of_start(loud, "I4", "container_join", cause="more_capabilities")
        self.assertIn("SYS_ADMIN", found["object"])
        self.silent(twin)

    def test_no_seccomp_filter_holds_a_process_that_enters(self):
        twin, loud = self.twin(), self.start()
        line = ["sh", "-c", "grep Seccomp: /proc/self/status; exit $?"]
        self.assertEqual(self.docker.exec(twin, *line).stdout.split(), ["Seccomp:", "2"])
        done = enter(self.docker.inspect(loud)["State"]["Pid"], line[2])
        self.assertEqual(done.stdout.split(), ["Seccomp:", "0"], done.stderr)
        self.tells_of_start(loud, "I4", "container_join", cause="less_confinement")
        self.silent(twin)


if __name__ == "__main__":
    unittest.main(verbosity=2)
