# SPDX-License-Identifier: Apache-2.0
# nginx serves a bound directory through a published port, is told to reload, and is healthy.
mkdir -p /srv/site
echo "hello from nginx" >/srv/site/index.html
docker run -d --name nginx -p 8080:80 -v /srv/site:/var/www/html:ro \
    --health-cmd 'curl -fs http://127.0.0.1/' --health-interval 1s work nginx -g 'daemon off;'
fetch() { busybox wget -qO- http://127.0.0.1:8080/; }
await 60 fetch
for _ in 1 2 3 4 5; do same "hello from nginx" "$(fetch)"; done
docker exec nginx nginx -s reload
healthy() { [[ $(docker inspect -f '{{.State.Health.Status}}' nginx) == healthy ]]; }
await 60 healthy
same "hello from nginx" "$(fetch)"
docker stop nginx
