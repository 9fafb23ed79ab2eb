#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Can this host do it? tools/host.sh NEED... with NEED one of root, btf, docker.
# Says in one line what to do about the first thing that is missing, and exits 1.
set -euo pipefail

for need in "$@"; do
  case $need in
    root)
      ((EUID == 0)) || {
        echo "brig: not root: run it as root, for example: sudo make ${MAKE_GOAL:-run}" >&2
        exit 1
      } ;;
    btf)
      [[ -r /sys/kernel/btf/vmlinux ]] || {
        echo "brig: no /sys/kernel/btf/vmlinux: boot a kernel built with" \
          "CONFIG_DEBUG_INFO_BTF=y (Debian's are)" >&2
        exit 1
      } ;;
    docker)
      command -v docker >/dev/null && command -v dockerd >/dev/null || {
        echo "brig: no Docker: run tools/install_deps.sh test" >&2
        exit 1
      } ;;
    *)
      echo "host.sh: unknown need '$need'" >&2
      exit 2 ;;
  esac
done
