#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A QEMU guest with one of Debian's kernels, busybox, runc and programs of ours.

    with Guest("6.1", programs=["build/debug/agent/brigd"]) as guest:
        answer = guest.run("brigd --version")      # answer.status, .stdout, .stderr
        answer = guest.container("id -u", add=["CAP_SYS_PTRACE"])

The guest has no disk and no network: everything is in its initial RAM file system, so each boot
is new and any number of guests run side by side. QEMU ends with the test, whatever happens. The
file system is kept by the hash of what is in it and how it is made.
"""
import argparse
import base64
import hashlib
import inspect
import json
import os
import pathlib
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import oci  # noqa: E402
from guest import fetch_kernels  # noqa: E402
from scenarios import images  # noqa: E402
from support import (abandoned, cache, need, only_one, private_directory, run, stop,  # noqa: E402
                     wait_for, with_parent)

MEMORY_MIB = 1024
CPUS = int(os.environ.get("BRIG_GUEST_CPUS", "1"))  # each keeps a processor of this host busy
BOOT_TIMEOUT_S = 120
COMMAND_TIMEOUT_S = 60
START_TIMEOUT_S = 180  # of a container, beside many others and other guests
SAVE_TIMEOUT_S = 120
PART_BYTES = 512  # of a command that are sent at once
# What Debian's kernels offer; without "bpf" programs of the guard cannot be attached.
LSMS = "landlock,lockdown,yama,integrity,apparmor"
MAX_KEPT = 12  # initial file systems in the cache, the newest ones


class GuestError(RuntimeError):
    """The guest did not boot, or does not answer any more; the message ends with its console."""


@dataclass
class Answer:
    """What a command in the guest left: exit status (137 after its deadline) and its output."""
    status: int
    stdout: str
    stderr: str


def libraries(program):
    """The shared libraries and the loader that a program needs; none for a static one."""
    done = run("ldd", program, check=False)
    words = [word for line in done.stdout.splitlines() for word in line.split()]
    return [word for word in words if word.startswith("/")]


def add_program(tree, program):
    """Copies a program to bin/ of the tree, and what it is linked with to the same paths."""
    found = pathlib.Path(shutil.which(str(program)) or program)
    for library in libraries(found):
        target = tree / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy(library, target)
    target = tree / "bin" / found.name
    target.unlink(missing_ok=True)  # it takes the place of busybox's
    shutil.copy(found, target)


def make_initramfs(path, kernel, programs, files, modules=()):
    """Writes the file system a guest starts from. files: path in the guest -> file of the host."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch) / "tree"
        images.busybox_tree(tree, with_attacks=False)
        (tree / "run").mkdir()
        images.busybox_tree(tree / "image")
        shutil.copytree(kernel / "modules", tree / "modules")
        for module in modules:
            shutil.copy(module, tree / "modules")
        for program in ("runc", HERE / "container", *programs):
            add_program(tree, program)
        shutil.copy(HERE / "init", tree / "init")
        config = oci.config(["@ARGUMENTS@"])
        (tree / "etc/config.json").write_text(json.dumps(config, indent=1))
        for inside, outside in files.items():
            target = tree / inside.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(outside, target)
        run("sh", "-c", f"find . -print0 | cpio -0 -o -H newc -R 0:0 --quiet >{path}", cwd=tree)


def fingerprint(kernel, programs, files, modules):
    """A hash of everything that make_initramfs() puts in or uses."""
    programs = [shutil.which(str(program)) or str(program) for program in ("runc", *programs)]
    inputs = [shutil.which("busybox"), HERE / "init", HERE / "container", *modules, *programs,
              *(library for program in programs for library in libraries(program)),
              *sorted((kernel / "modules").iterdir()), *files.values(),
              images.attack_programs() / "attack"]
    digest = hashlib.sha256(repr(sorted(files)).encode())
    for code in (make_initramfs, add_program, images, oci):
        digest.update(inspect.getsource(code).encode())
    for path in inputs:
        digest.update(f"{pathlib.Path(path).name}\n".encode())
        digest.update(hashlib.sha256(pathlib.Path(path).read_bytes()).digest())
    return digest.hexdigest()[:16]


