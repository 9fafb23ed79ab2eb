#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What brig costs, beside nothing, auditd and Falco: interleaved rounds on this machine, ratios
with spread. See README.md. Tables on standard output, progress on standard error, everything as
JSON with --json FILE."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import auditd
import brig
import falco
import latency
import machine
import monitor
import procs
import programs
import report
import workloads
from place import Container, Host, Place
from procs import BenchError

PLACES = {"host": Host, "container": Container}
QUIET_SECONDS = 0.3  # after a monitor has started, and before its last records are counted
RETRIES = 2  # of a sample during which another monitor came up
ALONE_SECONDS = 10


def talk(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds; each measures every monitor once"
    )
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="CPU seconds of each workload in a round"
    )
    parser.add_argument(
        "--quick", action="store_true", help="2 short rounds: does it work, not numbers"
    )
    parser.add_argument(
        "--only", default=",".join(workloads.ALL), help="workloads (default %(default)s)"
    )
    parser.add_argument("--places", default=",".join(PLACES), help="where (default %(default)s)")
    parser.add_argument(
        "--monitors",
        default="",
        help="of nothing, control, floor, floor-both, floor-raw, floor-sched,\n"
        "auditd, auditd-open, brig, brig-all, falco (default: what is there, one floor)",
    )
    parser.add_argument(
        "--findings", type=int, default=40, help="acts whose latency is taken, each round"
    )
    parser.add_argument(
        "--brig",
        type=Path,
        default=programs.HERE.parent / "build/release",
        help="build tree with agent/brigd and cli/brig",
    )
    parser.add_argument(
        "--falco", type=Path, default=os.environ.get("FALCO"), help="path of the program"
    )
    parser.add_argument(
        "--falco-rules", type=Path, action="append", help="rules file; may be repeated"
    )
    parser.add_argument(
        "--falco-config", type=Path, help="falco.yaml (default: the least that works)"
    )
    parser.add_argument(
        "--ignore-audit", action="store_true", help="measure although auditing is in use"
    )
    parser.add_argument("--json", type=Path, help="write everything measured to this file")
    options = parser.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds, options.findings = 2, 0.3, 10
    options.only = options.only.split(",")
    options.places = options.places.split(",")
    unknown = [name for name in options.only if name not in workloads.ALL]
    unknown += [name for name in options.places if name not in PLACES]
    if unknown:
        parser.error(f"unknown: {' '.join(unknown)}")
    return options


def contenders(options: argparse.Namespace, built: dict[str, Path]) -> list[monitor.Monitor]:
    """Nothing first: it is what the others are compared with."""
    known = [monitor.Monitor(), monitor.Control(), *monitor.floors(built)]
    rules = programs.HERE / "auditd.rules"
    known += [auditd.Auditd(rules), auditd.Auditd(rules, every_open=True), brig.Brig(options.brig)]
    known.append(brig.Brig(options.brig, keep_all=True))
    if options.falco:
        default = [Path("/etc/falco/falco_rules.yaml")]
        known.append(
            falco.Falco(Path(options.falco), options.falco_rules or default, options.falco_config)
        )
    names = (
        options.monitors.split(",")
        if options.monitors
        else ["nothing", "control", "floor", "floor-both", "auditd", "brig", "falco"]
    )
    by_name = {one.name: one for one in known}
    if not options.monitors:
        if not options.brig.joinpath("agent/brigd").exists():
            talk(f"left out: brig, not built in {options.brig} (tools/build.sh release)")
            del by_name["brig"]
        names = [name for name in names if name in by_name]
    missing = [name for name in names if name not in by_name]
    if missing:
        raise BenchError(f"unknown monitors: {' '.join(missing)} (falco needs --falco PATH)")
    return [by_name[name] for name in dict.fromkeys(["nothing", *names])]


