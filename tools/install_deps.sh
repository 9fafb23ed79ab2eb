#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that are missing (and, with `run`, adds the system user brig):
#     tools/install_deps.sh [build] [run] [test] [bench]        (default: build run)
# Quick when all are there: one question to dpkg. Says one line, and one more when it is done.
set -euo pipefail

declare -A sets=(
  [build]="g++ cmake ninja-build ccache make pkg-config git python3 clang llvm bpftool
    libbpf-dev libelf-dev zlib1g-dev libssl-dev libseccomp-dev libfmt-dev libspdlog-dev
    libsimdjson-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev libboost1.81-dev libgtest-dev
    libre2-dev"
  [run]="libbpf1 libelf1 zlib1g libssl3 passwd libseccomp2 libfmt9 libspdlog1.10 libsimdjson14
    libyaml-cpp0.7 libre2-9"
  [test]="clang-19 clang-tidy-19 clang-format-19 libclang-rt-19-dev gcc gcc-12
    docker.io containerd runc crun podman uidmap busybox-static cpio xz-utils debootstrap e2fsprogs
    kmod qemu-system-x86 iproute2
    procps golang-go golang-golang-x-mod-dev"
  [bench]="auditd redis-server redis-tools nginx-light wrk procps runc busybox-static"
)

(($#)) || set -- build run
wanted=()
for name in "$@"; do
  if [[ -z ${sets[$name]:-} ]]; then
    echo "install_deps: no set called '$name': there are build, run, test, bench" >&2
    exit 2
  fi
  # shellcheck disable=SC2206  # the sets are lists of words
  wanted+=(${sets[$name]})
done

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
  sed -n 's/^installed //p') || true
# The processes without privilege need a user that owns nothing else.
if [[ " $* " == *" run "* ]] && ((EUID == 0)) && ! getent passwd brig >/dev/null; then
  echo "install_deps: adding the system user brig"
  useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin brig
fi

missing=$(comm -23 <(printf '%s\n' "${wanted[@]}" | sort -u) <(sort -u <<<"$installed"))
[[ -n $missing ]] || exit 0
# shellcheck disable=SC2086  # one word each
set -- $missing

if ((EUID != 0)); then
  echo "install_deps: not root, and missing: $* (run: sudo apt-get install $*)" >&2
  exit 1
fi

echo "install_deps: installing $# packages: $*"
log=$(mktemp /tmp/brig-install.XXXXXX)
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "$@"; } >"$log" 2>&1; then
  tail -n 15 "$log" >&2
  echo "install_deps: apt-get failed, the whole of its output is in $log" >&2
  exit 1
fi
rm -f "$log"
echo "install_deps: done"
