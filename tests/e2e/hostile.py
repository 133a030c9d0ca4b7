# SPDX-License-Identifier: MIT
"""Every misbehaviour that `trawl serve --list` has, all in one run with good URLs in between: each gets the record that it must get,
the good ones succeed, memory stays bounded, and the run ends in time."""
import concurrent.futures
import itertools
import re
import subprocess
import unittest

import rig

# Generous, for a machine that is busy with other tests: nothing here may time out that should not.
# With a sanitizer the server is ten times slower, too, and one run is enough at a time.
LIMITS = ("--digest", "--max-filesize", "1M", *(("--max-time", "60s", "--min-speed", "100,20s", "-j", "24") if rig.SANITIZER
                                                else ("--max-time", rig.seconds(15), "--min-speed", f"100,{rig.seconds(6)}", "-j", "64")),
          "--retry", "0", "--max-redirs", "5", "--max-retry-after", "100ms", "--per-host", "64")
AT_ONCE = 1 if rig.SANITIZER else 2
ENGINES = ("coro", "forks:64", "threads:64", "threads:2/coro:16,forks:2/coro:16,callback:16")
if rig.SANITIZER:
    ENGINES = ENGINES[::3]
RUNS = [(engine, http2) for engine in ENGINES for http2 in ("", "--http2")]


def catalogue():
    listed = subprocess.run([rig.TRAWL, "serve", "--list"], capture_output=True, text=True, check=True).stdout
    return [line.split("\t") for line in listed.splitlines()]


def came_to(record):
    return record.get("error") or str(record["status"]) + (" truncated" if record.get("truncated") else "")


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = catalogue()
        ca, tls, dns = rig.path("ca.pem"), rig.free_port(), rig.free_port()
        rig.serve("--dns", f"127.0.0.1:{dns}", "--max-time", "7200s")  # by itself: floods do not keep names from being told
        base = f"http://127.0.0.1:{rig.serve('--tls-ca', ca, '--tls-port', str(tls), '--max-time', '7200s')}"
        cls.trust = ("--cacert", ca, "--dns-servers", f"127.0.0.1:{dns}")
        # HTTP/2 is for those who want it: what is to be seen with it is a list of its own.
        cls.lists = {"": [], "--http2": []}
        for name, expect, _ in cls.rows:
            host = f"https://{name}.web.test:{tls}/"
            what = (host if name.startswith(("tls-", "h2-")) else f"{base}/hostile/{name}", f"{base}/bytes/100?{name}", name, expect)
            cls.lists["--http2" if name.startswith("h2-") else ""].append(what)
        cls.host, cls.good = f"https://%s.web.test:{tls}/", f"{base}/bytes/100"
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            cls.runs = dict(zip(RUNS, pool.map(cls.run_all, RUNS)))

    @classmethod
    def run_all(cls, run):
        engine, http2 = run
        urls = [url for bad, good, _, _ in cls.lists[http2] for url in (bad, good)]
        return rig.fetch(*LIMITS, *cls.trust, *http2.split(), "--engine", engine, urls=urls, timeout=400)

    def check(self, run, rows):
        self.assertEqual(run.status, 3, run.err)
        records = run.by_line
        self.assertEqual(len(records), 2 * len(rows))
        faults = []
        for k, (_, _, name, expect) in enumerate(rows):
            bad, good = records[2 * k + 1], records[2 * k + 2]
            if came_to(bad) != expect:
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
        for run in RUNS:
            with self.subTest(run=run):
                self.check(self.runs[run], self.lists[run[1]])

    def ask(self, engine, name, *options, count=1):
        urls = [url for k in range(count) for url in (self.host % name + str(k), f"{self.good}?{name}{k}")]
        options += ("--http2", "--max-retry-after", "100ms", "--max-time", "60s", "--engine", engine)
        return rig.fetch(*self.trust, *options, urls=urls, timeout=120).by_line

    def post(self, engine, name, *options):
        body = rig.write("body", b"x" * 200000)
        run = rig.fetch(*options, *self.trust, "--http2", "-d", f"@{body}", "--engine", engine, self.host % name, timeout=120)
        self.assertEqual(len(run.records), 1, run.err)
        return run.records[0]

    def test_a_host_that_takes_no_stream_is_asked_as_often_as_it_may_be_and_no_more(self):
        for engine, name, paced in itertools.product(("coro", "threads:4", "forks:2/coro:8"), ("h2-reset-each", "h2-refused-each", "h2-goaway"),
                                                     ((), ("--host-delay", "20ms"))):
            with self.subTest(engine=engine, name=name, paced=paced):
                records = self.ask(engine, name, "--retry", "1", *paced, count=6)
                self.assertEqual([came_to(records[k]) for k in range(1, 13)], ["reset", "200"] * 6)
                # One more at most on a connection that another had used: it may have died of that one.
                self.assertTrue(all(records[k]["attempts"] in ((2, 3) if k % 2 else (1,)) for k in range(1, 13)), records)

    def test_what_is_sent_is_sent_again_only_if_the_host_has_not_taken_it(self):
        for engine, (name, word, attempts) in itertools.product(("coro", "threads:4"), (
                ("h2-refused-each", "reset", 2), ("h2-goaway", "reset", 2), ("h2-reset-each", "reset", 1), ("h2-window-zero", "200", 1))):
            with self.subTest(engine=engine, name=name):
                record = self.post(engine, name, "--retry", "1")
                self.assertEqual((came_to(record), record["attempts"]), (word, attempts))

    def test_a_window_that_is_never_opened_ends_by_the_limit_of_time(self):
        for engine in ("coro", "threads:4"):
            with self.subTest(engine=engine):
                self.assertEqual(came_to(self.post(engine, "h2-window-never", *LIMITS)), "timeout")

    def test_memory_stays_bounded(self):
        if rig.SANITIZER:
            self.skipTest("a sanitizer takes more memory than trawl")
        for run in RUNS[:2]:
            peak = re.search(r"memory +([0-9.]+) MB", self.runs[run].err)
            self.assertIsNotNone(peak, self.runs[run].err)
            self.assertLess(float(peak[1]), 200)


if __name__ == "__main__":
    rig.main()
