# SPDX-License-Identifier: MIT
"""Every misbehaviour that `trawl serve --list` has, all in one run with good URLs in between: each gets the record that it must get,
the good ones succeed, memory stays bounded, and the run ends in time."""
import concurrent.futures
import re
import subprocess
import unittest

import rig

# Generous, for a machine that is busy with other tests: nothing here may time out that should not.
LIMITS = ("--digest", "--max-filesize", "1M", "--max-time", "9s", "--min-speed", "100,4s", "--retry", "0", "--max-redirs", "5",
          "--max-retry-after", "100ms", "--per-host", "64", "-j", "64")
ENGINES = ("coro", "forks:64", "threads:64", "threads:2/coro:16,forks:2/coro:16,callback:16")


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
        base = f"http://127.0.0.1:{cls.port}"
        cls.urls = []
        for name, _, _ in cls.rows:
            cls.urls += [f"{base}/hostile/{name}", f"{base}/bytes/100?{name}"]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            cls.runs = dict(zip(ENGINES, pool.map(cls.run_all, ENGINES)))

    @classmethod
    def run_all(cls, engine):
        return rig.fetch(*LIMITS, "--engine", engine, urls=cls.urls, timeout=120)

    def check(self, run):
        self.assertEqual(run.status, 3, run.err)
        records = run.by_line
        self.assertEqual(len(records), len(self.urls))
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

    def test_each_gets_the_record_that_it_must_get_and_the_good_ones_succeed(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                self.check(self.runs[engine])

    def test_memory_stays_bounded(self):
        for engine in ENGINES[:1]:
            peak = re.search(r"memory +([0-9.]+) MB", self.runs[engine].err)
            self.assertIsNotNone(peak, self.runs[engine].err)
            self.assertLess(float(peak[1]), 200)


if __name__ == "__main__":
    rig.main()
