# SPDX-License-Identifier: Apache-2.0
"""What the numbers were measured on. Ratios of another machine may be compared, nanoseconds may
not."""

import os
import platform
import re
import subprocess
from pathlib import Path


def facts() -> dict:
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.*)$", cpuinfo, re.M)
    meminfo = Path("/proc/meminfo").read_text()
    memory = re.search(r"^MemTotal:\s+(\d+) kB", meminfo, re.M)
    release = re.search(r'^PRETTY_NAME="(.*)"', Path("/etc/os-release").read_text(), re.M)
    return {
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "system": release.group(1) if release else "unknown",
        "cpu": model.group(1) if model else "unknown",
        "cpus": os.cpu_count(),
        "hypervisor": "hypervisor" in cpuinfo,
        "memory_mb": int(memory.group(1)) // 1024 if memory else 0,
        "mitigations": _mitigations(),
        "brig": _commit(),
    }


def load() -> list[float]:
    return [round(value, 2) for value in os.getloadavg()]


class CpuShare:
    """What everybody together, and the hypervisor's other guests, took since it was made."""

    def __init__(self):
        self.begin = self._read()

    @staticmethod
    def _read() -> list[int]:
        return [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]

    def result(self) -> dict:
        user, nice, system, idle, wait, irq, soft, steal = (
            after - before for before, after in zip(self.begin, self._read())
        )
        total = max(1, user + nice + system + idle + wait + irq + soft + steal)
        return {"busy": round(1 - (idle + wait) / total, 3), "steal": round(steal / total, 3)}


def _mitigations() -> dict:
    """The ones that make system calls dearer."""
    directory = Path("/sys/devices/system/cpu/vulnerabilities")
    found = {path.name: path.read_text().strip() for path in sorted(directory.glob("*"))}
    return {name: text for name, text in found.items() if text.startswith("Mitigation")}


def _commit() -> str:
    here = Path(__file__).resolve().parent
    answer = subprocess.run(
        ["git", "-C", here, "describe", "--always", "--dirty", "--abbrev=10"],
        capture_output=True,
        text=True,
    )
    return answer.stdout.strip() or "unknown"
