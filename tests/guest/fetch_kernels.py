#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches Debian's cloud kernels for the guests: fetch_kernels.py [--refresh] [6.1 6.12 7].

A kernel becomes <cache>/kernels/<series>/{release,vmlinuz,modules/*.ko}. What is there is
not asked for again without --refresh. 6.1 and 6.12 come through the machine's own package
lists; 7 comes from trixie-backports through an apt configuration inside the cache, so that
the machine's sources stay as they are.
"""
import pathlib
import re
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from support import Missing, cache, debian_mirror, need, only_one, run  # noqa: E402

BACKPORTS = "trixie-backports"
# series: (prefix of the package's version, comes from there)
SERIES = {"6.1": ("6.1.0-", False), "6.12": ("6.12.", False), "7": ("7.", True)}
# Modules the guests load, in this order. 8250 serial ports are built in.
MODULES = ["overlay", "loop"]


def private_apt(suite):
    """Options that make apt use one newer suite alone, with state and cache of its own."""
    home = cache("apt", suite)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    sources = home / "sources.list"
    sources.write_text(f"deb [signed-by={keyring}] {debian_mirror()} {suite} main\n")
    for directory in ("state/lists/partial", "cache/archives/partial"):
        (home / directory).mkdir(parents=True, exist_ok=True)
    options = [f"Dir::Etc::SourceList={sources}", "Dir::Etc::SourceParts=/dev/null",
               f"Dir::State={home}/state", f"Dir::Cache={home}/cache",
               "Dir::State::status=/dev/null", "APT::Sandbox::User=root",
               "APT::Update::Post-Invoke-Success=", "Acquire::Languages=none"]
    words = [word for option in options for word in ("-o", option)]
    done = run("apt-get", *words, "update", check=False, timeout_s=300)
    # apt-get calls an unreachable suite a warning and exits with 0: its index tells.
    if not list((home / "state/lists").glob(f"*{suite}*Packages*")):
        raise Missing(f"{suite} cannot be reached: {done.stderr.strip()[-300:]}")
    return words


def newest(prefix, options):
    """The newest package that has the kernel image: linux-image-* or, since 7, linux-binary-*."""
    names = run("apt-cache", *options, "pkgnames", "linux-").stdout.split()
    pattern = re.compile(
        rf"linux-(?:binary|image)-{re.escape(prefix)}[0-9.]+(?:\+[a-z0-9]+)?-cloud-amd64")
    found = [name for name in names if pattern.fullmatch(name)]
    if not found:
        raise Missing(f"no linux-image-{prefix}*-cloud-amd64 in apt's lists: apt-get update")
    # linux-binary before linux-image of the same version: the latter may be a wrapper only.
    return max(found, key=lambda name: ([int(n) for n in re.findall("[0-9]+", name)],
                                        name.startswith("linux-binary")))


def unpack(package, options, scratch):
    run("apt-get", *options, "download", package, cwd=scratch, timeout_s=900)
    for deb in scratch.glob("*.deb"):
        run("dpkg", "-x", deb, scratch / "tree")
        deb.unlink()


def keep(tree, directory):
    """Takes the image and the wanted modules out of the unpacked packages."""
    images = [*tree.glob("boot/vmlinuz-*"), *tree.glob("usr/lib/modules/*/vmlinuz")]
    if not images:
        raise RuntimeError(f"no vmlinuz in the packages of {directory.name}")
    modules = directory / "modules"
    shutil.rmtree(modules, ignore_errors=True)
    modules.mkdir()
    for name in MODULES:
        found = next(tree.glob(f"**/{name}.ko*"), None)
        if found is None:
            raise RuntimeError(f"no module {name} in the packages of {directory.name}")
        shutil.copy(found, modules)
        if found.suffix == ".xz":
            run("xz", "-d", modules / found.name)
    shutil.copy(images[0], directory / "vmlinuz")
    release = next(path.name for path in (*tree.glob("lib/modules/*"),
                                          *tree.glob("usr/lib/modules/*")))
    (directory / "release").write_text(release + "\n")  # written last: it says "complete"


def complete(directory):
    modules = [directory / "modules" / f"{name}.ko" for name in MODULES]
    return all(path.exists() for path in (directory / "release", *modules))


def fetch(series, refresh=False):
    """The directory of a kernel, fetched when it is not there. Missing says why it cannot be."""
    prefix, private = SERIES[series]
    directory = cache("kernels", series)
    with only_one(directory):
        if complete(directory) and not refresh:
            return directory
        need("apt-get", "dpkg", "xz", root=False)
        options = private_apt(BACKPORTS) if private else []
        image = newest(prefix, options)
        packages = [image]
        if image.startswith("linux-binary"):
            packages.append(image.replace("linux-binary", "linux-modules"))
        with tempfile.TemporaryDirectory(dir=directory) as scratch:
            for package in packages:
                print(f"fetching {package}", file=sys.stderr)
                unpack(package, options, pathlib.Path(scratch))
            keep(pathlib.Path(scratch) / "tree", directory)
    return directory


def main(words):
    refresh = "--refresh" in words
    wanted = [word for word in words if word != "--refresh"] or list(SERIES)
    unknown = [series for series in wanted if series not in SERIES]
    if unknown:
        print(f"no such kernel: {' '.join(unknown)}; known: {' '.join(SERIES)}", file=sys.stderr)
        return 2
    missing = 0
    for series in wanted:
        try:
            directory = fetch(series, refresh)
            print(f"{series}: {(directory / 'release').read_text().strip()} in {directory}")
        except Missing as reason:
            missing = 1
            print(f"{series}: skipped: {reason}", file=sys.stderr)
    return missing


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
