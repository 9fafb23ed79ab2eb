# SPDX-License-Identifier: Apache-2.0
# A container is written to the disk by criu, ended, and goes on from there: two processes, one of
# them another user, with their files open.
mkdir -p /srv/checkpoint/rootfs && tar -C /srv/checkpoint/rootfs -xf /srv/small.tar
cd /srv/checkpoint
runc spec
jq '.process.terminal = false | .process.args = ["sh", "-c",
    "exec </dev/null >/dev/null 2>&1 7>/tmp/kept; setpriv --reuid 1000 sleep 10000 & n=0
     while :; do n=$((n + 1)); echo $n >&7; sleep 0.2; done"]
    | .root.readonly = false' config.json >c && mv c config.json
runc run -d checkpoint </dev/null >/run/benign/checkpoint.out 2>&1
await 60 test -s rootfs/tmp/kept
runc checkpoint --image-path images checkpoint
before=$(tail -n 1 rootfs/tmp/kept)
runc restore -d --image-path images checkpoint </dev/null >>/run/benign/checkpoint.out 2>&1
goes_on() { (($(tail -n 1 rootfs/tmp/kept) > before + 3)); }
await 60 goes_on
same 0 "$(runc exec checkpoint id -u)"
runc kill checkpoint KILL
