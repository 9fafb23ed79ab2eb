# SPDX-License-Identifier: Apache-2.0
# One volume, one bound directory, two containers that share both; owners change; a second start.
mkdir -p /srv/shared
docker run --rm --name volumes-first -v volumes:/data -v /srv/shared:/shared small sh -ec '
    echo first >/data/file; echo first >/shared/file; mkdir -p /data/d; chown -R nobody /data/d
    chmod 700 /data/d; ln -s file /data/link; mkfifo /data/pipe'
docker run -d --name volumes-reader -v volumes:/data small sh -c 'read line </data/pipe; echo $line'
docker run --rm --name volumes-second -v volumes:/data -v /srv/shared:/shared:ro small sh -ec '
    cat /data/link /shared/file; echo second >>/data/file; echo through >/data/pipe
    ! touch /shared/other 2>/dev/null'
through() { docker logs volumes-reader | grep -qx through; }
await 30 through
same "first second" "$(docker run --rm --name volumes-third -v volumes:/data small cat /data/file |
    xargs)"
same first "$(cat /srv/shared/file)"
