#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A guest that is a whole machine: systemd, dockerd, podman and their images on a disk.

    with Machine("6.1", files={"/usr/sbin/brigd": "build/release/agent/brigd"}) as machine:
        machine.run("docker run --rm small id").stdout

The disk is shared and never written to: each machine keeps its changes in a file of its own that
ends with it. There is no network beyond the machine's own.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
from guest import fetch_kernels  # noqa: E402
from guest.guest import Guest  # noqa: E402
from guest.machine.disk import disk  # noqa: E402
from guest.machine.modules import modules  # noqa: E402
from scenarios.images import busybox_tree  # noqa: E402
from support import abandoned, need, private_directory, run, with_parent  # noqa: E402

MEMORY_MIB = 3072
CORES = 2
BOOT_TIMEOUT_S = 600
SERVE_UNIT = """[Unit]
After=docker.service

[Service]
ExecStart=/usr/local/sbin/serve
KillMode=process
Environment=HOME=/root
"""


def make_initramfs(path, early, files):
    """The small file system that finds the disk. files: path in the machine -> file of the host."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch) / "tree"
        busybox_tree(tree, with_attacks=False)
        (tree / "new").mkdir()
        shutil.copytree(early, tree / "early")
        shutil.copy(HERE / "init", tree / "init")
        units = tree / "files/etc/systemd/system"
        (units / "multi-user.target.wants").mkdir(parents=True)
        (units / "serve.service").write_text(SERVE_UNIT)
        (units / "multi-user.target.wants/serve.service").symlink_to("../serve.service")
        for inside, outside in {"/usr/local/sbin/serve": HERE / "serve", **files}.items():
            target = tree / "files" / inside.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(outside, target)
        run("sh", "-c", f"find . -print0 | cpio -0 -o -H newc -R 0:0 --quiet >{path}", cwd=tree)


def qemu(kernel, initramfs, disks, command_line, serial, cores, options):
    """QEMU's command line. TCG and not KVM: the same everywhere, also inside a virtual machine."""
    drives = [word for path in disks for word in
              ("-drive", f"file={path},if=virtio,format=raw,snapshot=on,cache=unsafe")]
    return with_parent(
        "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", MEMORY_MIB, "-smp", cores,
        "-nodefaults", "-display", "none", "-no-reboot", "-device", "virtio-rng-pci", *drives,
        "-kernel", kernel / "vmlinuz", "-initrd", initramfs,
        "-append", f"console=ttyS0 quiet no_timer_check panic=-1 rdinit=/init {command_line}",
        *options, *serial)


class Machine(Guest):
    """A running machine; its commands are answered as a Guest's are. One thread at a time."""

    def __init__(self, series, files=None, command_line="", cores=CORES, options=()):
        need("qemu-system-x86_64", "busybox", "cpio", "setpriv")
        self.kernel = fetch_kernels.fetch(series)
        modules_disk, early = modules(series)
        disks = (disk(), modules_disk)
        for old in abandoned("machine"):
            shutil.rmtree(old, ignore_errors=True)
        self._directory = private_directory("machine")
        self._console = self._directory / "console"
        self._number, self._pending, self._process = 0, b"", None
        try:
            initramfs = self._directory / "initramfs"
            make_initramfs(initramfs, early, files or {})
            serial = ["-serial", f"file:{self._console}",
                      "-chardev", "stdio,id=commands,signal=off", "-serial", "chardev:commands"]
            self._process = subprocess.Popen(
                qemu(self.kernel, initramfs, disks, command_line, serial, cores, options),
                bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(self._directory)})
            deadline = time.monotonic() + BOOT_TIMEOUT_S
            while self._line(deadline) != "ready":
                pass
        except BaseException:
            self.stop()
            raise
