# SPDX-License-Identifier: Apache-2.0
"""All modules of a guest kernel as a file system, and those that reach the disk, in order."""
import pathlib
import re
import shutil
import tempfile

from guest import fetch_kernels
from guest.machine.disk import file_system
from support import need, only_one, run

SIZE_MIB = 1024  # sparse
# What a machine needs before it has its modules: they lie on a disk.
FOR_THE_DISK = ["virtio_pci", "virtio_blk", "ext4"]


def modules(series):
    """(file system with lib/modules of this kernel, directory of the modules for the disk)."""
    need("apt-get", "dpkg", "xz", "depmod", "modprobe", "mkfs.ext4", root=False)
    kernel = fetch_kernels.fetch(series)
    release = (kernel / "release").read_text().strip()
    path, early = kernel / f"modules-{release}.ext4", kernel / f"early-{release}"
    with only_one(kernel):
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=kernel) as scratch:
                _make(series, release, pathlib.Path(scratch), path, early)
    return path, early


def _make(series, release, scratch, path, early):
    prefix, private = fetch_kernels.SERIES[series]
    options = fetch_kernels.private_apt(fetch_kernels.BACKPORTS) if private else []
    # Since 7 the image and its modules are packages of their own.
    image = fetch_kernels.newest(prefix, options)
    package = re.sub("^linux-binary", "linux-modules", image)
    if not package.endswith(release):
        raise fetch_kernels.Missing(f"{package} is not for {release}: fetch_kernels.py --refresh")
    fetch_kernels.unpack(package, options, scratch)
    found = next(path for pattern in ("tree/lib/modules/*", "tree/usr/lib/modules/*")
                 for path in scratch.glob(pattern))
    root = scratch / "root"
    target = root / "lib/modules" / release
    target.parent.mkdir(parents=True)
    shutil.move(found, target)
    run("depmod", "-b", root, release)
    shutil.rmtree(early, ignore_errors=True)
    early.mkdir()
    _copy_early(root, release, early)
    file_system(target, path, SIZE_MIB)


def _copy_early(root, release, early):
    """Copies what FOR_THE_DISK needs, numbered in the order of loading."""
    wanted = []
    for name in FOR_THE_DISK:
        lines = run("modprobe", "-d", root, "-S", release, "--show-depends", name).stdout
        wanted += [line.split()[1] for line in lines.splitlines() if line.startswith("insmod")]
    for number, module in enumerate(dict.fromkeys(wanted)):
        copy = early / f"{number:02}-{pathlib.Path(module).name}"
        shutil.copy(module, copy)
        if copy.suffix == ".xz":
            run("xz", "-d", copy)
