# SPDX-License-Identifier: Apache-2.0
# Services of the host with private mounts, users, devices and namespaces are no containers.
run() { systemd-run --quiet --wait --pipe --collect "$@"; }
run -p PrivateTmp=yes -p ProtectSystem=strict -p ProtectHome=yes sh -ec 'echo a >/tmp/a; cat /tmp/a
    ! touch /etc/x 2>/dev/null; cat /etc/shadow >/dev/null; ls /run/docker.sock'
run -p DynamicUser=yes -p StateDirectory=units -p PrivateDevices=yes \
    sh -ec 'id -u; echo a >$STATE_DIRECTORY/a'
run -p PrivateUsers=yes -p PrivateNetwork=yes -p ProtectKernelTunables=yes \
    -p ProtectProc=invisible -p ProcSubset=pid cat /proc/self/status
run -p NoNewPrivileges=yes -p SystemCallFilter=@system-service -p RestrictNamespaces=yes \
    -p MemoryDenyWriteExecute=yes -p InaccessiblePaths=/root -p ReadWritePaths=/var/tmp \
    sh -ec 'touch /var/tmp/units; rm /var/tmp/units; test -z "$(ls /root)"'
run -p RootDirectory=/srv/unit-root -p MountAPIVFS=yes -p BindReadOnlyPaths=/etc/hostname true || {
    mkdir -p /srv/unit-root && tar -C /srv/unit-root -xf /srv/small.tar
    run -p RootDirectory=/srv/unit-root -p MountAPIVFS=yes -p BindReadOnlyPaths=/etc/hostname \
        /bin/cat /etc/hostname; }
run -p TemporaryFileSystem=/srv:ro -p BindPaths=/var/tmp:/srv/t \
    sh -ec 'touch /srv/t/u; rm /var/tmp/u'
