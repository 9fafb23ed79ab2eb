# SPDX-License-Identifier: Apache-2.0
# tar keeps owners, links, set-uid files, fifos and device nodes within the container's own root.
docker run --rm --name tar work sh -ec '
    mkdir /t && cd /t && cp /bin/ls setuid && chown nobody setuid && chmod 4755 setuid
    mkfifo pipe && mknod null c 1 3 && ln -s setuid soft && ln setuid hard
    tar -C / -cf /all.tar t etc && mkdir /out && tar -C /out -xpf /all.tar
    test "$(stat -c %U:%a /out/t/setuid)" = nobody:4755 && test -p /out/t/pipe
    test "$(stat -c %t /out/t/null)" = 1 && /out/t/setuid / >/dev/null
    tar -C / -czf /all.tgz etc && tar -xOzf /all.tgz etc/passwd | grep -q root
    cp -a /out /copy && chown -R nobody:nogroup /copy && rm -rf /out /copy'
