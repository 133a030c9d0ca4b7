# SPDX-License-Identifier: MIT
"""trawl status: what a state directory says of its run, while that goes on and after."""
import json
import os
import re
import signal
import subprocess
import time
import unittest

import rig

PORT = rig.serve("--web", "1,1")  # which any address of 127.0.0.0/8 answers for


def lines(path):
    with open(path, encoding="utf-8") as f:
        return f.read().splitlines()


def asks_for_peace(connection, _):
    """Wants to be left alone for an hour, whoever asks."""
    while rig.read_head(connection):
        connection.sendall(b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")


class Status(unittest.TestCase):
    count = 0

    def begin(self, urls, *options):
        Status.count += 1
        home = rig.path(f"status{Status.count}")
        os.mkdir(home)
        self.state, self.out = f"{home}/state", f"{home}/out"
        name = rig.write(f"status{Status.count}/list", "".join(f"{u}\n" for u in urls))
        self.process = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", name, "-o", self.out, "--state", self.state,
                                         "--commit-interval", "20ms", *options], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.stop)

    def stop(self, number=signal.SIGKILL):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.communicate(timeout=60)[1].decode()

    def ask(self, *options):
        done = subprocess.run([rig.TRAWL, "status", *options, self.state], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def status(self):
        status, out, _ = self.ask("--json")
        return json.loads(out) if status == 0 else {}

    def wait(self, holds):
        """What it says as soon as that `holds`."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            said = self.status()
            if said.get("committed") and holds(said):
                return said
            time.sleep(0.02)
        self.fail(f"never said so: {said}")

    def wait_for_text(self, pattern):
        """What it says to a person as soon as that has `pattern` in it."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            status, text, _ = self.ask()
            self.assertEqual(status, 0)
            if re.search(pattern, text):
                return text
            time.sleep(0.02)
        self.fail(f"{pattern!r} is never in: {text}")

    def base(self, path, host="127.0.0.1"):
        return f"http://{host}:{PORT}/{path}"

    def test_while_it_goes_on_it_says_who_how_far_and_why_it_is_slow(self):
        self.begin([self.base(f"bytes/10?{i}") for i in range(40)] + [self.base(f"bytes/10?{i}", "127.0.0.2") for i in range(500)],
                   "--host-rate", "10/s")
        said = self.wait(lambda s: s["records"] >= 4)
        self.assertEqual((said["state"], said["pid"]), ("running", self.process.pid))
        self.assertEqual(said["records"] + said["left"], 540)
        self.assertEqual(said["status"], {"200": said["records"]})
        self.assertEqual((said["list"]["line"], said["list"]["ended"]), (540, True))
        self.assertEqual(said["hosts_left"], 2)
        self.assertEqual(sum(h["left"] for h in said["hosts"]), said["left"])
        first = said["hosts"][0]  # whose pace takes longest
        self.assertEqual(first["host"], f"http://127.0.0.2:{PORT}")
        self.assertGreater(first["eta"], 30)
        self.assertGreaterEqual(said["eta"], first["eta"] - 1)
        text = self.wait_for_text(r"slow for +the pace of 127\.0\.0\.2")  # but in the moment in which it may be asked again
        self.assertIn(f"process {self.process.pid}", text)
        self.assertIn("taken and not done, of 2 hosts", text)

    def test_what_a_host_asked_for_is_said(self):
        busy = rig.RawOrigin(asks_for_peace)
        self.begin([f"http://127.0.0.1:{busy.port}/{i}" for i in range(5)] + [self.base(f"bytes/10?{i}") for i in range(3)], "-j", "1",
                   "--retry", "3", "--per-host", "1")
        said = self.wait(lambda s: s["waiting"] == 5)
        host = next(h for h in said["hosts"] if h["host"].endswith(f":{busy.port}"))
        self.assertTrue(host["asked"])
        self.assertIn("until", host)
        _, text, _ = self.ask()
        self.assertRegex(text, r"held back +5 URLs")
        self.assertIn("it asked for that", text)

    def test_what_failed_and_what_is_left_is_listed(self):
        urls = [self.base(f"status/{404 if i % 2 else 200}?{i}") for i in range(300)]
        self.begin(urls, "--host-rate", "50/s", "-j", "4")
        self.wait(lambda s: s["records"] >= 20)
        self.stop(signal.SIGINT)
        records = [json.loads(line) for line in lines(self.out)]
        self.assertLess(len(records), 300)
        _, failed, _ = self.ask("--failed")
        self.assertEqual(sorted(failed.splitlines()), sorted(r["url"] for r in records if r["status"] == 404))
        _, pending, _ = self.ask("--pending")
        taken = self.status()["list"]["line"]
        done = {r["url"] for r in records}
        self.assertEqual(sorted(pending.splitlines()), sorted(u for u in urls[:taken] if u not in done))
        said = self.status()
        self.assertEqual((said["state"], said["records"], said["failed"]), ("stopped", len(records), len(failed.splitlines())))
        self.assertEqual(self.ask("--failed", "--pending")[0], 2)
        _, text, _ = self.ask()
        self.assertIn(f"trawl resume {self.state} goes on", text)

    def test_a_run_that_is_over_says_so(self):
        self.begin([self.base("bytes/1"), self.base("status/404")])
        self.assertEqual(self.stop(0), "")
        self.assertEqual(self.process.returncode, 3)
        said = self.status()
        self.assertEqual((said["state"], said["records"], said["failed"], said["left"], said["eta"]), ("finished", 2, 1, 0, 0))
        self.assertIn("every URL has its record", self.ask()[1])
        self.assertEqual(self.ask("--pending")[:2], (0, ""))

    def test_where_there_is_nothing_is_said(self):
        self.state = rig.path("nothing")
        status, out, err = self.ask()
        self.assertEqual((status, out), (1, ""))
        self.assertIn("holds no state", err)


if __name__ == "__main__":
    rig.main()
