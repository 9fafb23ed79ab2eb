# SPDX-License-Identifier: Apache-2.0
"""The part of make demo that shows refusals: in a guest, where the host's kernel has no guard."""
import json
import textwrap

import oci
from guest.watched import Watched

SECRET = "the-secret-of-the-guest"
# name, what the container was given, what is done in it, the invariant that forbids it
ESCAPES = [
    ("backup", {"mounts": [oci.bind("/etc", "/host")]}, "cat /host/secret", "I1"),
    ("debug", {"host": ["pid"], "add": ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"]},
     "nsenter -t 1 -m cat /etc/secret", "I5"),
    ("driver", {"add": ["CAP_SYS_MODULE"]}, "/attacks/module_load memory", "I6"),
    ("cache", {"mounts": [oci.bind("/srv", "/data")]},
     "cp /bin/busybox /data/sh && chmod 4755 /data/sh", "I10"),
]


def guard_of(status):
    """How many invariants the guard holds."""
    return [cell["invariant"] for cell in status["meter"]
            if cell["layer"] == "guard" and cell["state"] == "active"]


class Demo(Watched):
    """Boots a kernel that takes programs that refuse, and tries escapes there."""

    def act(self):
        self.run(f"echo {SECRET} >/etc/secret; mkdir -p /srv")
        self.start_brig()
        print(f"   brig: kernel {self.status['kernel']}, the guard holds"
              f" {' '.join(guard_of(self.status))}")
        for name, weakness, command, invariant in ESCAPES:
            self.escape(name, weakness, command, invariant)
        print(f"\n$ cat /etc/secret     # on the host of these containers\n"
              f"{self.run('cat /etc/secret').strip()}")

    def escape(self, name, weakness, command, invariant):
        done = self.guest.container(command, name=name, **weakness)
        print(f"\n$ runc run {name}      # {command}")
        print((done.stdout + done.stderr).strip())

        def told():
            return [each for each in self.json("findings --limit 0")
                    if each["invariant"] == invariant
                    and each["subject"]["container"]["id"] == name]
        finding = self.until(f"what brig says about {name}", told)[0]
        text = " ".join(finding[field] for field in ("invariant", "severity", "verdict"))
        print(textwrap.fill(f"{text}: {finding['sentence']}", 92, initial_indent="   brig: ",
                            subsequent_indent="         "))


def is_held(brig):
    """Does the guard run on this host?"""
    return bool(guard_of(json.loads(brig.cli("status", "--json").stdout)))
