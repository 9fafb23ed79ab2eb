# SPDX-License-Identifier: Apache-2.0
"""Guests that go on from a state which a guest of the same content was saved in.

    with prepared("6.12", "brigd >/run/log 2>&1 &", programs=[...]) as guest: ...

The first one boots, runs the script and is saved into the cache; each later one starts from there
in a second, however long that took. Everything that decides over the state is in its file's name.
"""
import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest import fetch_kernels  # noqa: E402
from guest.guest import Guest, GuestError, initramfs, qemu  # noqa: E402
from scenarios.brig import program  # noqa: E402
from support import cache, only_one, run  # noqa: E402

MAX_KEPT = 8  # states in the cache, the newest ones; each has 100 to 300 MiB
# Ends when brigd answers. Its own command line may follow: brig_script("--mode I3=kill").
BRIG = """(sh -c 'echo $$ >/run/brigd.pid; exec brigd FLAGS'; echo $? >/run/ended) \\
    >/run/brigd.log 2>&1 &
until brig status --json >/run/status 2>&1; do
    if test -e /run/ended; then cat /run/brigd.log >&2; exit 1; fi
    usleep 300000
done"""


def brig_script(flags=""):
    """A script that starts brigd and waits until it is ready."""
    return BRIG.replace("FLAGS", flags)


def brig_programs():
    return [program("agent", "brigd"), program("cli", "brig")]


def state_name(series, script, options):
    """What the state depends on, as a name: content, command line, script and QEMU."""
    options = dict(options)
    archive = initramfs(fetch_kernels.fetch(series), options.pop("programs", ()),
                        options.pop("files", None) or {}, options.pop("modules", ()))
    machine = qemu(pathlib.Path(), "", "", [])[1:]
    version = run("qemu-system-x86_64", "--version").stdout
    words = repr((archive.name, script, sorted(options.items()), machine, version))
    return f"{series}-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def prepared(series, script="true", timeout_s=600, **options):
    """A guest, as Guest(series, **options), in which the script has run well."""
    directory = cache("states")
    state = directory / state_name(series, script, options)
    with only_one(directory):
        if not state.exists():
            kept = sorted(directory.glob("[0-9]*"), key=lambda each: each.stat().st_mtime)
            for old in kept[:-MAX_KEPT]:
                old.unlink()
            unfinished = directory / f".{state.name}"
            with Guest(series, **options) as guest:
                answer = guest.run(script, timeout_s)
                if answer.status != 0:
                    raise GuestError(f"{script}: exit {answer.status}: {answer.stderr[-2000:]}")
                guest.save(unfinished)
            unfinished.rename(state)
        state.touch()
    return Guest(series, state=state, **options)
