# SPDX-License-Identifier: Apache-2.0
"""Turns samples into ratios and tables. Pure: no clock, no files, no processes."""

import statistics

from latency import summary

BASE = "nothing"


def spread(values: list[float]) -> dict:
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios(measured: list[dict], base: list[dict]) -> dict | None:
    """Each round against the same round of nothing, so that slow drift of the machine falls out.
    Samples that another monitor disturbed are left out; None when nothing remains."""
    pairs = zip(measured, base, strict=True)
    clean = [
        one["ns"] / other["ns"]
        for one, other in pairs
        if not (one["disturbed"] or other["disturbed"])
    ]
    return {**spread(clean), "rounds": len(clean)} if clean else None


def total(rounds: list[dict], key: str) -> int | None:
    """The sum over the rounds that have a number, or None."""
    numbers = [one[key] for one in rounds if one.get(key) is not None]
    return sum(numbers) if numbers else None


def summarise(samples: dict, resources: dict, latencies: dict) -> dict:
    """samples[place][workload][monitor] is a list of {"ns", "operations", "disturbed",
    "monitor_ns", "seen", "lost"}, one a round; resources[monitor] a list of {"memory",
    "counters"}; latencies[monitor] of {"missing", "ms"}."""
    work = {}
    for place, workloads in samples.items():
        for name, monitors in workloads.items():
            for monitor, rounds in monitors.items():
                clean = [one["ns"] for one in rounds if not one["disturbed"]]
                work.setdefault(place, {}).setdefault(name, {})[monitor] = {
                    "ns": spread(clean) if clean else None,
                    "ratio": ratios(rounds, monitors[BASE]),
                    "monitor_ns": spread([sample["monitor_ns"] for sample in rounds]),
                    "seen": total(rounds, "seen"),
                    "lost": total(rounds, "lost"),
                }
    return {
        "work": work,
        "resources": {name: _resources(rounds) for name, rounds in resources.items()},
        "latency": {name: _latency(rounds) for name, rounds in latencies.items()},
    }


def _resources(rounds: list[dict]) -> dict:
    memory = {key: max(one["memory"][key] for one in rounds) for key in rounds[0]["memory"]}
    counted = [one["counters"] or {} for one in rounds]
    return {
        **memory,
        "seen": total(counted, "seen"),
        "lost": total(counted, "lost"),
    }


def _latency(rounds: list[dict]) -> dict:
    return {
        "missing": sum(one["missing"] for one in rounds),
        **summary([ms for one in rounds for ms in one["ms"]]),
    }


def table(rows: list[list[str]]) -> str:
    """A Markdown table that is also straight in a terminal; the first column is left, the rest
    right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]

    def line(row: list[str]) -> str:
        cells = [
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ]
        return "| " + " | ".join(cells) + " |"

    rule = (
        "|"
        + "|".join(
            "-" * (width + 1) + ("-" if column == 0 else ":") for column, width in enumerate(widths)
        )
        + "|"
    )
    return "\n".join([line(rows[0]), rule, *map(line, rows[1:])])


def text(result: dict) -> str:
    """All tables. Ratios are the median over the rounds, (least..greatest)."""
    parts = []
    for place, workloads in result["work"].items():
        label = {"host": "host (tasks without a label)", "container": "container (labelled tasks)"}[
            place
        ]
        parts.append(
            f"CPU per operation, {label}; ratio to {BASE}\n\n" + table(_work_rows(workloads))
        )
    parts.append(
        "CPU of the monitor itself per operation of the workload; events of all rounds\n\n"
        + table(_monitor_rows(result["work"]))
    )
    parts.append("Monitors\n\n" + table(_resource_rows(result["resources"], result["latency"])))
    return "\n\n".join(parts) + "\n"


def _work_rows(workloads: dict) -> list[list[str]]:
    monitors = [name for name in next(iter(workloads.values())) if name != BASE]
    rows = [["workload", BASE, *monitors]]
    for name, cells in workloads.items():
        alone = cells[BASE]["ns"]
        row = [name, duration(alone["median"]) if alone else "-"]
        row += [_ratio(cells[monitor]["ratio"]) for monitor in monitors]
        rows.append(row)
    return rows


def _ratio(one: dict | None) -> str:
    if one is None:
        return "-"
    return f"×{one['median']:.2f} ({one['min']:.2f}..{one['max']:.2f})"


def _monitor_rows(work: dict) -> list[list[str]]:
    monitors = list(next(iter(next(iter(work.values())).values())))
    cells = [cells for place in work.values() for cells in place.values()]
    own = [name for name in monitors if any(cell[name]["monitor_ns"]["max"] > 0 for cell in cells)]
    rows = [["workload", *own]]
    for place, workloads in work.items():
        for name, cell in workloads.items():
            rows.append([f"{name}, {place}", *(_own_cost(cell[monitor]) for monitor in own)])
    return rows


def _own_cost(cell: dict) -> str:
    cost = duration(cell["monitor_ns"]["median"])
    return cost if cell["seen"] is None else f"{cost}, {cell['seen']} seen, {cell['lost']} lost"


def _resource_rows(resources: dict, latency: dict) -> list[list[str]]:
    rows = [
        [
            "monitor",
            "processes",
            "RSS MB",
            "PSS MB",
            "BPF maps MB",
            "events seen",
            "lost",
            "to finding p50",
            "p99",
            "findings",
            "missing",
        ]
    ]
    for name, one in resources.items():
        late = latency.get(name, {"findings": 0, "missing": 0})
        found = late["findings"] > 0
        rows.append(
            [
                name,
                str(one["processes"]),
                *(f"{one[key] / 1024:.1f}" for key in ("rss_kb", "pss_kb", "maps_kb")),
                "-" if one["seen"] is None else str(one["seen"]),
                "-" if one["lost"] is None else str(one["lost"]),
                f"{late['p50_ms']:.2f} ms" if found else "-",
                f"{late['p99_ms']:.2f} ms" if found else "-",
                str(late["findings"]),
                str(late["missing"]),
            ]
        )
    return rows


def duration(nanoseconds: float) -> str:
    for unit, factor in (("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= factor:
            return f"{nanoseconds / factor:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"
