# SPDX-License-Identifier: Apache-2.0
# gcc and make build a real project, and its own tests pass.
docker run --rm --name compile work sh -ec '
    cp -r /usr/src/zlib /tmp/zlib && cd /tmp/zlib
    CFLAGS=-O1 ./configure --prefix=/usr/local >/dev/null
    make -j2 libz.a libz.so.1.2.13 example minigzip >/dev/null 2>&1
    ./example | tail -1
    make install >/dev/null 2>&1
    echo "int main(void){return 42;}" >/tmp/a.c && gcc -o /tmp/a /tmp/a.c
    /tmp/a || echo said $?' | tee /run/benign/compile.kept
grep -q "said 42" /run/benign/compile.kept