def initramfs(kernel, programs, files, modules=()):
    """The path of the initial file system, made when there is none of that content yet."""
    directory = cache("initramfs")
    path = directory / f"{kernel.name}-{fingerprint(kernel, programs, files, modules)}.cpio"
    with only_one(directory):
        if path.exists():
            path.touch()
            return path
        kept = sorted(directory.glob("*.cpio"), key=lambda each: each.stat().st_mtime)
        for old in kept[:-MAX_KEPT]:
            old.unlink()
        unfinished = path.with_suffix(".unfinished")
        make_initramfs(unfinished, kernel, programs, files, modules)
        unfinished.rename(path)
    return path


def lsm(bpf):
    """The part of the kernel's command line that says which security modules there are."""
    return f"lsm={LSMS},bpf" if bpf else f"lsm={LSMS}"


def qemu(kernel, initramfs, command_line, serial):
    """QEMU's command line. TCG and not KVM: the same everywhere, also inside a virtual machine."""
    return with_parent(
        "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-smp", CPUS, "-m", MEMORY_MIB,
        "-nodefaults", "-display", "none", "-no-reboot", "-kernel", kernel / "vmlinuz",
        "-initrd", initramfs,
        # A loaded machine delivers the timer late; the kernel would take that for a broken board.
        "-append", f"console=ttyS0 quiet no_timer_check panic=-1 rdinit=/init {command_line}",
        *serial)


