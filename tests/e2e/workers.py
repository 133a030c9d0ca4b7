# SPDX-License-Identifier: MIT
"""Engines side by side, workers that die, and runs that are stopped: every URL still has its record, or is listed."""
import json
import os
import random
import re
import resource
import signal
import subprocess
import time
import unittest

import rig

PORT = rig.serve()
BASE = f"http://127.0.0.1:{PORT}"
CRASH = signal.SIGKILL if rig.SANITIZER else signal.SIGSEGV  # which a sanitizer would report as one of its finds
SAME = ("url", "line", "url_effective", "status", "error", "content_type", "size_download", "attempts", "redirects", "digest")


def start(*options, urls):
    name = rig.write(f"list{random.random()}", "".join(f"{u}\n" for u in urls))
    out = name + ".jsonl"
    p = subprocess.Popen([rig.TRAWL, "fetch", "-i", name, "-o", out, *options], stdin=subprocess.DEVNULL,
                         stderr=subprocess.PIPE)
    return p, out


def slow_origin(seconds):
    """A server that answers one request a connection, after so long; it counts them."""
    def handler(connection, _):
        rig.read_head(connection)
        time.sleep(seconds)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    return rig.RawOrigin(handler)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)


def records(out):
    with open(out) as f:
        return [json.loads(line) for line in f]


