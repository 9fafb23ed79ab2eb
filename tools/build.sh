#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds one preset: tools/build.sh PRESET [TARGET...]. Configures only when there is no build tree
# yet; ninja itself configures again when a CMake file has changed.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:?usage: tools/build.sh PRESET [TARGET...]}
shift
if [[ ! -f build/$preset/build.ninja ]]; then
  echo "build: configuring $preset"
  log=$(mktemp /tmp/brig-configure.XXXXXX)
  if ! cmake --preset "$preset" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log" "build/$preset/build.ninja"
    exit 1
  fi
  rm -f "$log"
fi
# Two clones of the same sources share their objects in ccache, wherever they lie.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
exec ninja -C "build/$preset" -j "${BRIG_JOBS:-$(nproc)}" "$@"