class Guest:
    """A running guest; use it as a context manager. One thread at a time."""

    def __init__(self, series, programs=(), files=None, modules=(), command_line="", bpf_lsm=True,
                 boot_timeout_s=BOOT_TIMEOUT_S, state=None):
        """programs: paths, or names of what this host has (crun, strace), with their libraries.
        files: path in the guest -> file of the host. modules: kernel modules, loaded at the start.
        bpf_lsm: whether the kernel takes programs that refuse. state: a file that save() wrote for
        a guest of the same options: it goes on from there instead of booting."""
        need("qemu-system-x86_64", "busybox", "cpio", "ldd", "runc", "setpriv", root=False)
        self.kernel = fetch_kernels.fetch(series)
        for old in abandoned("guest"):
            shutil.rmtree(old, ignore_errors=True)
        self._directory = private_directory("guest")
        self._console = self._directory / "console"
        self._number = 0
        self._pending = b""
        self._process = None
        try:
            archive = initramfs(self.kernel, programs, files or {}, modules)
            options = ["-serial", f"file:{self._console}",
                       "-chardev", "stdio,id=commands,signal=off", "-serial", "chardev:commands",
                       "-monitor", f"unix:{self._directory}/monitor,server=on,wait=off"]
            if state:
                options += ["-incoming", f"exec:cat {state}"]
            self._process = subprocess.Popen(
                qemu(self.kernel, archive, f"{lsm(bpf_lsm)} {command_line}", options), bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + boot_timeout_s
            if state:
                # What is typed before the state is read would be forgotten.
                wait_for(lambda: (self._directory / "monitor").exists() and
                         "running" in self._monitor("info status"), "the saved guest",
                         boot_timeout_s)
            while not state and self._line(deadline) != "ready":
                pass
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends QEMU and removes its files. May be called twice."""
        if self._process:
            self._process.stdin.close()
            stop(self._process, timeout_s=5)
            self._process.stdout.close()
            self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def save(self, path):
        """Writes the whole state of the guest into a file, and ends it. Its clock stands still
        until a guest goes on from there."""
        self._monitor(f'migrate "exec:cat >{path}"')
        state = self._monitor("info migrate")
        if "completed" not in state:
            raise GuestError(f"the guest's state is not saved: {state}")
        self.stop()

    def _monitor(self, command):
        """What QEMU's own console answers to a command."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(SAVE_TIMEOUT_S)
            monitor.connect(f"{self._directory}/monitor")
            for line in (None, command):  # it greets first
                if line:
                    monitor.sendall(f"{line}\n".encode())
                said = ""
                while not said.rstrip().endswith("(qemu)"):
                    said += monitor.recv(4096).decode(errors="replace")
            return said

    def console(self):
        """What the kernel and init have said so far."""
        try:
            return self._console.read_text(errors="backslashreplace")
        except FileNotFoundError:
            return ""

    def run(self, command, timeout_s=COMMAND_TIMEOUT_S):
        """Runs a line of shell in the guest. What it starts with & goes on after the answer."""
        self._number += 1
        deadline = time.monotonic() + timeout_s + 10
        text = base64.b64encode(command.encode()).decode()
        for at in range(0, len(text), PART_BYTES):
            self._process.stdin.write(f"+ {text[at:at + PART_BYTES]}\n".encode())
            while self._line(deadline) != "+":
                pass
        self._process.stdin.write(f"{self._number} {timeout_s}\n".encode())
        while True:
            fields = self._line(deadline).split()
            if len(fields) == 4 and fields[0] == str(self._number):
                out, err = (base64.b64decode(text.rstrip("-")).decode(errors="backslashreplace")
                            for text in fields[2:])
                return Answer(int(fields[1]), out, err)

    def container(self, command, name=None, timeout_s=COMMAND_TIMEOUT_S, **weaknesses):
        """Runs a shell script in a new runc container; weaknesses as in oci.config()."""
        return self.run(self._container_start(command, name, weaknesses), timeout_s)

    def start_container(self, command, name, **weaknesses):
        """The same in the background; `runc exec NAME`, `runc kill NAME` reach it afterwards."""
        start = self._container_start(command, name, weaknesses)
        answer = self.run(f"({start}) >/run/{name}.log 2>&1 &\n"
                          f"for try in $(seq 100); do runc state {name} >/run/{name}.state 2>&1 &&"
                          f" exit 0; usleep 100000; done; cat /run/{name}.log >&2; exit 1",
                          START_TIMEOUT_S)
        if answer.status != 0:
            raise GuestError(f"container {name} does not start: {answer.stderr}")

    def _container_start(self, command, name, weaknesses):
        config = json.dumps(oci.config(["sh", "-c", command], **weaknesses))
        name = name or f"test{self._number}"
        return f"container -n {name} -c - <<'END'\n{config}\nEND\n"

    def _line(self, deadline):
        with selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._pending:
                if not ready.select(max(0.0, deadline - time.monotonic())):
                    raise GuestError(f"no answer in time; console:\n{self.console()[-3000:]}")
                data = os.read(self._process.stdout.fileno(), 65536)
                if not data:
                    raise GuestError(f"the guest ended; console:\n{self.console()[-3000:]}")
                self._pending += data
        line, self._pending = self._pending.split(b"\n", 1)
        return line.decode(errors="backslashreplace").strip()


def shell(words):
    """An interactive shell in a guest, or one command in it."""
    parser = argparse.ArgumentParser(prog="shell", description=shell.__doc__)
    parser.add_argument("series", nargs="?", default="6.1", choices=fetch_kernels.SERIES)
    parser.add_argument("programs", nargs="*", metavar="PROGRAM",
                        help="a path, or the name of a program of this host")
    parser.add_argument("-c", dest="command", help="run this, print what it says, and end")
    parser.add_argument("--brig", action="store_true",
                        help="with -c: in a guest where brigd of the newest build runs")
    parser.add_argument("--exploit", action="store_true",
                        help="load the module that plays the kernel exploit")
    parser.add_argument("--no-bpf-lsm", dest="bpf_lsm", action="store_false",
                        help="a kernel that takes no program that refuses")
    wanted = parser.parse_args(words)
    need("qemu-system-x86_64", "busybox", "cpio", "ldd", "runc", "setpriv", root=False)
    modules = []
    if wanted.exploit:
        from guest.exploit import module
        modules = [module.build(wanted.series)]
    extra = os.environ.get("BRIG_GUEST_APPEND", "")
    if wanted.brig and wanted.command is None:
        parser.error("--brig goes with -c")
    if wanted.command is not None:
        from guest.prepared import brig_programs, brig_script, prepared
        script, programs = "true", wanted.programs
        if wanted.brig:
            script, programs = brig_script(), [*programs, *brig_programs()]
        with prepared(wanted.series, script, programs=programs, modules=modules,
                      command_line=extra, bpf_lsm=wanted.bpf_lsm) as guest:
            answer = guest.run(wanted.command, timeout_s=600)
        sys.stdout.write(answer.stdout)
        sys.stderr.write(answer.stderr)
        return answer.status
    kernel = fetch_kernels.fetch(wanted.series)
    archive = initramfs(kernel, wanted.programs, {}, modules)
    return subprocess.call(qemu(kernel, archive, f"{lsm(wanted.bpf_lsm)} brig.shell {extra}",
                                ["-serial", "mon:stdio"]))


if __name__ == "__main__":
    try:
        sys.exit(shell(sys.argv[1:]))
    except fetch_kernels.Missing as reason:
        sys.exit(f"shell: {reason}")
