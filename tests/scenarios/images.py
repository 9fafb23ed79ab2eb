# SPDX-License-Identifier: Apache-2.0
"""Root filesystems for containers, made without a registry: a small busybox and a full Debian.

Both are tar files, fit for `docker import` and for unpacking into a bundle. The Debian one is
cached: making it takes minutes and the network, using it takes neither.
"""
import hashlib
import inspect
import os
import pathlib
import shutil
import tarfile
import tempfile

from support import Missing, REPOSITORY, cache, debian_mirror, need, only_one, run

# The ordinary work that must not raise a finding: a shell, apt, a compiler, servers, python.
DEBIAN_PACKAGES = ["gcc", "libc6-dev", "python3", "redis-server", "nginx-light", "postgresql",
                   "procps"]
# apt inside the container has no network: its only source is this directory of the image.
LOCAL_REPOSITORY = "srv/packages"
LOCAL_PACKAGE = """Package: brig-hello
Version: 1.0
Architecture: all
Maintainer: brig tests <root@localhost>
Description: a package to install without a network
"""


def attack_programs():
    """The directory with the attack program under the name of each of its acts; the build hands it
    over, a plain checkout is searched."""
    given = os.environ.get("BRIG_ATTACKS")
    built = [pathlib.Path(given) / "canary"] if given else list(
        REPOSITORY.glob("build/*/drill/acts/canary"))
    built = [path for path in built if path.exists()]
    if not built:
        raise Missing("attack programs are not built: cmake --build PATH --target attacks")
    return max(built, key=lambda path: path.stat().st_mtime).parent


def copy_attacks(directory):
    """Copies the attack program once; its other names are links, as in the build."""
    source = attack_programs()
    directory.mkdir(exist_ok=True)
    shutil.copy(source / "attack", directory)
    for act in source.iterdir():
        if act.name != "attack":
            (directory / act.name).hardlink_to(directory / "attack")


def busybox_tree(directory, with_attacks=True):
    """Fills a directory with a root filesystem: busybox, a few files, attacks in /attacks."""
    need("busybox", root=False)
    for name in ("bin", "dev", "etc", "mnt", "proc", "root", "sys", "tmp", "var/run", "var/tmp"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    (directory / "tmp").chmod(0o1777)
    shutil.copy(shutil.which("busybox"), directory / "bin")
    for applet in run("busybox", "--list").stdout.split():
        link = directory / "bin" / applet
        if not link.exists():
            link.symlink_to("busybox")
    (directory / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n"
                                          "nobody:x:65534:65534::/:/bin/false\n")
    (directory / "etc/group").write_text("root:x:0:\nnobody:x:65534:\n")
    if with_attacks:
        copy_attacks(directory / "attacks")


def busybox_tar(path):
    """Writes the busybox root filesystem as a tar file."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = pathlib.Path(scratch) / "tree"
        busybox_tree(tree)
        with tarfile.open(path, "w") as tar:
            tar.add(tree, arcname=".")
    return path


def debian_tar():
    """The cached Debian root filesystem, made when there is none for the present recipe."""
    source = inspect.getsource(_make_debian) + inspect.getsource(_add_local_repository)
    recipe = hashlib.sha256(f"{DEBIAN_PACKAGES}{source}".encode()).hexdigest()[:12]
    directory = cache("images")
    path = directory / f"debian-{recipe}.tar"
    with only_one(directory):
        if not path.exists():
            for old in directory.glob("debian-*.tar"):
                old.unlink()
            _make_debian(directory, path)
    return path


def _make_debian(directory, path):
    need("apt-get", "debootstrap", "dpkg-deb")
    with tempfile.TemporaryDirectory(dir=directory) as scratch:
        tree = pathlib.Path(scratch) / "tree"
        run("debootstrap", "--variant=minbase", "bookworm", tree, debian_mirror(), timeout_s=900)
        # No service starts while packages are installed.
        (tree / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (tree / "usr/sbin/policy-rc.d").chmod(0o755)
        install = ["apt-get", "install", "-y", "--no-install-recommends", *DEBIAN_PACKAGES]
        run("chroot", tree, *install, timeout_s=1800,
            env={"DEBIAN_FRONTEND": "noninteractive", "PATH": os.environ["PATH"], "LC_ALL": "C"})
        run("chroot", tree, "apt-get", "clean")
        _add_local_repository(tree)
        for waste in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
                      "var/lib/apt/lists"):
            shutil.rmtree(tree / waste)
        (tree / "var/lib/apt/lists/partial").mkdir(parents=True)
        unfinished = path.with_suffix(".unfinished")
        run("tar", "--one-file-system", "-C", tree, "-cf", unfinished, ".", timeout_s=600)
        unfinished.rename(path)


def _add_local_repository(tree):
    """One tiny package, its index, and an apt that knows no other source."""
    store = tree / LOCAL_REPOSITORY
    with tempfile.TemporaryDirectory() as scratch:
        package = pathlib.Path(scratch) / "package"
        (package / "DEBIAN").mkdir(parents=True)
        (package / "DEBIAN/control").write_text(LOCAL_PACKAGE)
        (package / "usr/bin").mkdir(parents=True)
        (package / "usr/bin/brig-hello").write_text("#!/bin/sh\necho hello from a package\n")
        (package / "usr/bin/brig-hello").chmod(0o755)
        store.mkdir(parents=True)
        deb = store / "brig-hello_1.0_all.deb"
        run("dpkg-deb", "--root-owner-group", "--build", package, deb)
    content = deb.read_bytes()
    (store / "Packages").write_text(
        f"{LOCAL_PACKAGE}Filename: ./{deb.name}\nSize: {len(content)}\n"
        f"SHA256: {hashlib.sha256(content).hexdigest()}\n")
    for source in (tree / "etc/apt").glob("sources.list*"):
        shutil.rmtree(source) if source.is_dir() else source.unlink()
    (tree / "etc/apt/sources.list").write_text(
        f"deb [trusted=yes] file:///{LOCAL_REPOSITORY} ./\n")
