# SPDX-License-Identifier: Apache-2.0
"""Container engines of our own for tests: a private dockerd with containerd, bare runc and crun.

    with Docker() as docker, Runc() as runc:
        docker.load_busybox()
        docker.run("busybox", "id", options=["--cap-add", "SYS_ADMIN"]).stdout
        runc.run(["id"], add=["CAP_SYS_PTRACE"])

Everything an engine makes lies under one directory. Cleaning up needs only that directory: it
ends the processes that name it, unmounts what is below it, removes the cgroups of its
containers. So what a killed run left behind is cleaned up by the next one.
"""
import json
import os
import pathlib
import re
import secrets
import shutil
import signal
import subprocess

import oci
from scenarios import images
from scenarios.brig import program
from support import abandoned, need, private_directory, run, stop, wait_for, with_parent

READY_TIMEOUT_S = 60


def sweep(kind):
    """Cleans up after test programs that were killed."""
    for directory in abandoned(kind):
        clean(directory)


def processes_naming(directory):
    """Pids of the processes that have the directory as (part of) a word of their command line."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        # Only engines and shims: not an editor that has one of our files open.
        program = command.split(b"\0")[0].rsplit(b"/", 1)[-1]
        if program in (b"dockerd", b"containerd", b"containerd-shim-runc-v2", b"docker-proxy",
                       b"conmon", b"podman"):
            if os.fsencode(directory) in command:
                found.append(int(entry.name))
    return found


def unmount_below(directory):
    for line in reversed(pathlib.Path("/proc/self/mountinfo").read_text().splitlines()):
        target = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), line.split()[4])
        if target.startswith(f"{directory}/"):
            run("umount", "--lazy", target, check=False)


def remove_cgroups(names):
    """Removes the cgroups of these containers from every hierarchy, their children first."""
    if not names:
        return
    found = [path for path, _, _ in os.walk("/sys/fs/cgroup") if set(path.split("/")) & names]
    for path in sorted(found, key=len, reverse=True):
        try:
            os.rmdir(path)
        except OSError:
            pass  # gone already, or not empty: then leftovers() shows it


def _container_ids(directory):
    """Containers known to the engine or to runc under this directory, also after a crash."""
    parents = (directory / "data/containers", directory / "bundles", directory / "runc")
    return {path.name for parent in parents if parent.is_dir() for path in parent.iterdir()}


def clean(directory):
    """Removes an engine's directory and everything that hangs on it."""
    directory = pathlib.Path(directory)
    names = _container_ids(directory)
    for state in (directory / "runc", *directory.glob("exec/runtime-*/*")):
        if state.is_dir():
            for name in [path.name for path in state.iterdir()]:
                crun = (state / name / "status").exists()
                run(directory / "crun" if crun else "runc", "--root", state, "delete", "--force",
                    name, check=False)
    pids = processes_naming(directory)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    # A shim is not our child: it is gone when init, or the child reaper above us, has reaped it.
    wait_for(lambda: not processes_naming(directory), f"the end of {pids}")
    unmount_below(directory)
    remove_cgroups(names)
    shutil.rmtree(directory)


def leftovers(directory, names=()):
    """What cleaning should have removed and did not, as text; the self-test wants it empty."""
    found = [f"process {pid}" for pid in processes_naming(directory)]
    mounts = pathlib.Path("/proc/self/mountinfo").read_text()
    found += [f"mount {line}" for line in mounts.splitlines() if f" {directory}/" in line]
    found += [f"cgroup {path}" for path, _, _ in os.walk("/sys/fs/cgroup")
              if set(path.split("/")) & set(names)]
    if os.path.exists(directory):
        found.append(f"directory {directory}")
    return found


def make_crun(directory):
    """Puts a crun into the directory that works where cgroup v2 lies beside v1, and returns it."""
    need("crun")
    library = directory / "hide_unified.so"
    shutil.copy(program("tests", library.name), library)
    crun = directory / "crun"
    crun.write_text(f'#!/bin/sh\nLD_PRELOAD={library} exec {shutil.which("crun")} "$@"\n')
    crun.chmod(0o755)
    return crun


def _network(options):
    return () if "--network" in options else ("--network", "none")


