# SPDX-License-Identifier: Apache-2.0
# Last, alone: dockerd and containerd restart and runc is replaced while containers go on.
docker run -d --name engine_restart -v engine:/data small \
    sh -c 'while :; do date >/data/now; sleep 1; done'
pid=$(docker inspect -f '{{.State.Pid}}' engine_restart)
cp -p /usr/sbin/runc /usr/sbin/runc.new && mv /usr/sbin/runc.new /usr/sbin/runc
same 0 "$(docker exec engine_restart id -u)"
systemctl restart docker
await 60 docker exec engine_restart true
systemctl restart containerd
await 60 docker exec engine_restart true
same "$pid" "$(docker inspect -f '{{.State.Pid}}' engine_restart)"
docker run --rm --name engine_restart-new small true
docker stop -t 1 engine_restart
