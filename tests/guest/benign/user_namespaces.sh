# SPDX-License-Identifier: Apache-2.0
# A container makes user namespaces of its own, as browsers and build tools do, and mounts in them.
docker run --rm --name user_namespaces --security-opt seccomp=unconfined \
    --security-opt apparmor=unconfined -u nobody work sh -ec '
    test "$(unshare -Ur id -u)" = 0
    unshare -Urm sh -ec "mount -t tmpfs t /mnt; echo a >/mnt/a; cat /mnt/a; mount --bind /mnt /srv"
    unshare -Urpf sh -c "kill -0 1; sleep 100 & kill \$!; wait"
    unshare -Urmn sh -ec "ip link 2>/dev/null || cat /proc/net/dev; chroot / true"
    unshare -Ur --map-auto id 2>/dev/null || true'
