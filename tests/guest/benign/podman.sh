# SPDX-License-Identifier: Apache-2.0
# podman as root: an import, crun and runc, a pod of two, exec, a volume.
podman import -q /srv/small.tar small
for runtime in crun runc; do
    same 0 "$(podman --runtime $runtime run --rm --name podman-$runtime small id -u)"
done
podman pod create --name podman-pod --share net,ipc,pid
podman run -d --pod podman-pod --name podman-server small httpd -f -p 7000 -h /etc
answered() { podman run --rm --pod podman-pod --name podman-client small \
    wget -qO- http://127.0.0.1:7000/passwd; }
await 60 answered
podman exec podman-server ps | grep -q httpd
podman run --rm -v podman-volume:/data --name podman-volume small sh -c 'echo x >/data/x'
same x "$(podman run --rm -v podman-volume:/data --name podman-second small cat /data/x)"
podman pod rm -f podman-pod
