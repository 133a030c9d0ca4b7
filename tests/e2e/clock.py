# SPDX-License-Identifier: MIT
"""The wall clock is set by a day, forwards or backwards, while a run goes on: nobody waits longer or shorter for it."""
import concurrent.futures
import os
import re
import subprocess
import time
import unittest
from datetime import datetime, timezone

import rig

PRELOAD = os.path.join(os.environ.get("builddir", "."), "tests/preload/clock_jump.so")
rig.need_no_sanitizer("the clock of this test are loaded before libc, where it must be itself")
rig.need_path(PRELOAD)
PORT = rig.serve()
DAY = 86400


def run(by, *options, urls):
    env = dict(os.environ, LD_PRELOAD=PRELOAD, CLOCK_JUMP_BY=str(by), CLOCK_JUMP_AFTER="600")
    done = subprocess.run([rig.TRAWL, "fetch", "-q", "-i", "-", *options], env=env, input="\n".join(urls).encode(),
                          capture_output=True, timeout=120, check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


class Clock(unittest.TestCase):
    def each_way(self, *options, urls):
        def one(case):
            before, began = time.time(), time.monotonic()
            return case, run(case[1], "--engine", case[0], *options, urls=urls), before, time.monotonic() - began

        cases = [(engine, by) for engine in ("coro", "threads:2", "forks:2") for by in (DAY, -DAY)]
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            for case, done, before, seconds in pool.map(one, cases):
                with self.subTest(case=case):
                    yield done, seconds
                    self.look_at(done, before, case[1])

    def look_at(self, done, before, by):
        """Records say when their exchange began by the clock as it was then, and times are no part of that."""
        if len(done.records) > 10:  # the last ones were begun behind the jump
            self.assertEqual(len({r["started"][:10] for r in done.records}), 2)
        for r in done.records:
            started = datetime.fromisoformat(re.sub("Z$", "+00:00", r["started"])).astimezone(timezone.utc).timestamp() - before
            self.assertTrue(-2 < started < 100 or -2 < started - by < 100, r["started"])
            for name, value in r.items():
                if name.startswith("time"):
                    self.assertTrue(0 <= value < 100, (name, value))

    def test_a_pace_is_kept(self):
        urls = [f"http://127.0.0.1:{PORT}/bytes/10?{i}" for i in range(11)]
        for done, seconds in self.each_way("--host-delay", "100ms", urls=urls):
            self.assertEqual((done.status, len(done.records)), (0, 11), done.err)
            self.assertGreaterEqual(seconds, 1)  # that it takes no day is seen by its having ended

    def test_a_retry_after_in_seconds_is_that_long(self):
        for k, (done, seconds) in enumerate(self.each_way(urls=[f"http://127.0.0.1:{PORT}/status/503?retry-after=1"])):
            self.assertEqual((done.status, len(done.records)), (3, 1), (k, done.err))
            self.assertGreaterEqual(seconds, 2)  # twice

    def test_waiting_and_limits_do_not_change(self):
        for done, _ in self.each_way("-m", "2s", "--retry", "0", urls=[f"http://127.0.0.1:{PORT}/delay/{ms}" for ms in (900, 1000, 60000)]):
            self.assertEqual([done.by_line[i].get("error") for i in (1, 2, 3)], [None, None, "timeout"], done.err)


if __name__ == "__main__":
    rig.main()
