# SPDX-License-Identifier: Apache-2.0
# redis serves, keeps what it was told on a volume, and has it after a second start.
start() { docker run -d --name redis -v redis:/data -w /data work redis-server --appendonly yes; }
answers() { await 60 docker exec redis redis-cli ping; }
start
answers
docker exec redis redis-cli set key value
docker exec redis redis-benchmark -q -n 200 -c 5 -t set,get
docker exec redis redis-cli save
docker stop redis
docker rm redis
start
answers
same value "$(docker exec redis redis-cli get key)"
docker rm -f redis
