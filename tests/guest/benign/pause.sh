# SPDX-License-Identifier: Apache-2.0
# pause, unpause, restart, a restart policy, an end by signal and by memory limit.
docker run -d --name pause --restart on-failure:2 small sh -c 'echo start; sleep 1000'
docker pause pause
same paused "$(docker inspect -f '{{.State.Status}}' pause)"
docker unpause pause
docker exec pause true
docker restart -t 1 pause
same 2 "$(docker logs pause | grep -c start)"
docker rm -f pause
docker run --name pause-failing --restart on-failure:2 small false || same 1 $?
status=0
docker run --rm --name pause-hungry --memory 16m --memory-swap 16m small sh -c \
    'dd if=/dev/zero of=/dev/null bs=64M count=1' || status=$?
same 137 $status
