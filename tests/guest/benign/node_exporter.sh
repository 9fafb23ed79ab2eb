# SPDX-License-Identifier: Apache-2.0
# An agent that reads the whole host's statistics, through a read-only bind of its root.
docker run -d --name node_exporter --pid host --network host -v /:/host:ro,rslave -u nobody work \
    prometheus-node-exporter --path.procfs /host/proc --path.sysfs /host/sys --path.rootfs /host \
    --web.listen-address 127.0.0.1:9100
metrics() { busybox wget -qO- http://127.0.0.1:9100/metrics >/run/benign/metrics; }
await 60 metrics
for name in node_cpu_seconds_total node_filesystem_size_bytes node_load1 node_memory_MemTotal_bytes
do grep -q "^$name" /run/benign/metrics; done
docker rm -f node_exporter
