# SPDX-License-Identifier: Apache-2.0
"""What is measured. Each workload runs in a Place and answers with CPU time per operation."""

import os
import re
import statistics
from dataclasses import dataclass

from place import Place
from programs import SOURCE_FILES
from procs import BenchError

# Loop, server and client share one core: no migration and no idle core to wake inside a
# measurement, which makes it repeatable and is the strictest case for a monitor: nothing hides its
# cost.
CPU = max(os.sched_getaffinity(0))
RUNS = 3  # of each workload inside a round; the middle one counts


@dataclass
class Sample:
    ns: float  # CPU per operation: client and server together
    operations: int  # all that were made, the first to get warm included


class Loop:
    """A tight loop. The middle slice of the middle process counts: a neighbour's burst falls out,
    and so does the luck of one process with the addresses it was given (which moves open by 15 %).
    """

    def __init__(self, name: str, weight: float = 1.0):
        self.name = name
        self.weight = weight

    def run(self, place: Place, seconds: float) -> Sample:
        ms = int(seconds * self.weight * 1000 / RUNS)
        answers = [
            place.answer(f"bench_loops {self.name} --ms {ms} --slices 6 --cpu {CPU}")
            for _ in range(RUNS)
        ]
        return Sample(
            statistics.median(statistics.median(one["slices_ns"]) for one in answers),
            sum(one["operations"] for one in answers),
        )


class Server:
    """Starts a server in the place, drives it with a client, counts the CPU of both."""

    name = ""
    start = ""
    probe = ""

    def run(self, place: Place, seconds: float) -> Sample:
        pid = int(place.run(f"{place.server_prefix}taskset {1 << CPU:x} {self.start} & echo $!"))
        try:
            place.run(
                f"for i in $(busybox seq 100); do {self.probe} >/dev/null 2>&1 && break; "
                "usleep 20000; done; " + f"{self.probe} >/dev/null"
            )
            warm = self.client(place, pid, seconds / RUNS)
            runs = [self.client(place, pid, seconds / RUNS) for _ in range(RUNS)]
            return Sample(
                statistics.median(run.ns for run in runs),
                sum(run.operations for run in [warm, *runs]),
            )
        finally:
            place.run(f"kill {pid}; wait {pid}; true")

    def client(self, place: Place, pid: int, seconds: float) -> Sample:
        raise NotImplementedError

    def around(self, place: Place, pid: int, command: str) -> dict:
        answer = place.answer(f"bench_loops around --cpu {CPU} --server {pid} -- {command}")
        if answer["status"] != 0:
            raise BenchError(f"{self.name}: the client failed: {answer['text'][-300:]}")
        return answer


class Redis(Server):
    name = "redis"
    start = "redis-server --port 7780 --bind 127.0.0.1 --save '' --appendonly no >redis.log 2>&1"
    probe = "redis-cli -p 7780 ping"

    def client(self, place: Place, pid: int, seconds: float) -> Sample:
        requests = max(3000, int(seconds * 60_000))
        answer = self.around(
            place, pid, f"redis-benchmark -p 7780 -c 20 -n {requests} -t set,get -d 64 -q"
        )
        operations = 2 * requests
        return Sample((answer["client_ns"] + answer["server_ns"]) / operations, operations)


class Nginx(Server):
    name = "nginx"
    start = "nginx -p . -c nginx.conf -e stderr >nginx.log 2>&1"
    probe = "wget -q -O /dev/null http://127.0.0.1:7781/"

    def client(self, place: Place, pid: int, seconds: float) -> Sample:
        answer = self.around(
            place, pid, f"wrk -t 1 -c 16 -d {max(1, round(seconds))}s http://127.0.0.1:7781/"
        )
        found = re.search(r"(\d+) requests in", answer["text"])
        if found is None or int(found.group(1)) == 0:
            raise BenchError(f"nginx: wrk made no request: {answer['text'][-300:]}")
        operations = int(found.group(1))
        return Sample((answer["client_ns"] + answer["server_ns"]) / operations, operations)


class Compile:
    """gcc of generated C files, one process each, as a build does. An operation is one file."""

    name = "compile"

    def run(self, place: Place, seconds: float) -> Sample:
        del seconds  # a fixed amount of work: files cannot be cut short
        spent = []
        for number in range(SOURCE_FILES):
            answer = place.answer(
                f"bench_loops around --cpu {CPU} -- "
                f"gcc -O1 -c unit{number}.c -o out/unit{number}.o 2>&1"
            )
            if answer["status"] != 0:
                raise BenchError(f"compile: gcc failed: {answer['text'][-300:]}")
            spent.append(answer["client_ns"])
        return Sample(statistics.median(spent), len(spent))


ALL = {
    work.name: work
    for work in (
        Loop("getppid"),
        Loop("open"),
        Loop("rw"),
        Loop("forkexec", 2.0),
        Redis(),
        Nginx(),
        Compile(),
    )
}
