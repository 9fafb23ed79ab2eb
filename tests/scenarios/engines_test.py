#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the engines of the scenarios work here: each weakness with and without, no remains."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import oci  # noqa: E402
from scenarios.engines import Docker, Runc, leftovers, sweep  # noqa: E402
from scenarios.oracle import CanaryFile  # noqa: E402

PTRACE, ADMIN = 1 << 19, 1 << 21


def field(text, name):
    """A value of /proc/PID/status."""
    return next(line.split()[1] for line in text.splitlines() if line.startswith(name))


class DockerWeaknesses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.docker = Docker()
        cls.addClassCleanup(cls.docker.stop)
        cls.docker.load_busybox()

    def status(self, *options):
        done = self.docker.run("busybox", "cat", "/proc/self/status", options=options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_hosts_root_is_there_only_when_bound(self):
        with CanaryFile() as canary:
            command = ["cat", f"/host{canary.path}"]
            self.assertFalse(canary.read_by(self.docker.run("busybox", *command)))
            bound = self.docker.run("busybox", *command, options=["-v", "/:/host"])
            self.assertTrue(canary.read_by(bound), bound.stderr)

    def test_the_hosts_processes_are_there_only_with_pid_host(self):
        command = ["readlink", "/proc/self/ns/pid"]
        ours = os.readlink("/proc/self/ns/pid")
        self.assertNotEqual(self.docker.run("busybox", *command).stdout.strip(), ours)
        shared = self.docker.run("busybox", *command, options=["--pid", "host"])
        self.assertEqual(shared.stdout.strip(), ours, shared.stderr)

    def test_capabilities_are_there_only_when_added(self):
        self.assertFalse(int(field(self.status(), "CapEff"), 16) & (PTRACE | ADMIN))
        added = self.status("--cap-add", "SYS_ADMIN", "--cap-add", "SYS_PTRACE")
        self.assertEqual(int(field(added, "CapEff"), 16) & (PTRACE | ADMIN), PTRACE | ADMIN)

    def test_seccomp_filters_unless_unconfined(self):
        self.assertEqual(field(self.status(), "Seccomp:"), "2")
        free = self.status("--security-opt", "seccomp=unconfined",
                           "--security-opt", "apparmor=unconfined")
        self.assertEqual(field(free, "Seccomp:"), "0")

    def test_a_device_is_there_only_when_given(self):
        command = ["test", "-c", "/dev/kmsg"]
        self.assertEqual(self.docker.run("busybox", *command).returncode, 1)
        given = self.docker.run("busybox", *command, options=["--device", "/dev/kmsg"])
        self.assertEqual(given.returncode, 0, given.stderr)

    def test_the_engines_socket_answers_only_when_mounted(self):
        command = ["/attacks/unix_connect", "path", "/var/run/docker.sock", "/version"]
        self.assertEqual(self.docker.run("busybox", *command).returncode, 1)
        mounted = self.docker.run("busybox", *command,
                                  options=["-v", f"{self.docker.socket}:/var/run/docker.sock"])
        self.assertIn("200 OK", mounted.stdout)

    def test_the_hosts_network_is_there_only_on_request(self):
        command = ["readlink", "/proc/self/ns/net"]
        ours = os.readlink("/proc/self/ns/net")
        self.assertNotEqual(self.docker.run("busybox", *command).stdout.strip(), ours)
        shared = self.docker.run("busybox", *command, options=["--network", "host"])
        self.assertEqual(shared.stdout.strip(), ours, shared.stderr)

    def test_exec_enters_a_running_container(self):
        container = self.docker.start("busybox", "sleep", "1000")
        self.addCleanup(self.docker.remove, container)
        self.docker.exec(container, "sh", "-c", "echo mark >/tmp/mark")
        self.assertEqual(self.docker.exec(container, "cat", "/tmp/mark").stdout, "mark\n")
        self.assertTrue(self.docker.inspect(container)["State"]["Running"])


class RuncWeaknesses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runc = Runc()
        cls.addClassCleanup(cls.runc.stop)

    def test_the_hosts_root_is_there_only_when_bound(self):
        with CanaryFile() as canary:
            command = ["cat", f"/host{canary.path}"]
            self.assertFalse(canary.read_by(self.runc.run(command)))
            bound = self.runc.run(command, mounts=[oci.bind("/", "/host")])
            self.assertTrue(canary.read_by(bound), bound.stderr)

    def test_a_capability_is_there_only_when_added(self):
        command = ["cat", "/proc/self/status"]
        self.assertFalse(int(field(self.runc.run(command).stdout, "CapEff"), 16) & PTRACE)
        added = self.runc.run(command, add=["CAP_SYS_PTRACE"])
        self.assertTrue(int(field(added.stdout, "CapEff"), 16) & PTRACE, added.stderr)

    def test_a_background_container_can_be_entered(self):
        name = self.runc.start(["sleep", "1000"])
        self.addCleanup(self.runc.remove, name)
        inside = self.runc.exec(name, "readlink", "/proc/self/ns/mnt").stdout.strip()
        self.assertEqual(inside, os.readlink(f"/proc/{self.runc.pid(name)}/ns/mnt"))


class CleaningUp(unittest.TestCase):
    def test_docker_leaves_nothing(self):
        with Docker() as docker:
            docker.load_busybox()
            container = docker.start("busybox", "sleep", "1000")
            self.assertNotEqual(leftovers(docker.directory, {container}), [])
        self.assertEqual(leftovers(docker.directory, {container}), [])

    def test_runc_leaves_nothing(self):
        with Runc() as runc:
            name = runc.start(["sleep", "1000"])
            self.assertNotEqual(leftovers(runc.directory, {name}), [])
        self.assertEqual(leftovers(runc.directory, {name}), [])

    def test_the_remains_of_a_killed_run_are_cleaned_by_the_next(self):
        script = ("import sys, time; sys.path.insert(0, '.')\n"
                  "from scenarios.engines import Docker; docker = Docker(); docker.load_busybox()\n"
                  "print(docker.directory, docker.start('busybox', 'sleep', '1000'), flush=True)\n"
                  "time.sleep(1000)")
        tests = pathlib.Path(__file__).resolve().parent.parent
        with subprocess.Popen([sys.executable, "-c", script], cwd=tests, text=True,
                              stdout=subprocess.PIPE) as parent:
            directory, container = parent.stdout.readline().split()
            parent.kill()
        self.assertNotEqual(leftovers(directory, {container}), [])
        sweep("docker")
        self.assertEqual(leftovers(directory, {container}), [])


class Images(unittest.TestCase):
    """The Debian image has what the benign suite needs, and works without a network."""

    @classmethod
    def setUpClass(cls):
        cls.docker = Docker()
        cls.addClassCleanup(cls.docker.stop)
        cls.docker.load_debian()

    def shows(self, script, expected):
        done = self.docker.run("debian", "bash", "-c", f"set -e; {script}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(expected, done.stdout)

    def test_apt_installs_a_package(self):
        self.shows("apt-get update; apt-get install -y brig-hello; brig-hello",
                   "hello from a package")

    def test_gcc_compiles(self):
        self.shows("echo 'int main(void){return 42;}' >/tmp/a.c; gcc -o /tmp/a /tmp/a.c;"
                   "/tmp/a || echo said $?", "said 42")

    def test_python_runs(self):
        self.shows("python3 -c 'print(6*7)'", "42")

    def test_redis_answers(self):
        self.shows("redis-server --daemonize yes --save '' >/dev/null;"
                   "until redis-cli ping; do :; done 2>/dev/null", "PONG")

    def test_nginx_answers(self):
        self.shows("nginx; exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3;"
                   "cat <&3", "Welcome to nginx")

    def test_postgres_answers(self):
        self.shows("pg_ctlcluster 15 main start; su postgres -c 'psql -Atc \"select 6*7\"'", "42")


if __name__ == "__main__":
    unittest.main(verbosity=2)
