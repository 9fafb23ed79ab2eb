# SPDX-License-Identifier: Apache-2.0
# Memory file systems of a container, and shared memory between two with one IPC namespace.
docker run --rm --name tmpfs --tmpfs /t:size=16m,mode=1777 --read-only small sh -ec '
    echo a >/t/a; dd if=/dev/zero of=/t/b bs=64k count=20 2>/dev/null; mv /t/a /t/c; cat /t/c
    ! touch /new 2>/dev/null; df /t | grep -q tmpfs'
docker run -d --name tmpfs-owner --ipc shareable small sh -c 'echo kept >/dev/shm/x; sleep 1000'
shared() { docker exec tmpfs-owner cat /dev/shm/x; }
await 20 shared
same kept "$(docker run --rm --name tmpfs-other --ipc container:tmpfs-owner small cat /dev/shm/x)"
docker rm -f tmpfs-owner
