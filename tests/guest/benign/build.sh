# SPDX-License-Identifier: Apache-2.0
# docker build, the classic builder: stages, a compiler, another user; the image runs.
mkdir -p /srv/build && cd /srv/build
echo '#include <stdio.h>
int main(void) { puts("built"); return 0; }' >main.c
cat >Dockerfile <<'END'
FROM work AS builder
COPY main.c /src/
RUN gcc -static -o /src/program /src/main.c && useradd --create-home somebody
RUN tar -C /home -cf /src/home.tar .
FROM small
COPY --from=builder /src/program /bin/program
ADD --chown=65534 main.c /srv/
ENV KEY=value
VOLUME /data
USER nobody
HEALTHCHECK CMD program
ENTRYPOINT ["/bin/program"]
END
DOCKER_BUILDKIT=0 docker build -q -t built .
same built "$(docker run --rm --name build-run built)"
docker save built | tar -tf - >/dev/null