class Bench:
    """Runs the rounds and keeps every sample."""

    def __init__(self, options: argparse.Namespace, root: Path, run_directory: Path):
        self.options, self.root, self.directory = options, root, run_directory
        self.samples: dict = {}
        self.resources: dict = {}
        self.latencies: dict = {}
        self.disturbed = 0  # samples with somebody else's monitor about, in spite of retries

    def round(self, number: int, order: list[monitor.Monitor]) -> None:
        for one in order:
            began = time.monotonic()
            work = self.directory / f"{number}-{one.name}"
            work.mkdir()
            with one:
                one.start(work)
                time.sleep(QUIET_SECONDS)
                for place in self.options.places:
                    self._measure(one, place)
                time.sleep(QUIET_SECONDS)
                if one.process is not None:
                    self.resources.setdefault(one.name, []).append(
                        {"memory": procs.memory(one.pids()), "counters": one.counters()}
                    )
            shutil.rmtree(work, ignore_errors=True)
            talk(
                f"round {number + 1}/{self.options.rounds}  {one.name:<12} "
                f"{time.monotonic() - began:5.1f} s"
                f"  load {machine.load()[0]}"
            )

    def forget(self, rounds: int) -> None:
        """Drops what was measured after that many rounds: ratios need all monitors of a round."""
        kept = [self.resources, self.latencies]
        kept += [cell for place in self.samples.values() for cell in place.values()]
        for by_monitor in kept:
            for samples in by_monitor.values():
                del samples[rounds:]

    def _measure(self, one: monitor.Monitor, place_name: str) -> None:
        with PLACES[place_name](self.root, self.directory) as place:
            for name in self.options.only:
                cell = self.samples.setdefault(place_name, {}).setdefault(name, {})
                cell.setdefault(one.name, []).append(self._sample(one, place, name))
            if place_name == "container" and self.options.findings:
                taken = latency.measure(one, place, self.options.findings)
                if taken is not None:
                    self.latencies.setdefault(one.name, []).append(taken)

    def _alone(self, own: list[int]) -> None:
        """Waits, for a while, until no other monitor runs on this host."""
        with contextlib.suppress(BenchError):
            procs.wait_until(lambda: not procs.watchers(own), ALONE_SECONDS, "others end")

    def _sample(self, one: monitor.Monitor, place: Place, name: str) -> dict:
        pids = one.pids()
        for _ in range(RETRIES):
            self._alone(pids)
            counted, spent = one.counters(), procs.cpu_ns(pids)
            sample = workloads.ALL[name].run(place, self.options.seconds)
            disturbed = bool(procs.watchers(one.pids()))
            if not disturbed:
                break
        self.disturbed += disturbed
        if one.process is not None:
            time.sleep(QUIET_SECONDS)  # what is still in its queues belongs to this workload
        made = {"ns": sample.ns, "operations": sample.operations, "disturbed": disturbed}
        made["monitor_ns"] = (procs.cpu_ns(pids) - spent) / sample.operations
        after = one.counters()
        for key in ("seen", "lost"):
            made[key] = after[key] - counted[key] if counted and after else None
        return made


def measure(options: argparse.Namespace, stack: contextlib.ExitStack) -> dict:
    programs.need(
        "redis-server",
        "redis-benchmark",
        "nginx",
        "wrk",
        "runc",
        "busybox",
        "gcc",
        "clang",
        "setpriv",
    )
    talk("building the programs and the root file system")
    built = programs.build()
    root = programs.rootfs(built["loops"])
    order = contenders(options, built)
    for one in order:
        one.stamp = built["stamp"]
    if shutil.which("auditctl") and not options.ignore_audit:
        stack.enter_context(auditd.Unaudited())
    directory = programs.CACHE / f"run-{os.getpid()}"
    directory.mkdir()
    stack.callback(shutil.rmtree, directory, ignore_errors=True)

    facts = {
        **machine.facts(),
        "load_before": machine.load(),
        "began": time.strftime("%FT%TZ", time.gmtime()),
    }
    share = machine.CpuShare()
    bench = Bench(options, root, directory)
    talk(f"{options.rounds} rounds of {', '.join(one.name for one in order)}")
    for number in range(options.rounds):
        # Each round begins with another monitor: nobody always comes first, or after the same
        # neighbour.
        turn = number % len(order)
        try:
            bench.round(number, order[turn:] + order[:turn])
        except KeyboardInterrupt:
            if number == 0:
                raise
            bench.forget(number)
            options.rounds = number
            talk(f"bench: interrupted; these are the {number} whole rounds")
            break
    facts.update(
        load_after=machine.load(), cpu_share=share.result(), disturbed_samples=bench.disturbed
    )
    return {
        "machine": facts,
        "monitors": {one.name: one.about for one in order},
        "options": {
            "rounds": options.rounds,
            "seconds": options.seconds,
            "findings": options.findings,
            "command": " ".join(["bench/run.py", *sys.argv[1:]]),
        },
        "summary": report.summarise(bench.samples, bench.resources, bench.latencies),
        "samples": bench.samples,
        "resources": bench.resources,
        "latencies": bench.latencies,
    }


def headline(result: dict) -> str:
    facts, options = result["machine"], result["options"]
    lines = [
        f"{options['command']}: {options['rounds']} rounds, {facts['began']}, brig {facts['brig']}",
        f"{facts['cpu']} ×{facts['cpus']}{' (virtual)' if facts['hypervisor'] else ''}, "
        f"{facts['memory_mb']} MB, Linux {facts['kernel']}, {facts['system']}",
        f"load {facts['load_before'][0]} before, {facts['load_after'][0]} after; "
        f"busy {facts['cpu_share']['busy']:.0%}, stolen {facts['cpu_share']['steal']:.1%}",
    ]
    if facts["disturbed_samples"]:
        lines.append(
            f"{facts['disturbed_samples']} samples left out: another monitor ran on this host"
        )
    return "\n".join(lines + [f"{name}: {about}" for name, about in result["monitors"].items()])


def main() -> int:
    options = parse(sys.argv[1:])
    if os.geteuid() != 0:
        talk("bench: not root: run it as root, for example: sudo make bench")
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with contextlib.ExitStack() as stack:
            result = measure(options, stack)
    except BenchError as error:
        talk(f"bench: {error}")
        return 2
    except KeyboardInterrupt:
        talk("bench: interrupted, everything started was stopped")
        return 130
    print(headline(result) + "\n\n" + report.text(result["summary"]), end="")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
        talk(f"written: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
