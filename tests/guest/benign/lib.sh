# SPDX-License-Identifier: Apache-2.0
# What the workloads share. Each is a bash script that fails (set -eu) unless its own work succeeds;
# its containers carry its name. They run side by side in one machine.

# await SECONDS COMMAND...: until it succeeds.
await() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/run/benign/await.$$ 2>&1; do
        if ((SECONDS > deadline)); then
            echo "waited in vain for: $*: $(cat /run/benign/await.$$)" >&2
            return 1
        fi
        sleep 0.3
    done
}

# same WANTED GOT: they are equal.
same() {
    [[ $1 == "$2" ]] || { echo "wanted '$1', got '$2'" >&2; return 1; }
}
