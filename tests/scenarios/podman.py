# SPDX-License-Identifier: Apache-2.0
"""podman with a storage of its own, for tests: root's, or a user's.

    with Podman() as podman:
        container = podman.start("sleep", "1000", runtime="runc")

A sandbox may lack what podman takes for granted (CAP_SYS_RESOURCE, a unified cgroup hierarchy, a
network): what it is told here does without. Everything lies under one directory, but for the states
that runtimes keep in /run, or in the user's own runtime directory.
"""
import json
import os
import pathlib
import pwd
import shutil
import signal

from scenarios import images
from scenarios.engines import make_crun, processes_naming, unmount_below
from support import abandoned, need, private_directory, run, wait_for

# A user that every Debian has. Nothing of hers is used but the number.
USER = "nobody"
LIMITS = ("--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1024:1024")


class Podman:
    """rootless: the containers of a user without privilege, in a user namespace of her own."""

    def __init__(self, rootless=False):
        need("podman", "crun", "runc")
        for old in abandoned("podman"):
            self._take(old, (old / "home").exists())
            self.stop()
        self._take(private_directory("podman"), rootless)
        try:
            self._prepare()
            self._import()
        except BaseException:
            self.stop()
            raise

    def _take(self, directory, rootless):
        self.directory, self.rootless = directory, rootless
        self.uid = pwd.getpwnam(USER).pw_uid if rootless else 0
        self.run_directory = pathlib.Path(f"/run/user/{self.uid}")

    def _prepare(self):
        runtimes = {"crun": make_crun(self.directory), "runc": shutil.which("runc")}
        lines = ["[engine]", 'runtime = "crun"', 'cgroup_manager = "cgroupfs"',
                 'events_logger = "file"', "[engine.runtimes]"]
        lines += [f'{name} = ["{path}"]' for name, path in runtimes.items()]
        (self.directory / "containers.conf").write_text("\n".join(lines) + "\n")
        self.directory.chmod(0o755)
        if not self.rootless:
            return
        (self.directory / "home").mkdir()
        os.chown(self.directory / "home", self.uid, self.uid)
        self.run_directory.mkdir(mode=0o700, parents=True)
        os.chown(self.run_directory, self.uid, self.uid)

    def _import(self):
        tree = images.busybox_tar(self.directory / "busybox.tar")
        os.chmod(tree, 0o644)
        self.cli("import", tree, "busybox")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cli(self, *words, check=True, **options):
        """Runs podman on this storage."""
        home = self.directory / "home" if self.rootless else self.directory
        command = ["podman", "--root", home / "graph", "--runroot", home / "run", "--tmpdir",
                   home / "tmp", "--storage-driver", "vfs"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(home),
                       "CONTAINERS_CONF": str(self.directory / "containers.conf")}
        if self.rootless:
            environment["XDG_RUNTIME_DIR"] = str(self.run_directory)
            command = ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups",
                       *command]
        return run(*command, *words, check=check, env=environment, cwd=home, **options)

    def start(self, *command, options=(), runtime="crun"):
        """Starts a container in the background and returns its id."""
        limits = ("--cgroups", "disabled") if self.rootless else LIMITS
        return self.cli("--runtime", runtime, "run", "--detach", "--network", "none", *limits,
                        *options, "busybox", *command).stdout.strip()

    def inspect(self, container):
        return json.loads(self.cli("inspect", container).stdout)[0]

    def exec(self, container, *command):
        return self.cli("exec", container, *command, check=False)

    def remove(self, container):
        self.cli("rm", "--force", "--time", "0", container)

    def stop(self):
        """Removes what is left, containers included."""
        if not self.directory.exists():
            return
        if (self.directory / "busybox.tar").exists():
            self.cli("rm", "--all", "--force", "--time", "0", check=False)
        # conmon has podman clean up after each container, once it has ended.
        wait_for(lambda: not processes_naming(self.directory), "the end of podman")
        for pid in self.directory.glob("home/tmp/pause.pid"):  # it holds the user namespace
            os.kill(int(pid.read_text()), signal.SIGKILL)
        unmount_below(self.directory)
        shutil.rmtree(self.directory)
        if self.rootless and self.run_directory.exists():
            unmount_below(self.run_directory)
            shutil.rmtree(self.run_directory)
