# SPDX-License-Identifier: Apache-2.0
# containerd without docker: ctr starts a root file system, executes in it, ends it.
mkdir -p /srv/ctr && tar -C /srv/ctr -xf /srv/small.tar
ctr run -d --env PATH=/bin --rootfs /srv/ctr containerd-own sh -c 'while :; do sleep 1; done'
same 0 "$(ctr task exec --exec-id one containerd-own id -u)"
ctr task ps containerd-own
ctr task pause containerd-own
ctr task resume containerd-own
ctr task kill -s KILL containerd-own
await 20 ctr task rm containerd-own
ctr container rm containerd-own
