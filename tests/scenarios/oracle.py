# SPDX-License-Identifier: Apache-2.0
"""Judges on the host's side: whether an attack worked is never taken from the attack's own word.

Each canary holds a secret that nobody can guess. An attack has read it when its output contains
the secret, and has changed it when the canary says so. All of them are context managers.
"""
import os
import pathlib
import secrets
import socket
import subprocess
import tempfile
import threading

from scenarios import images
from support import run, stop


class CanaryFile:
    """A root-owned file of the host with a secret as its only line."""

    def __init__(self, directory=None):
        self.secret = secrets.token_hex(16)
        handle, path = tempfile.mkstemp(prefix="brig-canary-", dir=directory)
        self.path = pathlib.Path(path)
        with os.fdopen(handle, "w") as file:
            file.write(self.secret + "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.unlink(missing_ok=True)

    def read_by(self, output):
        """True when the output of an attack (text or CompletedProcess) has the secret."""
        return self.secret in getattr(output, "stdout", output)

    def unchanged(self):
        return self.path.exists() and self.path.read_text() == self.secret + "\n"

    def handle(self):
        """The file's handle, as the file_handle attack takes it."""
        program = images.attack_programs() / "file_handle"
        return run(program, "encode", self.path).stdout.split()[1]


class CanaryProcess:
    """A process of the host with a secret in its memory."""

    ADDRESS = 0x10000000  # below every address that the kernel would choose itself

    def __init__(self):
        self.secret = secrets.token_hex(16)
        program = images.attack_programs() / "canary"
        self._process = subprocess.Popen(
            [program, hex(self.ADDRESS), self.secret], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = int(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        stop(self._process)
        self._process.stdout.close()

    def _state(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().split()

    def alive(self):
        return self._process.poll() is None

    def read_by(self, output):
        return self.secret in getattr(output, "stdout", output)

    def memory(self):
        """What stands at ADDRESS now; equals .secret unless somebody wrote there."""
        return self._state()[0]

    def signals(self):
        """How many SIGUSR1 have arrived."""
        return int(self._state()[1])

    def open_files_limit(self):
        return int(self._state()[2])


class CanaryServer:
    """A service of the host that tells its secret to whoever connects, and counts them.

    address: a path, "@name" for the abstract namespace, or (host, 0) for TCP on a free port.
    """

    def __init__(self, address):
        self.secret = secrets.token_hex(16)
        self.connections = 0
        tcp = isinstance(address, tuple)
        family = (socket.AF_INET6 if ":" in address[0] else socket.AF_INET) if tcp \
            else socket.AF_UNIX
        self._path = None if tcp or address.startswith("@") else address
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.bind(address if tcp else address.replace("@", "\0", 1))
        self._socket.listen()
        self.port = self._socket.getsockname()[1] if tcp else None
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with client:
                client.sendall(f"{self.secret}\n".encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()
        if self._path:
            os.unlink(self._path)

    def read_by(self, output):
        return self.secret in getattr(output, "stdout", output)
