#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What brig's kernel programs cost in a machine whose kernel runs all of them, in instructions.

    sudo bench/guest_cost.py [--kernel 6.12] [--rounds 3] [--ms 20] [--only open,exec]

QEMU counts: each instruction that the machine executes takes one nanosecond of its time, so that
CPU time is instructions executed, whatever else this computer does. That leaves out what caches
and branch prediction do; in return it repeats to a fraction of a percent. In each round brigd is
stopped and started once in the same machine, and the loops of bench/loops.cc run on the host and
in containers: with no confinement, with Docker's seccomp profile, with AppArmor's docker-default,
with both, each without brig; then with brig. A last pass takes the kernel's own count for each
program (kernel.bpf_stats_enabled).
"""
import argparse
import json
import pathlib
import shutil
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
import programs  # noqa: E402
from guest.fetch_kernels import SERIES  # noqa: E402
from guest.machine.machine import Machine  # noqa: E402
from scenarios.brig import program  # noqa: E402

LOOPS = ["getppid", "open", "rw", "stat", "pipe", "mmap", "connect", "fork", "exec"]
SLOW = {"connect": 4, "fork": 8, "exec": 20}  # times as long: an operation takes that many more
NO_SECCOMP, NO_APPARMOR = ("--security-opt seccomp=unconfined",
                           "--security-opt apparmor=unconfined")
HOST = None
# (name, brig runs, options of docker run; HOST: outside containers)
PLACES = [
    ("host", False, HOST),
    ("container", False, f"{NO_SECCOMP} {NO_APPARMOR}"),
    ("seccomp", False, NO_APPARMOR),
    ("apparmor", False, NO_SECCOMP),
    ("both", False, ""),
    ("host, brig", True, HOST),
    ("container, brig", True, f"{NO_SECCOMP} {NO_APPARMOR}"),
    ("both, brig", True, ""),
]
# What each is compared with.
BASES = {"seccomp": "container", "apparmor": "container", "both": "container",
         "host, brig": "host", "container, brig": "container", "both, brig": "both"}
COUNTED = ["-icount", "shift=0,sleep=off"]
TIMEOUT_S = 1200


class Bench:
    def __init__(self, machine, loops, ms):
        self.machine, self.loops, self.ms = machine, loops, ms
        self.run("mkdir -p /srv/bench && cp /usr/local/bin/bench_loops /srv/bench/ &&"
                 " echo x >/srv/bench/bench.dat")

    def run(self, command):
        done = self.machine.run(command, timeout_s=TIMEOUT_S)
        if done.status != 0:
            raise SystemExit(f"{command}: exit {done.status}: {done.stderr[-2000:]}")
        return done.stdout

    def measure(self, options):
        """Instructions per operation of each loop, in one place."""
        script = "cd /srv/bench; " + "; ".join(
            f"./bench_loops {name} --ms {self.ms * SLOW.get(name, 1)} --slices 3"
            for name in self.loops)
        if options is not HOST:
            script = f"docker run --rm {options} -v /srv/bench:/srv/bench small sh -c '{script}'"
        answers = [json.loads(line)["slices_ns"] for line in self.run(script).splitlines()]
        return dict(zip(self.loops, map(statistics.median, answers), strict=True))

    def brig(self, on):
        if not on:
            return self.run("systemctl stop brigd")
        return self.run("systemctl start brigd; until brig status --json >/dev/null 2>&1;"
                        " do sleep 1; done")

    def round(self):
        """place -> loop -> instructions per operation"""
        answers = {}
        for running in (False, True):
            self.brig(running)
            answers |= {name: self.measure(options) for name, with_brig, options in PLACES
                        if with_brig == running}
        return answers

    def per_program(self):
        """(program, runs, instructions a run, share) while each loop runs in a container."""
        self.run("sysctl -qw kernel.bpf_stats_enabled=1")
        before = self.counts()
        self.measure(f"{NO_SECCOMP} {NO_APPARMOR}")
        after = self.counts()
        rows = [(name, runs - before.get(name, (0, 0))[0], time - before.get(name, (0, 0))[1])
                for name, (runs, time) in after.items()]
        return sorted((row for row in rows if row[1]), key=lambda row: -row[2])

    def counts(self):
        found = json.loads(self.run("bpftool --json prog show"))
        return {each.get("name", "?"): (each.get("run_cnt", 0), each.get("run_time_ns", 0))
                for each in found}


def tables(rounds, loops, rows):
    """Markdown: instructions with nothing, ratios of each place, then the programs."""
    middle = {name: {loop: statistics.median(each[name][loop] for each in rounds)
                     for loop in loops} for name, _, _ in PLACES}
    lines = [f"| loop | host | container | {' | '.join(BASES)} |",
             f"|---|{'---:|' * (2 + len(BASES))}"]
    for loop in loops:
        ratios = [f"×{middle[name][loop] / middle[base][loop]:.3f}" for name, base in BASES.items()]
        lines.append(f"| {loop} | {middle['host'][loop]:,.0f} | {middle['container'][loop]:,.0f} |"
                     f" {' | '.join(ratios)} |")
    lines += ["", "| program | runs | instructions a run |", "|---|---:|---:|"]
    lines += [f"| `{name}` | {runs:,} | {time / runs:,.0f} |" for name, runs, time in rows]
    return "\n".join(lines)


def main(words):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kernel", default="6.12", choices=list(SERIES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ms", type=int, default=20, help="million instructions a loop")
    parser.add_argument("--only", default=",".join(LOOPS))
    choice = parser.parse_args(words)
    loops = choice.only.split(",")
    files = {"/usr/sbin/brigd": program("agent", "brigd"), "/usr/bin/brig": program("cli", "brig"),
             "/usr/local/bin/bench_loops": programs.build()["loops"],
             "/usr/local/bin/bpftool": shutil.which("bpftool"),
             "/etc/systemd/system/brigd.service": HERE.parent / "deploy/brigd.service.in"}
    with Machine(choice.kernel, files=files, options=COUNTED, cores=1) as machine:
        bench = Bench(machine, loops, choice.ms)
        bench.run("sed -i s,@CMAKE_INSTALL_FULL_SBINDIR@,/usr/sbin,"
                  " /etc/systemd/system/brigd.service && systemctl daemon-reload")
        rounds = []
        for number in range(choice.rounds):
            print(f"round {number + 1} of {choice.rounds}", file=sys.stderr)
            rounds.append(bench.round())
        print(tables(rounds, loops, bench.per_program()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
