#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A QEMU guest with one of Debian's kernels, busybox, runc and programs of ours.

    with Guest("6.1", programs=["build/debug/agent/brigd"]) as guest:
        answer = guest.run("brigd --version")      # answer.status, .stdout, .stderr
        answer = guest.container("id -u", add=["CAP_SYS_PTRACE"])

The guest has no disk and no network: everything is in its initial RAM file system, so each boot
is new and any number of guests run side by side. QEMU ends with the test, whatever happens.
"""
import base64
import json
import os
import pathlib
import selectors
import shutil
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
from support import abandoned, need, private_directory, run, stop, with_parent  # noqa: E402

MEMORY_MIB = 1024
BOOT_TIMEOUT_S = 120
COMMAND_TIMEOUT_S = 60
PART_BYTES = 512  # of a command that are sent at once


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
    found = shutil.which(str(program)) or str(program)
    for library in libraries(found):
        target = tree / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy(library, target)
    shutil.copy(found, tree / "bin")


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


def qemu(kernel, initramfs, command_line, serial):
    """QEMU's command line. TCG and not KVM: the same everywhere, also inside a virtual machine."""
    return with_parent(
        "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", MEMORY_MIB, "-nodefaults",
        "-display", "none", "-no-reboot", "-kernel", kernel / "vmlinuz", "-initrd", initramfs,
        # A loaded machine delivers the timer late; the kernel would take that for a broken board.
        "-append", f"console=ttyS0 quiet no_timer_check panic=-1 rdinit=/init {command_line}",
        *serial)


class Guest:
    """A running guest; use it as a context manager. One thread at a time."""

    def __init__(self, series, programs=(), files=None, modules=(), command_line="",
                 boot_timeout_s=BOOT_TIMEOUT_S):
        """modules: kernel modules that are loaded at the start; see also make_initramfs()."""
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
            initramfs = self._directory / "initramfs"
            make_initramfs(initramfs, self.kernel, programs, files or {}, modules)
            serial = ["-serial", f"file:{self._console}",
                      "-chardev", "stdio,id=commands,signal=off", "-serial", "chardev:commands"]
            self._process = subprocess.Popen(
                qemu(self.kernel, initramfs, command_line, serial), bufsize=0,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + boot_timeout_s
            while self._line(deadline) != "ready":
                pass
            initramfs.unlink()  # QEMU has read it; a killed test then leaves little behind
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
                          f" exit 0; usleep 100000; done; cat /run/{name}.log >&2; exit 1")
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
    """An interactive shell in a guest: shell [SERIES] [PROGRAM...]."""
    series = words[0] if words else "6.1"
    if series not in fetch_kernels.SERIES:
        print(f"usage: shell [{'|'.join(fetch_kernels.SERIES)}] [PROGRAM...]", file=sys.stderr)
        return 2
    need("qemu-system-x86_64", "busybox", "cpio", "ldd", "runc", "setpriv", root=False)
    kernel = fetch_kernels.fetch(series)
    with tempfile.TemporaryDirectory() as scratch:
        initramfs = pathlib.Path(scratch) / "initramfs"
        make_initramfs(initramfs, kernel, words[1:], {})
        extra = os.environ.get("BRIG_GUEST_APPEND", "")
        return subprocess.call(qemu(kernel, initramfs, f"brig.shell {extra}",
                                    ["-serial", "mon:stdio"]))


if __name__ == "__main__":
    try:
        sys.exit(shell(sys.argv[1:]))
    except fetch_kernels.Missing as reason:
        sys.exit(f"shell: {reason}")
