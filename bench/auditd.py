# SPDX-License-Identifier: Apache-2.0
"""auditd with the rules of auditd.rules, in a directory of its own. Adds rules one by one and
removes exactly those; the kernel's audit settings are put back. Refuses to start where auditing is
already in use."""

import re
import subprocess
from pathlib import Path

import procs
from latency import Watch
from monitor import Monitor
from procs import BenchError

CONFIG = """local_events = yes
write_logs = yes
log_file = {work}/audit.log
log_group = root
log_format = ENRICHED
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file = 2000
num_logs = 2
max_log_file_action = IGNORE
space_left = 75
space_left_action = IGNORE
admin_space_left = 50
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
plugin_dir = {work}/plugins.d
q_depth = 2000
"""
BACKLOG = 8192
# A task forked while a rule of the task list says never is not audited for the rest of its life.
# Without it every task would pay for auditing once auditd has run, until the next boot, and
# "nothing" would be a lie.
NEVER = "-a task,never"
OPEN_RULE = "-a always,exit -F arch=b64 -S open,openat,openat2 -k open"


def auditctl(*arguments: str) -> str:
    result = subprocess.run(["auditctl", *arguments], capture_output=True, text=True)
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip()
        raise BenchError(f"auditctl {' '.join(arguments)}: {said}")
    return result.stdout


def kernel_status() -> dict[str, int]:
    return {key: int(value) for key, value in re.findall(r"^(\w+) (\d+)", auditctl("-s"), re.M)}


def removal(rule: str) -> list[str]:
    """The command that takes back what `rule` added."""
    words = rule.split()
    return [{"-a": "-d", "-A": "-d", "-w": "-W"}.get(words[0], words[0]), *words[1:]]


class Unaudited:
    """While open: tasks that start are not audited, unless the auditd contender runs."""

    def __enter__(self):
        status = kernel_status()
        if status["enabled"] or status["pid"] or "No rules" not in auditctl("-l"):
            raise BenchError(
                "auditing is in use on this host, and would be measured with everything else: "
                "stop auditd, auditctl -D, auditctl -e 0; or run with --ignore-audit"
            )
        auditctl(*NEVER.split())
        return self

    def __exit__(self, *unused) -> None:
        subprocess.run(["auditctl", *removal(NEVER)], capture_output=True)


class Auditd(Monitor):
    name = "auditd"
    about = "auditd, bench/auditd.rules"
    trigger = "module"

    def __init__(self, rules: Path, every_open: bool = False):
        self.rules = [line for line in rules.read_text().splitlines() if line.startswith("-")]
        if every_open:
            self.name, self.about = (
                "auditd-open",
                "auditd, bench/auditd.rules and a record of every open",
            )
            self.rules.append(OPEN_RULE)
        self.added: list[str] = []
        self.before: dict[str, int] = {}
        self.log = Path()

    def start(self, work: Path) -> None:
        (work / "plugins.d").mkdir()
        (work / "auditd.conf").write_text(CONFIG.format(work=work))
        self.log = work / "audit.log"
        self.before = kernel_status()
        auditctl(*removal(NEVER))
        self.added = []
        self.process = procs.start(
            ["auditd", "-n", "-c", work], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        procs.wait_until(
            lambda: kernel_status()["pid"] == self.process.pid or self.process.poll(),
            10,
            "auditd is connected to the kernel",
        )
        if self.process.poll() is not None:
            raise BenchError("auditd ended at once: see the system log")
        auditctl("-b", str(BACKLOG))
        for rule in self.rules:
            self.added.append(rule)  # before: an interrupt in between removes one too many at worst
            auditctl(*rule.split())

    def stop(self) -> None:
        if not self.before:
            return
        for rule in reversed(self.added):
            subprocess.run(["auditctl", *removal(rule)], capture_output=True)
        # Off before auditd ends: the kernel would print what nobody reads.
        subprocess.run(["auditctl", "-e", str(self.before["enabled"])], capture_output=True)
        subprocess.run(["auditctl", "-b", str(self.before["backlog_limit"])], capture_output=True)
        procs.stop(self.process)
        subprocess.run(["auditctl", *NEVER.split()], capture_output=True)
        self.before = {}
        self.log.unlink(missing_ok=True)

    def counters(self) -> dict:
        with open(self.log, "rb") as log:
            seen = sum(line.startswith(b"type=SYSCALL ") for line in log)
        return {"seen": seen, "lost": kernel_status()["lost"] - self.before["lost"]}

    def watch(self) -> Watch:
        return Watch(self.stamp, self.log, lambda line: 'key="modules"' in line)
