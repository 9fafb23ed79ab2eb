# SPDX-License-Identifier: Apache-2.0
# Bubblewrap and private process namespaces, as browsers, desktop programs and build tools use them.
person() { (cd /home/alice && runuser -u alice -- env HOME=/home/alice "$@"); }
bwrap --ro-bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all sh -ec 'touch /tmp/a; ps aux'
person bwrap --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib \
    --symlink usr/lib64 /lib64 --proc /proc --dev /dev --unshare-user --unshare-pid --tmpfs /tmp \
    --die-with-parent sh -ec 'id; echo a >/tmp/a; cat /tmp/a'
person unshare -rmpf --mount-proc sh -ec 'ps aux; kill -0 1'
unshare -mpf --mount-proc sh -ec 'ps aux; kill -0 1; cat /etc/shadow >/dev/null'
