# SPDX-License-Identifier: Apache-2.0
# postgres makes a cluster on a new volume, answers, and answers again on the used one.
cat >/srv/postgres.sh <<'END'
set -e
bin=/usr/lib/postgresql/15/bin
chown postgres /cluster
[ -e /cluster/PG_VERSION ] || su postgres -c "$bin/initdb -D /cluster --no-sync"
exec su postgres -c "$bin/postgres -D /cluster -k /tmp"
END
start() {
    docker run -d --name postgres -v postgres:/cluster -v /srv/postgres.sh:/start:ro \
        --shm-size 64m work sh /start
}
query() { docker exec -u postgres postgres psql -h /tmp -Atc "$1"; }
start
await 120 query "select 1"
query "create table t as select generate_series(1, 1000) as n; create index on t (n)"
query "vacuum analyze t"
docker stop -t 60 postgres
docker rm postgres
start
await 120 query "select 1"
same 500500 "$(query 'select sum(n) from t')"
docker rm -f postgres
