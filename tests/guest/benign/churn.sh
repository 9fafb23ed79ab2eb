# SPDX-License-Identifier: Apache-2.0
# Many containers started and ended by bare runc; BRIG_STARTS says how many.
mkdir -p /srv/churn/rootfs && tar -C /srv/churn/rootfs -xf /srv/small.tar && cd /srv/churn
runc spec
jq '.process.terminal = false | .process.args = ["sh", "-c", "echo $$; exit 0"]' config.json >c
mv c config.json
for n in $(seq "${BRIG_STARTS:-100}"); do same 1 "$(runc run churn-$n)"; done
