# SPDX-License-Identifier: Apache-2.0
"""A guest in which brigd runs: start it, ask it, wait for what it tells.

A guest is slow, so a suite boots it once: a class derived from Watched acts and gathers what
happened, and the tests only look at that.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from guest.guest import BOOT_TIMEOUT_S, Guest  # noqa: E402
from scenarios.brig import documents, program  # noqa: E402

START_TIMEOUT_S = 300  # emulated, the kernel needs most of a minute to verify the programs
DONE_TIMEOUT_S = 120


class Watched:
    """Boots a guest, calls act(), which a derived class has, and ends the guest."""

    def __init__(self, series, **options):
        self.series = series
        programs = [program("agent", "brigd"), program("cli", "brig")]
        with Guest(series, programs=programs, boot_timeout_s=2 * BOOT_TIMEOUT_S,
                   **options) as guest:
            self.guest = guest
            try:
                self.act()
            except Exception as error:
                error.add_note(f"brigd: {guest.run('tail -c 3000 /run/brigd.log').stdout}")
                error.add_note(f"kernel: {guest.run('dmesg | tail -n 15').stdout}")
                error.add_note(f"containers: {guest.run('brig containers --all').stdout}")
                raise
            finally:
                self.guest = None

    def run(self, command, timeout_s=60):
        done = self.guest.run(command, timeout_s)
        if done.status != 0:
            raise RuntimeError(f"{self.series}: {command}: exit {done.status}: "
                               f"{done.stdout[-1000:]}{done.stderr[-1000:]}")
        return done.stdout

    def json(self, words):
        return documents(self.run(f"brig {words} --json"))

    def until(self, what, answer, timeout_s=DONE_TIMEOUT_S):
        deadline = time.monotonic() + timeout_s
        while not (found := answer()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.series}: waited {timeout_s} s for {what}")
            self.guest.run("usleep 300000")
        return found

    def start_brig(self, *flags):
        self.run(f"(sh -c 'echo $$ >/run/brigd.pid; exec brigd {' '.join(flags)}';"
                 " echo $? >/run/ended) >/run/brigd.log 2>&1 &")

        def ready_or_dead():
            if self.ended():
                raise RuntimeError(f"{self.series}: brigd has ended")
            return self.guest.run("brig status --json").status == 0
        self.until("brigd to be ready", ready_or_dead, START_TIMEOUT_S)
        self.status = self.json("status")[0]

    def ended(self):
        """The exit status of brigd as text, "" while it runs."""
        return self.guest.run("cat /run/ended").stdout.strip()

    def notices(self, what=None):
        """The notices of that kind that are in the record."""
        return [each for each in self.json("events --limit 0") if each["kind"] == "notice"
                and what in (None, each["what"])]
