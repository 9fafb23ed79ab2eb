# SPDX-License-Identifier: Apache-2.0
# Two containers find each other by name on a network of their own, over TCP and UDP.
docker network create networks
docker run -d --name networks-server --network networks small httpd -f -h /etc
served() { docker run --rm --name networks-client --network networks small \
    wget -qO- http://networks-server/passwd; }
await 60 served
docker run --rm --name networks-ping --network networks small ping -c 2 -W 5 networks-server
docker rm -f networks-server
docker network rm networks