class Docker:
    """A private dockerd. Containers run with --network none unless the options say another.

    crun: it has the runtime crun too.
    """

    def __init__(self, crun=False):
        need("docker", "dockerd", "containerd", "runc", "setpriv")
        sweep("docker")
        self.directory = private_directory("docker")
        self.socket = self.directory / "docker.sock"
        self.containerd_socket = self.directory / "containerd.sock"
        self._log = open(self.directory / "log", "wb")
        self._processes = []
        self._runtimes = {"crun": {"path": str(make_crun(self.directory))}} if crun else {}
        try:
            self._start_containerd()
            self._start_dockerd()
        except BaseException:
            self.stop()
            raise

    def _start(self, *command):
        process = subprocess.Popen(with_parent(*command), stdin=subprocess.DEVNULL,
                                   stdout=self._log, stderr=self._log)
        self._processes.append(process)
        return process

    def _wait(self, process, answers, name):
        def ready_or_dead():
            return process.poll() is not None or answers()
        wait_for(ready_or_dead, f"{name}:\n{self.log()[-2000:]}", READY_TIMEOUT_S)
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode}:\n{self.log()[-2000:]}")

    def _start_containerd(self):
        # Our own, never the machine's: dockerd would take a running system containerd.
        config = self.directory / "containerd.toml"
        config.write_text('version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n')
        process = self._start("containerd", "--config", config,
                              "--root", self.directory / "containerd",
                              "--state", self.directory / "containerd-state",
                              "--address", self.containerd_socket)
        self._wait(process, self.containerd_socket.exists, "containerd")

    def _start_dockerd(self):
        config = self.directory / "daemon.json"
        config.write_text(json.dumps({"runtimes": self._runtimes}))
        process = self._start("dockerd", "--config-file", config,
                              "--host", f"unix://{self.socket}", "--bridge", "none",
                              "--iptables=false", "--ip6tables=false",
                              "--data-root", self.directory / "data",
                              "--exec-root", self.directory / "exec",
                              "--pidfile", self.directory / "pid",
                              "--containerd", self.containerd_socket)
        self._wait(process, lambda: self.cli("version", check=False).returncode == 0, "dockerd")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def log(self):
        return (self.directory / "log").read_text(errors="backslashreplace")

    def stop(self):
        """Removes containers, ends both daemons, leaves nothing. May be called twice."""
        if not self.directory.exists():
            return
        if len(self._processes) == 2 and self._processes[1].poll() is None:
            containers = self.cli("ps", "-aq", check=False).stdout.split()
            if containers:
                self.cli("rm", "--force", "--volumes", *containers, check=False)
        for process in reversed(self._processes):
            stop(process)
        self._log.close()
        clean(self.directory)

    def cli(self, *words, check=True, timeout_s=120, **options):
        """Runs the docker command against this engine."""
        return run("docker", "--host", f"unix://{self.socket}", *words, check=check,
                   timeout_s=timeout_s, **options)

    def load_busybox(self, name="busybox"):
        """An image of busybox with the attack programs in /attacks."""
        path = images.busybox_tar(self.directory / "busybox.tar")
        self.cli("import", path, name)
        return name

    def load_debian(self, name="debian"):
        """An image with apt, gcc, python3, redis, nginx and postgres (see images.py)."""
        self.cli("import", images.debian_tar(), name, timeout_s=300)
        return name

    def run(self, image, *command, options=(), timeout_s=120):
        """Runs a container to its end: a CompletedProcess, also when the command fails."""
        return self.cli("run", "--rm", *_network(options), *options, image, *command,
                        check=False, timeout_s=timeout_s)

    def start(self, image, *command, options=()):
        """Starts a container in the background and returns its id."""
        return self.cli("run", "--detach", *_network(options), *options, image,
                        *command).stdout.strip()

    def exec(self, container, *command, options=(), timeout_s=120):
        return self.cli("exec", *options, container, *command, check=False, timeout_s=timeout_s)

    def inspect(self, container):
        return json.loads(self.cli("inspect", container).stdout)[0]

    def remove(self, container):
        self.cli("rm", "--force", container)


class Runc:
    """Containers that runc starts with no daemon above it. Weaknesses as in oci.config()."""

    def __init__(self):
        need("runc")
        sweep("runc")
        self.directory = private_directory("runc")
        self.program = self.make_program()
        images.busybox_tree(self.directory / "rootfs")

    def make_program(self):
        return "runc"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.directory.exists():
            clean(self.directory)

    def bundle(self, name, args, **weaknesses):
        """Writes a bundle with a root filesystem of its own and returns its directory."""
        bundle = self.directory / "bundles" / name
        shutil.copytree(self.directory / "rootfs", bundle / "rootfs", symlinks=True)
        (bundle / "config.json").write_text(json.dumps(oci.config(args, **weaknesses)))
        return bundle

    def cli(self, *words, check=True, **options):
        return run(self.program, "--root", self.directory / "runc", *words, check=check, **options)

    def run(self, args, name=None, timeout_s=120, **weaknesses):
        """Runs a container to its end: a CompletedProcess, also when the command fails."""
        name = name or f"brig-{secrets.token_hex(4)}"
        bundle = self.bundle(name, args, **weaknesses)
        return self.cli("run", "--bundle", bundle, name, check=False, timeout_s=timeout_s)

    def start(self, args, name=None, **weaknesses):
        """Starts a container in the background and returns its name."""
        name = name or f"brig-{secrets.token_hex(4)}"
        bundle = self.bundle(name, args, **weaknesses)
        # runc hands its own outputs to the container: a pipe would never see its end.
        with open(bundle / "output", "wb") as output:
            subprocess.run([self.program, "--root", self.directory / "runc", "run", "--detach",
                            "--bundle", bundle, name], stdin=subprocess.DEVNULL, stdout=output,
                           stderr=output, check=True, timeout=60)
        return name

    def exec(self, name, *command):
        return self.cli("exec", name, *command, check=False)

    def pid(self, name):
        """The host's pid of the first process."""
        return json.loads(self.cli("state", name).stdout)["pid"]

    def remove(self, name):
        self.cli("delete", "--force", name)


class Crun(Runc):
    """The same with crun."""

    def make_program(self):
        return make_crun(self.directory)
