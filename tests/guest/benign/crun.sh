# SPDX-License-Identifier: Apache-2.0
# docker with crun as its runtime.
docker run -d --name crun --runtime crun small sleep 1000
same 0 "$(docker exec crun id -u)"
docker stop -t 1 crun
