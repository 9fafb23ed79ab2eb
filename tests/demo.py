#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make demo: three escapes from throw-away containers, seen by brig, and a fourth, killed. Where
this host's kernel takes no programs that refuse, a guest with another kernel shows refusals.

Everything is made for the occasion and taken away afterwards, Ctrl-C included: a Docker engine
of its own, a busybox image, a brigd with its record in a temporary directory. `docker exec` plays
the attacker's shell.
"""
import json
import os
import pathlib
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
os.environ.setdefault(
    "BRIG_BUILD", str(pathlib.Path(__file__).resolve().parent.parent / "build" / "release"))
import demo_guard  # noqa: E402
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Docker  # noqa: E402
from scenarios.oracle import CanaryProcess  # noqa: E402
from support import Missing, wait_for  # noqa: E402

PATIENCE_S = 30


def about(brig, command, name):
    """The objects about the container of that name that a command gives with --json."""
    lines = brig.cli(*command, "--json").stdout.splitlines()
    every = [json.loads(line) for line in lines if line.strip()]
    return [each for each in every
            if each.get("subject", {}).get("container", each).get("name") == name]


def show_command(words, done):
    """A command and its output, as a person at the keyboard sees them."""
    print(f"\n$ {' '.join(words)}")
    for line in (done.stdout + done.stderr).splitlines():
        print(line)
    if done.returncode == 137:
        print("Killed")


def start(docker, brig, name, *options):
    """Starts a container with a weakness, and waits until brig knows who it is."""
    print(f"$ docker run --detach --name {name} {' '.join(options)} busybox sleep 600")
    docker.start("busybox", "sleep", "600", options=["--name", name, *options])
    wait_for(lambda: about(brig, ["containers"], name), f"the name of {name}", PATIENCE_S)


def act(docker, brig, name, command, invariant):
    """Runs an escape in a container and shows what brig says about it."""
    done = docker.exec(name, *command)
    show_command(["docker", "exec", name, *command], done)

    def told():
        return [each for each in about(brig, ["findings"], name)
                if each["invariant"] == invariant]
    finding = wait_for(told, f"what brig says about {name}", PATIENCE_S)[0]
    text = " ".join(finding[field] for field in ("invariant", "severity", "verdict"))
    print(textwrap.fill(f"{text}: {finding['sentence']}", 92, initial_indent="   brig: ",
                        subsequent_indent="         "))
    return finding


def show(docker, brig, victim):
    start(docker, brig, "backup", "--volume", "/:/host:ro")
    start(docker, brig, "builder", "--volume", f"{docker.socket}:/var/run/docker.sock")
    start(docker, brig, "debug", "--pid", "host", "--cap-add", "SYS_PTRACE")
    start(docker, brig, "toolbox", "--pid", "host", "--cap-add", "SYS_PTRACE",
          "--cap-add", "SYS_ADMIN")
    show_command(["brig", "containers"], brig.cli("containers"))
    act(docker, brig, "backup", ["wc", "-l", "/host/etc/shadow"], "I1")
    act(docker, brig, "builder",
        ["/attacks/unix_connect", "path", "/var/run/docker.sock", "/_ping"], "I7")
    act(docker, brig, "debug", ["wc", "-c", f"/proc/{victim}/environ"], "I5")
    killed = act(docker, brig, "toolbox",
                 ["nsenter", "-t", str(victim), "-m", "cat", "/etc/hostname"], "I3")
    show_command(["brig", "explain", killed["id"]], brig.cli("explain", killed["id"]))
    show_command(["brig", "ledger", "verify"], brig.cli("ledger", "verify"))


def main():
    try:
        print("demo: starting a Docker engine and a brig of its own; all is watched,"
              " I3 (namespaces) kills\n")
        with Docker() as docker, CanaryProcess() as victim:
            docker.load_busybox()
            flags = ["--docker", docker.socket,
                     "--runtime-root", docker.directory / "exec/runtime-runc/moby"]
            with Brig(modes={"all": "watch", "I3": "kill"}, flags=flags) as brig:
                show(docker, brig, victim.pid)
                held = demo_guard.is_held(brig)
        if not held:
            print("\ndemo: this kernel takes no programs that refuse; a guest with Debian's 6.12"
                  " does (a minute or two)\n")
            demo_guard.Demo("6.12")
        print("\ndemo: all of it is taken away again")
    except Missing as missing:
        print(f"demo: {missing}", file=sys.stderr)
        return 1
    except (RuntimeError, TimeoutError, AssertionError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted, and cleaned up", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
