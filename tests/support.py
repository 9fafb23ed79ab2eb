# SPDX-License-Identifier: Apache-2.0
"""What the guest and the scenario harness share: the cache, wanted programs, running, waiting.

Standard library only. Whatever is missing on this machine skips the test with the reason and
the Debian package to install: nothing passes silently.
"""
import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest
from contextlib import contextmanager

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
# A developer's PATH may lack the directories of the system programs (dockerd, runc, debootstrap).
os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

# program: the Debian package that has it
PACKAGES = {
    "apt-get": "apt", "busybox": "busybox-static", "containerd": "containerd", "cpio": "cpio",
    "crun": "crun", "ctr": "containerd",
    "debootstrap": "debootstrap", "docker": "docker.io", "dockerd": "docker.io",
    "dpkg": "dpkg", "dpkg-deb": "dpkg", "depmod": "kmod", "gcc-12": "gcc-12", "go": "golang-go",
    "ldd": "libc-bin", "make": "make", "mkfs.ext4": "e2fsprogs", "modprobe": "kmod",
    "newuidmap": "uidmap", "podman": "podman",
    "qemu-system-x86_64": "qemu-system-x86", "runc": "runc", "setpriv": "util-linux",
    "umount": "mount", "xz": "xz-utils",
}


class Missing(unittest.SkipTest):
    """Something this machine does not have; unittest reports it as a skip with its reason."""


def need(*programs, root=True):
    """Raises Missing, with what to install, unless each program is here (and we are root)."""
    if root and os.geteuid() != 0:
        raise Missing("not root: run the tests with sudo")
    absent = [name for name in programs if shutil.which(name) is None]
    if absent:
        packages = " ".join(sorted({PACKAGES[name] for name in absent}))
        raise Missing(f"{', '.join(absent)} not found: apt-get install {packages}")


def cache(*parts):
    """A directory that outlives the run, under build/cache or $BRIG_CACHE; made when absent."""
    root = pathlib.Path(os.environ.get("BRIG_CACHE") or REPOSITORY / "build" / "cache")
    directory = root.joinpath(*parts)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@contextmanager
def only_one(directory):
    """Held by one process at a time: two runs do not fill the same cache directory together."""
    with open(directory / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def private_directory(kind):
    """A directory for one engine, guest or agent; the name tells whose it is, see abandoned()."""
    return pathlib.Path(tempfile.mkdtemp(prefix=f"brig-{kind}-{os.getpid()}-"))


def abandoned(kind):
    """The private directories of test programs that are gone: killed ones could not clean up."""
    for old in pathlib.Path(tempfile.gettempdir()).glob(f"brig-{kind}-*-*"):
        owner = old.name.split("-")[2]
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            yield old


def run(*command, check=True, timeout_s=120, **options):
    """Runs a program with captured text output; an error carries what the program said."""
    options.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, errors="backslashreplace",
                          timeout=timeout_s, **options)
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-2000:]
        raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}: {said}")
    return done


def debian_mirror():
    """The address this machine gets Debian from, as apt knows it: no host name is written here."""
    targets = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages",
                  "Origin: Debian", "Codename: bookworm").stdout.split()
    if not targets:
        raise Missing("apt has no list of Debian bookworm: apt-get update")
    return targets[0]


def wait_for(condition, what, timeout_s=20.0, every_s=0.05):
    """Asks until the answer is true and returns it; TimeoutError names what was awaited."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        time.sleep(every_s)


def with_parent(*command):
    """The command, killed by the kernel should this process die before it could stop it."""
    return ["setpriv", "--pdeathsig", "KILL", *map(str, command)]


def stop(process, timeout_s=20):
    """Ends a child of ours, politely first. Returns its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
