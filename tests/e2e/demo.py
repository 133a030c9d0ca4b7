#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""trawl demo: shows the engines on the synthetic web and a crawl that is killed, and leaves nothing behind."""
import json
import os
import re
import signal
import subprocess
import time
import unittest

import rig


def serving(pid):
    return [child for child in rig.children_of(pid) if rig.alive(child)]


class Demo(unittest.TestCase):
    def test_it_shows_the_engines_three_records_and_a_crawl_that_is_killed(self):
        place = rig.path("demo-tmp")
        os.mkdir(place)
        done = subprocess.run([rig.TRAWL, "demo"], stdin=subprocess.DEVNULL, capture_output=True, timeout=300, check=False,
                              env={**os.environ, "TMPDIR": place})
        out = done.stdout.decode()
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertNotIn("\x1b", out)
        self.assertEqual(os.listdir(place), [])
        fetched, crawled = out.split("And a crawl,")
        killed = re.search(r"^killed with ([0-9]+) records written$", crawled, re.M)
        ended = re.search(r"^([0-9]+) records of \1 URLs: each once", crawled, re.M)
        self.assertTrue(killed and ended, crawled)
        self.assertLess(int(killed[1]), int(ended[1]))
        heads = [line for line in fetched.splitlines() if " URLs in " in line and ": " in line]
        self.assertEqual(len(heads), 4, out)
        # The same list on the same web comes to the same, whoever fetches it; unless an exchange takes the four seconds that the demo
        # waits, as one of 512 at once may with a sanitizer or on a busy machine.
        shares = {line.split(": ", 1)[1] for line in heads}
        if not rig.SANITIZER and rig.slack() == 1:
            self.assertEqual(len(shares), 1, heads)
        records = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
        self.assertEqual(len(records), 3)
        self.assertEqual([records[0]["status"], "error" in records[0]], [200, False])
        self.assertTrue(records[1]["redirects"])
        self.assertIn("error", records[2])
        self.assertEqual({record["engine"] for record in records}, {"coro"})

    def test_quiet_shows_results_only(self):
        done = subprocess.run([rig.TRAWL, "demo", "-q"], stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(done.stdout.count(b"\n{"), 3)
        self.assertNotIn(b"trawl fetch", done.stdout)

    def test_stopping_it_leaves_no_process_behind(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)):
            with self.subTest(number):
                with subprocess.Popen([rig.TRAWL, "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL) as child:
                    time.sleep(1)
                    while len(family := serving(child.pid)) < 2 and child.poll() is None:
                        time.sleep(0.05)
                    self.assertGreaterEqual(len(family), 2)
                    child.send_signal(number)
                    self.assertIn(child.wait(timeout=60), (status, -number))  # the latter before or between its runs
                end = time.monotonic() + 60
                while any(rig.alive(pid) for pid in family) and time.monotonic() < end:
                    time.sleep(0.05)
                self.assertEqual([pid for pid in family if rig.alive(pid)], [])

    def test_a_reader_that_goes_away_ends_it(self):
        with subprocess.Popen([rig.TRAWL, "demo"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as child:
            os.read(child.stdout.fileno(), 10)
            child.stdout.close()
            self.assertEqual(child.wait(timeout=120), 141)


if __name__ == "__main__":
    rig.main()
