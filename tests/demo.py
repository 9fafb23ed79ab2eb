#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make demo: three escapes from throw-away containers, seen by brig, and a fourth, killed.

Everything is made for the occasion and taken away afterwards, Ctrl-C included: a Docker engine
of its own, a busybox image, a brigd with its record in a temporary directory.
"""
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
os.environ.setdefault(
    "BRIG_BUILD", str(pathlib.Path(__file__).resolve().parent.parent / "build" / "release"))
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Docker  # noqa: E402
from scenarios.oracle import CanaryProcess  # noqa: E402
from support import Missing, wait_for  # noqa: E402

FINDING_TIMEOUT_S = 15


def findings(brig, name):
    """The findings about the container of that name, as `brig findings --json` gives them."""
    lines = brig.cli("findings", "--json").stdout.splitlines()
    every = [json.loads(line) for line in lines if line.strip()]
    return [finding for finding in every if finding["subject"]["container"]["name"] == name]


def act(docker, brig, title, name, options, command, invariant):
    """Runs one container, shows what a person at the keyboard sees, then what brig says of it."""
    print(f"\n── {title}")
    words = ["docker", "run", "--rm", "--name", name, *options, "busybox", *command]
    print(f"$ {' '.join(words)}")
    done = docker.run("busybox", *command, options=["--name", name, *options])
    for line in (done.stdout + done.stderr).splitlines():
        print(line)
    if done.returncode == 137:
        print("Killed")

    def told():
        return [each for each in findings(brig, name) if each["invariant"] == invariant]
    finding = wait_for(told, f"what brig says about {name}", FINDING_TIMEOUT_S)[0]
    print(f"brig {finding['invariant']} {finding['severity']}, {finding['verdict']}: "
          f"{finding['sentence']}")
    return finding


def show(docker, brig, victim):
    act(docker, brig, "the host's disk, bound into a container", "backup",
        ["-v", "/:/host:ro"], ["wc", "-l", "/host/etc/shadow"], "I1")
    act(docker, brig, "a file of a host process, through a shared process namespace", "debug",
        ["--pid", "host", "--cap-add", "SYS_PTRACE"],
        ["wc", "-c", f"/proc/{victim}/environ"], "I5")
    act(docker, brig, "the engine's socket, given to a container", "builder",
        ["-v", f"{docker.socket}:/var/run/docker.sock"],
        ["/attacks/unix_connect", "/var/run/docker.sock"], "I7")
    killed = act(docker, brig, "into the host's namespaces, with I3=kill", "toolbox",
                 ["--pid", "host", "--cap-add", "SYS_ADMIN", "--cap-add", "SYS_PTRACE"],
                 ["nsenter", "-t", str(victim), "-m", "sh", "-c", "id; hostname"], "I3")
    for command in (["explain", killed["id"]], ["ledger", "verify"]):
        print(f"\n$ brig {' '.join(command)}")
        print(brig.cli(*command).stdout.rstrip())


def main():
    try:
        print("demo: starting a Docker engine and brig of its own", flush=True)
        with Docker() as docker, CanaryProcess() as victim:
            docker.load_busybox()
            with Brig(modes={"I3": "kill"}, flags=["--docker", docker.socket]) as brig:
                show(docker, brig, victim.pid)
        print("\ndemo: all of it is taken away again")
    except Missing as missing:
        print(f"demo: {missing}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted, and cleaned up", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
