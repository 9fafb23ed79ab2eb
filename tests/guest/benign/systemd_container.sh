# SPDX-License-Identifier: Apache-2.0
# A container whose first process is systemd: units start, one with private mounts, and it stops.
layer=$(docker image inspect -f "{{.GraphDriver.Data.UpperDir}}" work)
podman run -d --name systemd_container --systemd always --network none --rootfs "$layer:O" \
    /sbin/init
running() { podman exec systemd_container systemctl is-system-running >/run/benign/system ||
    grep -q degraded /run/benign/system; }
await 200 running
podman exec systemd_container systemd-run --quiet --wait -p PrivateTmp=yes true
podman exec systemd_container systemctl restart cron
same active "$(podman exec systemd_container systemctl is-active cron)"
podman stop -t 60 systemd_container
