# SPDX-License-Identifier: Apache-2.0
"""Builds the small programs and the root file system that the measured containers live in
(cached)."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from procs import BenchError

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / "build" / "cache" / "bench"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]
SHELL_TOOLS = ["sh", "cat", "kill", "true", "usleep", "wget"]
SOURCE_FILES = 6


def need(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise BenchError(
            f"missing: {' '.join(missing)} (apt-get install redis-server redis-tools "
            "nginx-light wrk auditd runc busybox-static clang g++ libbpf-dev)"
        )


def build() -> dict[str, Path]:
    """Compiles what changed. Not part of brig's own build: the same flags whatever its preset."""
    CACHE.mkdir(parents=True, exist_ok=True)
    made = {
        "loops": CACHE / "bench_loops",
        "stamp": CACHE / "bench_stamp",
        "floor": CACHE / "bench_floor",
        "floor_object": CACHE / "floor.bpf.o",
    }
    cxx = ["g++", "-std=c++23", "-O2", *WARNINGS]
    machine = os.uname().machine
    _compile(HERE / "loops.cc", made["loops"], [*cxx, "-static"])
    _compile(HERE / "stamp.cc", made["stamp"], cxx)
    _compile(HERE / "floor.cc", made["floor"], cxx, ["-lbpf"])
    _compile(
        HERE / "floor.bpf.c",
        made["floor_object"],
        ["clang", "-O2", "-g", "-target", "bpf", f"-I/usr/include/{machine}-linux-gnu", "-c"],
    )
    return made


def _compile(source: Path, output: Path, command: list, libraries: list = ()) -> None:
    if output.exists() and output.stat().st_mtime > source.stat().st_mtime:
        return
    result = subprocess.run(
        [*command, source, "-o", output, *libraries], capture_output=True, text=True
    )
    if result.returncode != 0:
        raise BenchError(f"compile {source.name}: {result.stderr.strip()}")


def rootfs(loops: Path) -> Path:
    """A root file system with copies of the measured programs. /work is the working directory of
    both places, so that host and container open the same relative names."""
    root, stamp_file = CACHE / "rootfs", CACHE / "rootfs.stamp"
    wanted = _wanted(loops)
    stamp = hashlib.sha256(
        repr(
            [
                (str(path), path.stat().st_size, path.stat().st_mtime_ns)
                for path in sorted({*wanted.values(), Path(__file__)})
            ]
        ).encode()
    ).hexdigest()
    if not (stamp_file.exists() and stamp_file.read_text() == stamp):
        shutil.rmtree(root, ignore_errors=True)
        for target, source in wanted.items():
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, root / target)
        for tool in SHELL_TOOLS:
            (root / "bin" / tool).symlink_to("busybox")
        for directory in ("proc", "dev", "sys", "tmp", "root", "work"):
            (root / directory).mkdir(exist_ok=True)
        (root / "etc").mkdir(exist_ok=True)
        (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
        (root / "etc/group").write_text("root:x:0:\n")
        (root / "etc/shadow").write_text("root:*:19000:0:99999:7:::\n")
        stamp_file.write_text(stamp)
    write_work(root / "work")
    return root


def _wanted(loops: Path) -> dict[str, Path]:
    """Path in the root file system -> file to copy."""
    files = {
        "bin/busybox": Path(shutil.which("busybox")),
        "bin/bench_loops": loops,
        "usr/include/stdc-predef.h": Path("/usr/include/stdc-predef.h"),
    }
    compiler = subprocess.run(
        ["gcc", "-print-prog-name=cc1"], capture_output=True, text=True
    ).stdout.strip()
    for program in [
        "redis-server",
        "redis-benchmark",
        "redis-cli",
        "nginx",
        "wrk",
        "gcc",
        "as",
        compiler,
    ]:
        path = Path(shutil.which(program) or program)
        files[str(path).lstrip("/")] = path.resolve()
        libraries = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
        for line in libraries.splitlines():
            name = next((word for word in line.split() if word.startswith("/")), None)
            if name:
                files[name.lstrip("/")] = Path(name).resolve()
    return files


NGINX = """daemon off; master_process off; pid nginx.pid; user root; error_log stderr;
events { worker_connections 256; }
http {
  access_log access.log;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp;
  scgi_temp_path tmp;
  server { listen 127.0.0.1:7781; root www; }
}
"""


def write_work(work: Path) -> None:
    """The inputs: a file to open, a page to serve, C sources to compile."""
    for directory in ("www", "tmp", "out"):
        (work / directory).mkdir(parents=True, exist_ok=True)
    (work / "bench.dat").write_bytes(b"x" * 4096)
    (work / "www/index.html").write_bytes(b"brig bench\n" * 93)
    (work / "nginx.conf").write_text(NGINX)
    (work / "bench.h").write_text("struct node { struct node *next; int key; double weight; };\n")
    for number in range(SOURCE_FILES):
        (work / f"unit{number}.c").write_text(c_source(number))


def c_source(number: int, functions: int = 60) -> str:
    lines = ['#include "bench.h"\n']
    for index in range(functions):
        lines.append(
            f"double f{number}_{index}(struct node *n, int k) {{\n  double sum = {index}.5;\n"
            f"  for (int i = 0; n && i < k; ++i, n = n->next) {{\n"
            f"    if (n->key % {index + 3} == {number}) sum += n->weight * i;\n"
            f"    else sum -= n->key ^ (i << {index % 7});\n  }}\n  return sum;\n}}\n"
        )
    return "".join(lines)


if __name__ == "__main__":
    build()
