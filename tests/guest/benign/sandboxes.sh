# SPDX-License-Identifier: Apache-2.0
# Sandboxes and build tools of the host, root's and a person's: unshare, chroot, mmdebstrap.
person() { (cd /home/alice && runuser -u alice -- env HOME=/home/alice "$@"); }
person unshare -rm sh -ec 'mount -t tmpfs t /mnt; echo a >/mnt/a; cat /mnt/a'
unshare -m --propagation private sh -ec 'mount -t tmpfs t /mnt; cat /etc/shadow >/dev/null'
mkdir -p /srv/chroot && tar -C /srv/chroot -xf /srv/small.tar
same 0 "$(chroot /srv/chroot id -u)"
person mmdebstrap --variant=extract --include=busybox-static --mode=unshare bookworm \
    /home/alice/made.tar 'deb [trusted=yes] copy:/srv/packages ./'
tar -tf /home/alice/made.tar | grep -q bin/busybox
