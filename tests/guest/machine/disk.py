# SPDX-License-Identifier: Apache-2.0
"""The disk of a machine: Debian 12 with systemd, every container engine, and images for them.

One ext4 file system per recipe, cached; a machine never writes to it. Two trees go in: the host,
and `work`, which the engine has as the image `work`: servers, compilers, git, another systemd.
"""
import hashlib
import os
import pathlib
import shutil
import tempfile

from scenarios import images
from scenarios.engines import Docker
from support import cache, debian_mirror, need, only_one, run

SIZE_MIB = 6144  # sparse: what is not used takes no room
HOST_PACKAGES = [
    "systemd", "systemd-sysv", "dbus", "kmod", "iproute2", "iptables", "procps", "python3",
    "docker.io", "containerd", "runc", "crun", "podman", "uidmap", "slirp4netns", "fuse-overlayfs",
    "catatonit", "libpam-systemd", "dbus-user-session", "systemd-container", "bubblewrap",
    "mmdebstrap", "apparmor", "busybox-static", "jq", "criu"]
WORK_PACKAGES = [
    "systemd", "systemd-sysv", "dbus", "procps", "redis-server", "nginx-light", "postgresql",
    "python3", "nodejs", "gcc", "make", "libc6-dev", "git", "cron", "logrotate", "bzip2", "curl",
    "uidmap", "prometheus-node-exporter"]
# What apt installs inside containers, from a directory: a library, its user, and a bare program.
STORE_PACKAGES = ["jq", "libjq1", "libonig5", "hello", "busybox-static"]
SOURCE = "zlib"  # a real project that a container builds and tests
QUIET = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
WASTE = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info",
         "var/lib/apt/lists", "var/cache/apt")
# Nobody wants these of a machine that lives for minutes.
MASKED_UNITS = ["apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer",
                "dpkg-db-backup.timer", "getty@tty1.service", "serial-getty@ttyS0.service",
                "systemd-networkd-wait-online.service"]


def recipe():
    """Names the disk: another recipe makes another disk."""
    return hashlib.sha256(pathlib.Path(__file__).read_bytes()).hexdigest()[:12]


def disk():
    """The path of the root file system, made when there is none for the present recipe."""
    need("apt-get", "debootstrap", "dpkg-deb", "dockerd", "mkfs.ext4")
    directory = cache("machine")
    path = directory / f"debian-{recipe()}.ext4"
    with only_one(directory):
        if not path.exists():
            for old in directory.glob("debian-*"):
                old.unlink()
            with tempfile.TemporaryDirectory(dir=directory) as scratch:
                _make(pathlib.Path(scratch), path)
    return path


def file_system(tree, path, size_mib):
    """An ext4 file system with the content of a directory; nothing is mounted for it."""
    unfinished = path.with_suffix(".unfinished")
    with open(unfinished, "wb") as file:
        file.truncate(size_mib << 20)
    run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=1", "-d", tree, unfinished,
        timeout_s=900)
    unfinished.rename(path)


