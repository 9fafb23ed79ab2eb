# SPDX-License-Identifier: Apache-2.0
# Sidecars: one process namespace, one network, files through /proc/PID/root, a signal.
docker run -d --name sidecar-main work sh -c 'trap "echo hup >/tmp/got" HUP; echo here >/tmp/mark
    while :; do sleep 0.2; done'
docker exec sidecar-main sh -c 'until test -e /tmp/mark; do sleep 0.1; done'
docker run --rm --name sidecar-look --pid container:sidecar-main work sh -ec '
    ps aux | grep -q "sleep 0.2"; cat /proc/1/status /proc/1/cmdline >/dev/null; kill -HUP 1'
await 20 docker exec sidecar-main test -e /tmp/got
docker run -d --name sidecar-server --network container:sidecar-main small \
    httpd -f -p 81 -h /etc
served() { docker run --rm --name sidecar-client --network container:sidecar-main small \
    wget -qO- http://127.0.0.1:81/passwd; }
await 30 served
docker exec sidecar-main sh -c 'kill -0 1'
docker rm -f sidecar-main sidecar-server
