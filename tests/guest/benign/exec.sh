# SPDX-License-Identifier: Apache-2.0
# docker exec as root, as another user, on a terminal, with input; cp, top, logs, stats, commit.
docker run -d --name exec --init work sh -c 'echo started; sleep 1000'
same nobody "$(docker exec -u nobody exec whoami)"
same text "$(echo text | docker exec -i -w /tmp -e A=b exec sh -c 'test $A = b; cat')"
script -qec "docker exec -it exec sh -c 'tty; ps aux'" /dev/null | grep -q /dev/pts
docker cp /etc/hostname exec:/tmp/copied
docker cp -L exec:/etc/os-release /run/benign/exec.release
same machine "$(docker exec exec cat /tmp/copied)"
docker top exec | grep -q sleep
await 20 grep -q started <(docker logs exec)
docker stats --no-stream exec
docker diff exec | grep -q /tmp/copied
docker commit exec committed
same machine "$(docker run --rm --name exec-committed committed cat /tmp/copied)"
docker update --memory 200m --memory-swap 200m exec
docker rename exec exec-renamed
docker kill -s TERM exec-renamed
