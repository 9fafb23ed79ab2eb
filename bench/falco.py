# SPDX-License-Identifier: Apache-2.0
"""Falco with the rules it is given: modern BPF driver, JSON on standard output, its own drop
counters."""

import json
import subprocess
from pathlib import Path

import procs
from latency import Watch
from monitor import Monitor
from procs import BenchError

CONFIG = """engine:
  kind: modern_ebpf
load_plugins: []
watch_config_files: false
stdout_output: {enabled: true}
syslog_output: {enabled: false}
"""


class Falco(Monitor):
    name = "falco"
    # A rule of Falco's default set: a sensitive file read by a program that is not known to need
    # it.
    trigger = "read /etc/shadow"

    def __init__(self, binary: Path, rules: list[Path], config: Path | None):
        self.binary, self.rules, self.config = binary, rules, config
        self.about = f"Falco, {', '.join(path.name for path in rules)}"
        self.metrics = Path()

    def start(self, work: Path) -> None:
        config = self.config or work / "falco.yaml"
        if self.config is None:
            config.write_text(CONFIG)
        self.metrics = work / "metrics.jsonl"
        options = [
            "json_output=true",
            "buffered_outputs=false",
            "metrics.enabled=true",
            "metrics.interval=1s",
            f"metrics.output_file={self.metrics}",
            "metrics.kernel_event_counters_enabled=true",
        ]
        command = [self.binary, "-c", config, "-U"]
        for path in self.rules:
            command += ["-r", path]
        for option in options:
            command += ["-o", option]
        errors = open(work / "stderr", "wb")
        with errors:
            self.process = procs.start(command, stdout=open(work / "stdout", "wb"), stderr=errors)
        self.work = work
        # The first metrics line comes from the loop that handles events.
        procs.wait_until(
            lambda: self.counters() or self.process.poll() is not None, 60, "Falco handles events"
        )
        if self.process.poll() is not None:
            raise BenchError(f"Falco ended at once: {(work / 'stderr').read_text()[-500:].strip()}")

    def counters(self) -> dict | None:
        try:
            lines = self.metrics.read_text().splitlines()
        except OSError:
            return None
        for line in reversed(lines):
            try:
                fields = json.loads(line)["output_fields"]
                return {"seen": int(fields["scap.n_evts"]), "lost": int(fields["scap.n_drops"])}
            except (ValueError, KeyError):
                continue
        return None

    def watch(self) -> Watch:
        return Watch(self.stamp, self.work / "stdout", lambda line: "/etc/shadow" in line)


def version(binary: Path) -> str:
    answer = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout
    return answer.splitlines()[0] if answer else "unknown version"
