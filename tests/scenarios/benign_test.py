#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that ordinary work in containers breaks no invariant: not one finding, nobody killed."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.watched import Watched  # noqa: E402
from support import run, wait_for  # noqa: E402

PYTHON = """
import os, signal, socket, subprocess, tempfile, threading
assert subprocess.check_output(['id', '-u']).strip() == b'0'
total = []
workers = [threading.Thread(target=lambda: total.append(sum(range(10000)))) for _ in range(20)]
[each.start() for each in workers]; [each.join() for each in workers]
child = os.fork()
if child == 0:
    signal.pause()
os.kill(child, signal.SIGTERM)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
with tempfile.TemporaryDirectory() as directory:
    server = socket.socket(socket.AF_UNIX); server.bind(directory + '/s'); server.listen()
    client = socket.socket(socket.AF_UNIX); client.connect(directory + '/s')
    os.memfd_create('scratch')
print(len(total), 'threads')
"""
SHELL = ("cd /tmp; for i in 1 2 3; do echo $i; done | sort -r | tee list >/dev/null; ps aux; id;"
         "ls -la /proc/self/fd /proc/1/; cat /proc/meminfo /proc/self/status /proc/self/environ"
         " >/dev/null; cat /proc/sys/kernel/core_pattern; df; uname -a; (sleep 1000 & kill $!);"
         "echo 500 >/proc/self/oom_score_adj; ulimit -n 256; umask 077; mkfifo pipe;"
         "mknod null c 1 3; dd if=/dev/zero of=block bs=1k count=64 2>/dev/null; ln -s block link;"
         "su nobody -s /bin/sh -c id; echo shell done")
INIT = ("trap 'echo stopped; exit 0' TERM; for i in 1 2 3; do (sleep 0.2; (sleep 0.1 &)) & done;"
        "wait; kill -TERM $$; sleep 1000")


class Benign(Watched):
    IMAGE = "debian"

    def shows(self, script, expected, *options):
        twin = self.twin(*options)
        done = self.docker.exec(twin, "bash", "-c", f"set -e; {script}", timeout_s=300)
        self.works(done, expected)
        self.silent(twin)

    def test_apt_installs_a_package(self):
        self.shows("apt-get update; apt-get install -y brig-hello; brig-hello",
                   "hello from a package")

    def test_gcc_compiles_and_the_program_runs(self):
        self.shows("echo 'int main(void){return 42;}' >/tmp/a.c; gcc -O2 -o /tmp/a /tmp/a.c;"
                   "/tmp/a || echo said $?", "said 42")

    def test_python_with_processes_threads_and_sockets(self):
        self.shows(f"python3 -c \"{PYTHON}\"", "20 threads")

    def test_redis_serves(self):
        self.shows("redis-server --daemonize yes --dir /tmp >/dev/null;"
                   "until redis-cli ping; do :; done 2>/dev/null; redis-cli set key value;"
                   "redis-cli get key; redis-cli save; redis-cli shutdown", "value")

    def test_nginx_serves(self):
        self.shows("nginx; exec 3<>/dev/tcp/127.0.0.1/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3;"
                   "cat <&3; nginx -s quit", "Welcome to nginx")

    def test_postgres_makes_a_cluster_and_answers(self):
        self.shows("su postgres -c '/usr/lib/postgresql/15/bin/initdb -D /tmp/cluster >/dev/null;"
                   "/usr/lib/postgresql/15/bin/pg_ctl -w -D /tmp/cluster -l /tmp/log start;"
                   "psql -Atc \"select 6*7\"; /usr/lib/postgresql/15/bin/pg_ctl -D /tmp/cluster"
                   " stop'", "42")

    def test_tar_and_owners(self):
        self.shows("tar -C /etc -cf /tmp/etc.tar .; mkdir /tmp/etc; tar -C /tmp/etc -xpf"
                   " /tmp/etc.tar; chown -R nobody:nogroup /tmp/etc; chmod u+s /tmp/etc/passwd;"
                   "stat -c %U:%A /tmp/etc/passwd; rm -rf /tmp/etc", "nobody:-rwS")

    def test_a_person_at_a_shell(self):
        self.shows(SHELL, "shell done")

    def test_an_init_that_reaps_and_is_stopped(self):
        done = self.docker.run("debian", "bash", "-c", INIT, options=["--name", "init"])
        self.assertEqual(done.stdout, "stopped\n", done.stderr)
        ended = wait_for(lambda: [each for each in self.brig.containers()
                                  if each["name"] == "init" and each["ended_wall_ns"]], "its end")
        self.twins[ended[0]["id"]] = self.id()

    def test_a_sandbox_of_the_hosts_own_programs_is_no_container(self):
        def unnamed():
            return {each["key"] for each in self.brig.containers()
                    if each["naming"] == "unidentified"}
        before = unnamed()
        done = run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c",
                   "ps aux; cat /etc/shadow >/dev/null; echo $$")
        self.assertTrue(done.stdout.endswith("\n1\n"), done.stdout)
        self.silent(self.twin())  # a birth after it, so that its own would be known by now
        self.assertEqual(unnamed(), before)

    def test_a_volume_and_docker_cp(self):
        twin = self.twin("-v", "brig-benign:/data")
        self.works(self.shell(twin, "echo kept >/data/file; cat /data/file"), "kept")
        self.docker.cli("cp", __file__, f"{twin}:/tmp/copied")
        self.works(self.shell(twin, "wc -l /tmp/copied"))
        self.silent(twin)


class BenignWithKilling(Benign):
    MODES = {f"I{number}": "kill" for number in range(1, 8)}


if __name__ == "__main__":
    unittest.main(verbosity=2)
