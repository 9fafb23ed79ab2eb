# SPDX-License-Identifier: Apache-2.0
# podman of a person without privilege: her own user namespace, image, container, volume, network.
uid=$(id -u alice)
modprobe tun && chmod 666 /dev/net/tun  # as udev does elsewhere
cp /srv/small.tar /home/alice/ && chown alice /home/alice/small.tar
await 60 test -S /run/user/$uid/bus
cat >/home/alice/try.sh <<'END'
set -eu
podman import -q small.tar small
podman run --rm --name rootless small id -u
podman run --rm --name rootless-volume -v v:/data small \
    sh -c 'echo x >/data/x; chown nobody /data/x'
podman run -d --name rootless-server -p 7001:80 small \
    sh -c 'echo page >/index.html; httpd -f -h /'
n=0; until busybox wget -qO- http://127.0.0.1:7001/; do n=$((n + 1)); [ $n -lt 60 ]; sleep 0.5; done
podman exec rootless-server ps
podman stop -t 1 rootless-server
podman unshare cat /proc/self/uid_map
END
cd /home/alice
runuser -u alice -- env XDG_RUNTIME_DIR=/run/user/$uid HOME=/home/alice \
    DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/$uid/bus bash try.sh |
    tee /run/benign/rootless.kept
grep -qx page /run/benign/rootless.kept
