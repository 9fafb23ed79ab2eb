# SPDX-License-Identifier: Apache-2.0
"""Shows that a witness cosigns what continues, says why it does not, and tells of what is wrong."""
import http.client
import http.server
import json
import shutil
import socket
import threading
import time
import unittest

from scenarios.witnessed import Ledgered, Witness
from support import wait_for


class WitnessTest(Ledgered):
    """`brig witness` and `brig ledger witness` over loopback."""

    def extension(self, *sizes):
        return self.brig("ledger", "consistency", *sizes).stdout

    def test_each_status_of_the_protocol(self):
        with Witness(self.directory / "w", self.key) as witness:
            first = self.extension(0, 100)
            status, _, lines = witness.post(first)
            self.assertEqual(status, 200)
            self.assertTrue(lines.startswith("\u2014 witness.example/w "), lines)
            self.assertEqual(witness.post(first)[:3:2], (409, "100\n"))
            self.assertEqual(witness.post(first)[1], "text/x.tlog.size")
            good = self.extension(100, 300)
            lines = good.split("\n")
            bent = "\n".join([lines[0], *reversed(lines[1:lines.index("")]),
                              *lines[lines.index(""):]])
            self.assertEqual(witness.post(bent)[0], 422)
            self.assertEqual(witness.post(good.replace("old 100", "old 301"))[0], 400)
            self.assertEqual(witness.post("nonsense")[0], 400)
            self.assertEqual(witness.post(good.replace("brig.example/log\n300", "x/y\n300"))[0],
                             404)
            self.assertEqual(witness.post(good.replace("\n300\n", "\n299\n"))[0], 403)
            self.assertEqual(witness.post(good, path="/elsewhere")[0], 404)
            announced = http.client.HTTPConnection(witness.url.removeprefix("http://"), timeout=20)
            announced.putrequest("POST", "/add-checkpoint")
            announced.putheader("Content-Length", "1000000")
            announced.endheaders()
            self.assertEqual(announced.getresponse().status, 413)
            announced.close()
            self.assertEqual(witness.post(good)[0], 200)

    def test_a_checkpoint_is_cosigned_kept_and_part_of_proofs(self):
        with Witness(self.directory / "w", self.key) as one, \
                Witness(self.directory / "v", self.key) as other:
            policy = self.policy(one, other)
            said = self.brig("ledger", "witness", "--policy", policy).stderr
            self.assertIn("300 entries, cosigned by 2 witness", said)
            self.grow("record", 400)
            proof = self.directory / "proof"
            proof.write_text(self.brig("ledger", "prove", 7).stdout)
            self.assertIn("\n300\n", proof.read_text())
            self.assertEqual(proof.read_text().count("witness.example/w"), 2)
            checked = self.brig("ledger", "check", proof, "--policy", policy)
            self.assertIn("HOLDS", checked.stdout)
            # Without one of the two it does not.
            lines = proof.read_text().splitlines(keepends=True)
            proof.write_text("".join(lines[:-1]))
            checked = self.brig("ledger", "check", proof, "--policy", policy, check=False)
            self.assertEqual(checked.returncode, 1)
            self.brig("ledger", "witness", "--policy", policy)
            self.assertIn("\n400\n", (self.state / "witnessed").read_text())

    def test_it_remembers_over_a_kill(self):
        directory = self.directory / "w"
        with Witness(directory, self.key) as witness:
            self.assertEqual(witness.post(self.extension(0, 300))[0], 200)
            witness.kill()
        with Witness(directory, self.key) as witness:
            self.assertEqual(witness.post(self.extension(0, 300))[:3:2], (409, "300\n"))
            self.assertIn('brig_witness_log_entries{origin="brig.example/log"} 300',
                          witness.get("/metrics"))
            # Two cannot have the directory.
            done = self.brig("witness", directory, "--log", self.key, "--listen", "127.0.0.1:0",
                             check=False)
            self.assertEqual(done.returncode, 2)

    def test_slow_and_many_clients_do_not_keep_others_waiting(self):
        with Witness(self.directory / "w", self.key) as witness:
            place = witness.url.removeprefix("http://").split(":")
            idle = [socket.create_connection((place[0], int(place[1]))) for _ in range(100)]
            for client in idle:
                client.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\nol")
            started = time.monotonic()
            self.assertEqual(witness.post(self.extension(0, 300))[0], 200)
            self.assertLess(time.monotonic() - started, 10)
            for client in idle:
                client.close()

    def test_silence_is_told_to_the_command_the_webhook_and_the_record(self):
        told = []

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Hook) as hook:
            threading.Thread(target=hook.serve_forever, daemon=True).start()
            directory = self.directory / "w"
            with Witness(directory, self.key, silence=2,
                         webhook=f"http://127.0.0.1:{hook.server_port}/alarm") as witness:
                self.assertEqual(witness.post(self.extension(0, 300))[0], 200)
                witness.wait_for_alarm("silent")
                wait_for(lambda: told, "the webhook", 30)
                self.assertEqual(told[0]["kind"], "silent")
                self.assertEqual(told[0]["origin"], "brig.example/log")
                self.grow("record", 310)
                self.assertEqual(witness.post(self.extension(300, 310))[0], 200)
                witness.wait_for_alarm("well")
            hook.shutdown()
        events = self.brig("events", "--json", state=directory).stdout
        self.assertIn("witness_silent", events)
        self.brig("ledger", "verify", state=directory)

    def test_nobody_is_a_witness_without_a_log_or_with_a_wrong_policy(self):
        done = self.brig("witness", self.directory / "w", check=False)
        self.assertIn("--log", done.stderr)
        path = self.directory / "policy"
        path.write_text("quorum nobody\n")
        done = self.brig("ledger", "witness", "--policy", path, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("line 1", done.stderr)

    def test_an_unreachable_witness_is_named_and_others_are_asked(self):
        with Witness(self.directory / "w", self.key) as gone:
            pass
        shutil.copy(self.ledger / "checkpoint", self.directory / "note")
        with Witness(self.directory / "v", self.key) as witness:
            done = self.brig("ledger", "witness", "--policy", self.policy(gone, witness),
                             check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("W0", done.stderr)
            self.assertIn("fewer than the policy asks for", done.stderr)
            self.brig("ledger", "witness", "--policy", self.policy(gone, witness, quorum="any"))


if __name__ == "__main__":
    unittest.main()
