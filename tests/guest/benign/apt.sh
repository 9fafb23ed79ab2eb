# SPDX-License-Identifier: Apache-2.0
# apt updates and installs packages with a dependency; they run; one is removed again.
docker run --rm --name apt work sh -ec '
    apt-get -q update && apt-get -q install -y jq hello
    hello; echo "{\"a\": 42}" | jq .a
    apt-get -q purge -y hello && ! test -e /usr/bin/hello
    dpkg --audit' | tee /run/benign/apt.kept
grep -qx 42 /run/benign/apt.kept