class Workers(unittest.TestCase):
    def test_every_engine_gives_the_same_records(self):
        urls = [f"{BASE}{path}" for path in
                ["/bytes/1", "/bytes/100000", "/status/404", "/redirect/2", "/gzip/5000", "/chunked/5000", "/delay/100",
                 "/reset", "/truncate", "/status/204", "/etag/x"] * 5] + ["http://127.0.0.1:1/", "nonsense"]
        runs = {}
        for engine in ("coro", "forks:3", "coro:4,forks:2", "threads:4", "threads:2/coro:4", "forks:2/coro:4"):
            run = rig.fetch("--engine", engine, "--digest", "--retry", "1", urls=urls)
            self.assertEqual(run.status, 3, run.err)
            runs[engine] = [{k: r.get(k) for k in SAME} for _, r in sorted(run.by_line.items())]
            self.assertEqual({r.get("engine") for r in run.records if r["attempts"]}, {re.sub(":[0-9]+", "", e) for e in engine.split(",")})
        for got in list(runs.values())[1:]:
            self.assertEqual(got, runs["coro"])

    def test_killed_workers_cost_their_urls_one_attempt(self):
        """TRAWL_LONG=1: 20,000 URLs and 200 kills an engine."""
        long = "TRAWL_LONG" in os.environ
        n, most = (20000, 200) if long else (4000, 40)
        for engine, signals in (("forks:6", [signal.SIGKILL]), ("forks:3/coro:4", [signal.SIGKILL, CRASH]),
                                ("forks:2,forks:2/coro:8,threads:2", [signal.SIGKILL])):
            with self.subTest(engine=engine):
                self.kill_workers(engine, n, most, signals)

    def kill_workers(self, engine, n, most, signals):
        path = "/delay/20?" if n > 4000 else "/delay/5?"
        p, out = start("--engine", engine, "--per-host", "12", "-q", urls=[f"{BASE}{path}{k}" for k in range(n)])
        kills, chosen = 0, random.Random(1)
        while p.poll() is None:
            workers = [w for z in _children(p.pid) for w in _children(z)]
            if workers and kills < most:
                try:
                    os.kill(chosen.choice(workers), chosen.choice(signals))
                    kills += 1
                except ProcessLookupError:
                    pass  # it has died of the last one meanwhile
            time.sleep(0.02)
        p.stderr.close()
        got = records(out)
        self.assertEqual(sorted(r["line"] for r in got), list(range(1, n + 1)))
        self.assertGreater(kills, most - 1 if n > 4000 else 3)
        for r in got:
            self.assertTrue(r["status"] == 200 or r["error"] == "worker-died", r)
            self.assertLessEqual(r["attempts"], 2)
        if n > 4000:
            print(f"{engine}: {kills} kills, {sum(r['attempts'] == 2 for r in got)} tried again, "
                  f"{sum('error' in r for r in got)} worker-died")

    def test_a_worker_that_hangs_is_killed_and_its_urls_are_tried_again(self):
        for engine in ("forks:1", "forks:1/coro:8"):
            with self.subTest(engine=engine):
                p, out = start("--engine", engine, "-j", "8", "--max-time", "4s", "--connect-timeout", "1s", "-v",
                               urls=[f"{BASE}/delay/{'1500' if k == 0 else '20'}?{k}" for k in range(20)])
                end = time.monotonic() + 60
                worker = None
                while not worker and time.monotonic() < end:
                    worker = next((w for z in _children(p.pid) for w in _children(z)), None)
                    time.sleep(0.05)
                time.sleep(0.3)  # it has the first one by now
                os.kill(worker, signal.SIGSTOP)
                self.assertEqual(p.wait(60), 0)
                err = p.stderr.read().decode()
                p.stderr.close()
                self.assertIn(f"worker {worker} hung past its job's time and was killed", err)
                got = records(out)
                self.assertEqual(sorted(r["line"] for r in got), list(range(1, 21)))
                self.assertEqual({r["status"] for r in got}, {200})
                self.assertEqual(max(r["attempts"] for r in got), 2)

    def test_side_by_side_each_engine_has_its_share_and_its_row(self):
        engines = "coro:8,threads:4,forks:2,threads:2/coro:4,forks:1/coro:4"
        run = rig.fetch("--engine", engines, "-j", "26", "--per-host", "26", urls=[f"{BASE}/delay/20?{k}" for k in range(600)])
        self.assertEqual(run.status, 0, run.err)
        share = {e: sum(r["engine"] == e for r in run.records) for e in
                 ("coro", "threads", "forks", "threads/coro", "forks/coro")}
        self.assertEqual(sum(share.values()), 600)
        self.assertTrue(all(share.values()), share)
        rows = {words[0]: words for words in (line.split() for line in run.err.splitlines()) if words and words[0] in share}
        self.assertEqual({e: int(words[2]) for e, words in rows.items()}, share)
        self.assertEqual(rows["coro"][-1], "-")  # what is its own CPU time on the common loop cannot be told
        for engine in ("threads", "forks", "threads/coro", "forks/coro"):
            self.assertIn(rows[engine][-1], ("s", "ms", "us"))

    def test_threads_that_cannot_be_had_are_explained(self):
        if rig.SANITIZER:
            self.skipTest("a sanitizer takes all addresses there are")
        limited = lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        done = subprocess.run([rig.TRAWL, "fetch", "--engine", "threads:9000", "-j", "9000", f"{BASE}/bytes/1"],
                              capture_output=True, text=True, timeout=60, preexec_fn=limited)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, r"\Atrawl: error: engine threads cannot be started: \d+ of 9000 threads could be "
                         r"started: the process may take 1024 MB of addresses; raise it with ulimit -v\n\Z")

    def test_no_process_outlives_the_run_however_it_ends(self):
        for sign in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            p, _ = start("--engine", "forks:4", "-q", urls=[f"{BASE}/delay/10000?{k}" for k in range(8)])
            family = []
            end = time.monotonic() + 60
            while len(family) < 5 and time.monotonic() < end:
                time.sleep(0.05)
                family = rig.children_of(p.pid)
            self.assertEqual(len(family), 5)
            p.send_signal(sign)
            time.sleep(0.2)
            p.send_signal(sign)
            p.wait(60)
            p.stderr.close()
            end = time.monotonic() + 60
            while any(rig.alive(c) for c in family) and time.monotonic() < end:
                time.sleep(0.05)
            self.assertFalse([c for c in family if rig.alive(c)])

    def test_one_interrupt_finishes_what_is_in_flight_and_lists_the_rest(self):
        for engine in ("coro", "forks:4", "threads:4", "forks:2/coro:2", "threads:2/coro:2"):
            failed = rig.path("rest")
            origin = slow_origin(1)
            urls = [f"http://127.0.0.1:{origin.port}/{k}" for k in range(40)]
            p, out = start("--engine", engine, "-j", "4", "--failed", failed, urls=urls)
            wait_for(lambda: origin.count >= 4)
            p.send_signal(signal.SIGINT)
            self.assertEqual(p.wait(60), 130)
            err = p.stderr.read().decode()
            p.stderr.close()
            got = [r["url"] for r in records(out)]
            with open(failed) as f:
                rest = f.read().splitlines()
            self.assertEqual(len(got), 4)
            self.assertEqual(sorted(got + rest), sorted(urls))
            self.assertIn("4", err)

    def test_a_second_interrupt_ends_at_once(self):
        for engine in ("coro", "forks:4", "threads:4", "forks:2/coro:2", "threads:2/coro:2"):
            with self.subTest(engine=engine):
                self.interrupt_twice(engine)

    def interrupt_twice(self, engine):
        failed = rig.path("rest2")
        origin = slow_origin(30)
        urls = [f"http://127.0.0.1:{origin.port}/{k}" for k in range(10)]
        p, out = start("--engine", engine, "-j", "4", "--failed", failed, "-q", urls=urls)
        wait_for(lambda: origin.count >= 4)
        p.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(p.poll())
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(25), 130)  # before anybody is answered
        p.stderr.close()
        with open(failed) as f:
            self.assertEqual(sorted(f.read().splitlines()), sorted(urls))
        self.assertEqual(records(out), [])

    def test_sigterm_is_status_143(self):
        origin = slow_origin(1)
        p, _ = start("-q", urls=[f"http://127.0.0.1:{origin.port}/{k}" for k in range(4)])
        wait_for(lambda: origin.count >= 1)
        p.send_signal(signal.SIGTERM)
        self.assertEqual(p.wait(60), 143)
        p.stderr.close()


def _children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(c) for c in f.read().split()]
    except OSError:
        return []


if __name__ == "__main__":
    rig.main()