def _make(scratch, path):
    host, work = scratch / "host", scratch / "work"
    run("debootstrap", "--variant=minbase", "bookworm", host, debian_mirror(), timeout_s=900)
    # No service starts while packages are installed.
    (host / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (host / "usr/sbin/policy-rc.d").chmod(0o755)
    run("cp", "-a", host, work)
    for tree, packages in ((host, HOST_PACKAGES), (work, WORK_PACKAGES)):
        run("chroot", tree, "apt-get", "install", "-y", "--no-install-recommends", *packages,
            env={**os.environ, **QUIET}, timeout_s=1800)
        (tree / "usr/sbin/policy-rc.d").unlink()
    store = _store(scratch)
    source = _source(scratch)
    for tree in (host, work):
        for waste in WASTE:
            shutil.rmtree(tree / waste, ignore_errors=True)
        (tree / "var/lib/apt/lists/partial").mkdir(parents=True)
        (tree / "var/cache/apt/archives/partial").mkdir(parents=True)
        _only_source(tree, store)
    shutil.copytree(source, work / "usr/src" / SOURCE)
    _engine(scratch, host, work)
    _settle(host)
    file_system(host, path, SIZE_MIB)


def _store(scratch):
    """Real packages and their index, as apt reads them from a directory."""
    store = scratch / "store"
    store.mkdir()
    run("apt-get", "download", *STORE_PACKAGES, cwd=store, timeout_s=300)
    index = []
    for deb in sorted(store.glob("*.deb")):
        fields = run("dpkg-deb", "-f", deb).stdout.rstrip()
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        index.append(f"{fields}\nFilename: ./{deb.name}\nSize: {deb.stat().st_size}\n"
                     f"SHA256: {digest}\n")
    (store / "Packages").write_text("\n".join(index))
    return store


def _only_source(tree, store):
    for old in (tree / "etc/apt").glob("sources.list*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    (tree / "etc/apt/sources.list").write_text("deb [trusted=yes] file:/srv/packages ./\n")
    shutil.copytree(store, tree / "srv/packages")


def _source(scratch):
    """The unpacked source of a package, as its authors released it."""
    home = scratch / "source"
    (home / "lists/partial").mkdir(parents=True)
    sources = home / "sources.list"
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    sources.write_text(f"deb-src [signed-by={keyring}] {debian_mirror()} bookworm main\n")
    words = [word for option in (f"Dir::Etc::SourceList={sources}", "Dir::Etc::SourceParts=-",
                                 f"Dir::State::Lists={home}/lists", "APT::Sandbox::User=root",
                                 f"Dir::Cache={home}", "Acquire::Languages=none",
                                 "APT::Update::Post-Invoke-Success=")
             for word in ("-o", option)]
    run("apt-get", *words, "update", timeout_s=300)
    run("apt-get", *words, "source", "--download-only", SOURCE, cwd=home, timeout_s=300)
    unpacked = home / "unpacked"
    unpacked.mkdir()
    archive = next(home.glob("*.orig.tar.*"))
    run("tar", "-C", unpacked, "--strip-components=1", "-xf", archive)
    return unpacked


def _engine(scratch, host, work):
    """Gives the machine's Docker its images: imported by a private engine, then moved."""
    with Docker() as docker:
        for name, tree in (("work", work), ("small", _small(scratch))):
            archive = scratch / f"{name}.tar"
            run("tar", "--one-file-system", "-C", tree, "-cf", archive, ".", timeout_s=600)
            docker.cli("import", "--change", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
                       "/usr/bin:/sbin:/bin", archive, name, timeout_s=600)
            if name == "small":
                shutil.copy(archive, host / "srv/small.tar")
            archive.unlink()
        target = host / "var/lib/docker"
        shutil.rmtree(target, ignore_errors=True)
        run("cp", "-a", docker.directory / "data", target, timeout_s=600)
    for runtime in ("containers", "tmp"):
        shutil.rmtree(target / runtime, ignore_errors=True)


def _small(scratch):
    tree = scratch / "small"
    images.busybox_tree(tree, with_attacks=False)
    return tree


def _settle(host):
    """What makes the tree a machine: its name, its engine's settings, a person."""
    (host / "etc/hostname").write_text("machine\n")
    (host / "etc/hosts").write_text("127.0.0.1 localhost machine\n")
    (host / "etc/fstab").write_text("")
    (host / "etc/machine-id").write_text("")
    (host / "etc/docker").mkdir(exist_ok=True)
    (host / "etc/docker/daemon.json").write_text(
        '{"live-restore": true, "runtimes": {"crun": {"path": "/usr/bin/crun"}}}\n')
    for unit in MASKED_UNITS:
        (host / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (host / "etc/systemd/system" / unit).symlink_to("/dev/null")
    run("chroot", host, "useradd", "--create-home", "--shell", "/bin/bash", "alice")
    run("chroot", host, "useradd", "--system", "--user-group", "--no-create-home", "--home-dir",
        "/", "--shell", "/usr/sbin/nologin", "brig")
    linger = host / "var/lib/systemd/linger"
    linger.mkdir(parents=True)
    (linger / "alice").touch()
