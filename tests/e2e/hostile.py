# SPDX-License-Identifier: MIT
"""Every misbehaviour that `trawl serve --list` has, all in one run with good URLs in between: each gets the record that it must get,
the good ones succeed, memory stays bounded, and the run ends in time."""
import subprocess
import unittest

import rig

LIMITS = ("--digest", "--max-filesize", "1M", "--max-time", "4s", "--min-speed", "100,2s", "--retry", "0", "--max-redirs", "5",
          "--max-retry-after", "100ms", "--per-host", "64", "-j", "64")


def catalogue():
    listed = subprocess.run([rig.TRAWL, "serve", "--list"], capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in listed.splitlines()]


def came_to(record):
    return record.get("error") or str(record["status"])


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = rig.serve()
        cls.rows = catalogue()

    def run_all(self, *options):
        base = f"http://127.0.0.1:{self.port}"
        urls = []
        for name, _, _ in self.rows:
            urls += [f"{base}/hostile/{name}", f"{base}/bytes/100?{name}"]
        run = rig.fetch(*LIMITS, *options, urls=urls, timeout=120)
        self.assertEqual(run.status, 3, run.err)
        records = run.by_line
        self.assertEqual(len(records), len(urls))
        faults = []
        for k, (name, expect, _) in enumerate(self.rows):
            bad, good = records[2 * k + 1], records[2 * k + 2]
            if came_to(bad) not in expect.split("|"):
                faults.append(f"{name}: {came_to(bad)} ({bad.get('errormsg')}), not {expect}")
            if (good["status"], good["size_download"]) != (200, 100):
                faults.append(f"the good URL after {name}: {came_to(good)} ({good.get('errormsg')})")
        self.assertEqual(faults, [], "\n".join(faults))
        for forbidden in ("\x1b", "secret"):
            self.assertNotIn(forbidden, run.out.decode())
            self.assertNotIn(forbidden, run.err)

    def test_there_are_enough(self):
        self.assertGreaterEqual(len(self.rows), 120)
        self.assertEqual(len({name for name, _, _ in self.rows}), len(self.rows))

    def test_coro(self):
        self.run_all()

    def test_forks(self):
        self.run_all("--engine", "forks:64")

    def test_threads(self):
        self.run_all("--engine", "threads:64")

    def test_loops_in_workers(self):
        self.run_all("--engine", "threads:2/coro:16,forks:2/coro:16,callback:16")


if __name__ == "__main__":
    rig.main()
