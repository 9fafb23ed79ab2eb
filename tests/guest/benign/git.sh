# SPDX-License-Identifier: Apache-2.0
# git: commits, a clone over file://, a push, a branch merged, gc and fsck.
docker run --rm --name git work sh -ec '
    git config --global user.name a && git config --global user.email a@b
    git config --global init.defaultBranch main && git config --global protocol.file.allow always
    git init -q --bare /srv/r.git && git clone -q file:///srv/r.git /tmp/w && cd /tmp/w
    for n in 1 2 3 4 5; do echo $n >$n && git add . && git commit -qm "number $n"; done
    git push -q origin main && git checkout -qb other HEAD~2 && echo b >b && git add b
    git commit -qm b && git merge -q --no-edit main && git gc -q && git fsck && git log --oneline
    git worktree add -q /tmp/w2 main && git clone -q --shared . /tmp/w3 && git -C /tmp/w3 status'
