# SPDX-License-Identifier: Apache-2.0
# cron writes a log on a volume, logrotate in another container rotates and compresses it.
docker run -d --name logrotate-cron -v logs:/logs work sh -c '
    echo "* * * * * root echo tick >>/logs/tick.log" >/etc/cron.d/tick
    for n in 1 2 3 4 5; do echo line $n; done >/logs/app.log; exec cron -f'
await 20 docker exec logrotate-cron test -s /logs/app.log
docker run --rm --name logrotate -v logs:/logs work sh -ec '
    printf "/logs/*.log {\n rotate 3\n compress\n copytruncate\n su root root\n}\n" >/etc/l.conf
    chmod 644 /etc/l.conf; logrotate -f -s /tmp/state /etc/l.conf; zcat /logs/app.log.1.gz'
await 75 docker exec logrotate-cron test -s /logs/tick.log
docker rm -f logrotate-cron
