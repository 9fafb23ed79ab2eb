#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules on real containers: each rule here fires for the act that it describes, done for real, and
stays silent for a benign twin. The rules are worded like Falco's, whose files load the same way.
"""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from scenarios.brig import Brig  # noqa: E402
from scenarios.engines import Runc  # noqa: E402
from support import wait_for  # noqa: E402

MACROS = """
- macro: container
  condition: (container.id != host)
- macro: spawned_process
  condition: (evt.type in (execve, execveat))
- macro: open_read
  condition: (evt.type in (open,openat,openat2) and evt.is_open_read=true and fd.num>=0)
- macro: open_write
  condition: (evt.type in (open,openat,openat2) and evt.is_open_write=true and fd.num>=0)
"""
# name: (condition, the act, its twin)
RULES = {
    "Read sensitive file": (
        "open_read and container and fd.name in (/etc/shadow, /etc/sudoers) and proc.name = cat",
        ["cat", "/etc/shadow"], ["cat", "/etc/passwd"]),
    "Clear log": (
        "open_write and fd.directory = /var/log and evt.arg.flags contains O_TRUNC",
        ["sh", "-c", ": > /var/log/syslog"], ["sh", "-c", ": >> /var/log/syslog"]),
    "Search private keys": (
        'spawned_process and proc.name = find and proc.args contains "id_rsa"',
        ["find", "/root", "-name", "id_rsa"], ["find", "/root", "-name", "id"]),
    "Netcat that runs a program": (
        'spawned_process and container and proc.name = nc and proc.cmdline contains " -e"',
        ["nc", "-w", "1", "-e", "/bin/true", "127.0.0.1", "9"],
        ["nc", "-w", "1", "127.0.0.1", "9"]),
    "Run from a directory for all": (
        "spawned_process and proc.exepath startswith /tmp/",
        ["sh", "-c", "cp /bin/busybox /tmp/true && /tmp/true"],
        ["sh", "-c", "cp /bin/busybox /tmp/true && /bin/true"]),
    "Directory traversal": (
        "evt.type in (open, openat) and fd.num = -1 and fd.name startswith /etc/ and "
        "fd.nameraw glob '*../*../*'",
        ["cat", "/usr/bin/../../etc/no-such-file"], ["cat", "/etc/no-such-file"]),
    "Shell below a search": (
        "spawned_process and proc.name in (sh, ash) and proc.aname = find",
        ["find", "/etc", "-maxdepth", "0", "-exec", "/bin/sh", "-c", "true", ";"],
        ["sh", "-c", "true"]),
    "Connection to metadata": (
        'evt.type = connect and container and fd.sip = "169.254.169.254"',
        ["nc", "-w", "1", "169.254.169.254", "80"], ["nc", "-w", "1", "127.0.0.1", "80"]),
}


def text_of(rules):
    text = MACROS
    for name, (condition, _, _) in rules.items():
        text += (f"- rule: {name}\n  desc: d\n  priority: WARNING\n  tags: [T1059]\n"
                 f"  output: {name} | %proc.cmdline %fd.name\n  condition: >\n    {condition}\n")
    return text


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="brig-rules-")
        cls.addClassCleanup(directory.cleanup)
        path = pathlib.Path(directory.name) / "rules.yaml"
        path.write_text(text_of(RULES))
        cls.runc = Runc()
        cls.addClassCleanup(cls.runc.stop)
        root = cls.runc.directory / "rootfs"
        for directory in ("var/log", "etc", "tmp", "root"):
            (root / directory).mkdir(parents=True, exist_ok=True)
        for name in ("shadow", "passwd"):
            (root / "etc" / name).write_text("root\n")
        cls.brig = Brig(runc=cls.runc, flags=["--rules", path])
        cls.addClassCleanup(cls.brig.remove)

    def idle(self):
        """A container that brig knows by its id: what is done in it later has a name at once."""
        container = self.runc.start(["sleep", "1000"])
        self.addCleanup(self.runc.remove, container)
        wait_for(lambda: [each for each in self.brig.containers() if each["id"] == container],
                 f"container {container}")
        return container

    def found(self, container):
        """The rules that fired in that container."""
        return {each["rule"] for each in self.brig.findings() if each["rule"]
                and each["subject"]["container"]["id"] == container}

    def test_each_fires_for_its_act_and_is_silent_for_its_twin(self):
        attacked, benign = self.idle(), self.idle()
        for name, (_, act, twin) in RULES.items():
            with self.subTest(rule=name):
                self.runc.exec(benign, *twin)
                self.runc.exec(attacked, *act)
                wait_for(lambda: name in self.found(attacked), f"{name} to fire")
        self.assertEqual(self.found(benign), set())

    def test_a_finding_of_a_rule_is_told_and_the_rules_are_on_record(self):
        container = self.idle()
        self.runc.exec(container, "cat", "/etc/shadow")
        wait_for(lambda: self.found(container), "a finding")
        finding = next(each for each in self.brig.findings() if each["rule"])
        story = self.brig.cli("explain", finding["id"]).stdout
        self.assertIn(f'Rule "{finding["rule"]}", warning, MITRE ATT&CK T1059', story)
        notices = [each["text"] for each in self.brig.events() if each["kind"] == "notice"]
        self.assertTrue(any(f"{len(RULES)} rules of" in text for text in notices), notices)


class Mistakes(unittest.TestCase):
    def test_brigd_does_not_start_with_rules_that_are_wrong(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("- rule: r\n  desc: d\n  output: o\n  priority: info\n"
                       "  condition: proc.nmae = a\n")
            file.flush()
            with self.assertRaisesRegex(RuntimeError, "unknown field proc.nmae: did you mean"):
                with Brig(flags=["--rules", file.name]):
                    pass


if __name__ == "__main__":
    unittest.main()
