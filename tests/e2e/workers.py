# SPDX-License-Identifier: MIT
"""Engines side by side, workers that die, and runs that are stopped: every URL still has its record, or is listed."""
import json
import os
import random
import signal
import subprocess
import time
import unittest

import rig

PORT = rig.serve()
BASE = f"http://127.0.0.1:{PORT}"
SAME = ("url", "line", "url_effective", "status", "error", "content_type", "size_download", "attempts", "redirects", "digest")


def start(*options, urls):
    name = rig.write(f"list{random.random()}", "".join(f"{u}\n" for u in urls))
    out = name + ".jsonl"
    p = subprocess.Popen([rig.TRAWL, "fetch", "-i", name, "-o", out, *options], stdin=subprocess.DEVNULL,
                         stderr=subprocess.PIPE)
    return p, out


def records(out):
    with open(out) as f:
        return [json.loads(line) for line in f]


class Workers(unittest.TestCase):
    def test_every_engine_gives_the_same_records(self):
        urls = [f"{BASE}{path}" for path in
                ["/bytes/1", "/bytes/100000", "/status/404", "/redirect/2", "/gzip/5000", "/chunked/5000", "/delay/100",
                 "/reset", "/truncate", "/status/204", "/etag/x"] * 5] + ["http://127.0.0.1:1/", "nonsense"]
        runs = {}
        for engine in ("coro", "forks:3", "coro:4,forks:2"):
            run = rig.fetch("--engine", engine, "--digest", "--retry", "1", urls=urls)
            self.assertEqual(run.status, 3, run.err)
            runs[engine] = [{k: r.get(k) for k in SAME} for _, r in sorted(run.by_line.items())]
            self.assertEqual({r.get("engine") for r in run.records if r["attempts"]}, {e.split(":")[0] for e in engine.split(",")})
        for got in list(runs.values())[1:]:
            self.assertEqual(got, runs["coro"])

    def test_killed_workers_cost_their_url_one_attempt(self):
        n = 4000
        p, out = start("--engine", "forks:6", "--per-host", "6", "-q", urls=[f"{BASE}/bytes/{k}" for k in range(n)])
        kills, chosen = 0, random.Random(1)
        while p.poll() is None:
            zygote = [int(c) for c in _children(p.pid)]
            workers = [w for z in zygote for w in _children(z)]
            if workers and kills < 40:
                os.kill(chosen.choice(workers), signal.SIGKILL)
                kills += 1
            time.sleep(0.02)
        p.stderr.close()
        got = records(out)
        self.assertEqual(sorted(r["line"] for r in got), list(range(1, n + 1)))
        self.assertGreater(kills, 3)
        for r in got:
            self.assertTrue(r["status"] == 200 or r["error"] == "worker-died", r)
            self.assertLessEqual(r["attempts"], 2)

    def test_no_process_outlives_the_run_however_it_ends(self):
        for sign in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
            p, _ = start("--engine", "forks:4", "-q", urls=[f"{BASE}/delay/10000?{k}" for k in range(8)])
            family = []
            end = time.monotonic() + 10
            while len(family) < 5 and time.monotonic() < end:
                time.sleep(0.05)
                family = rig.children_of(p.pid)
            self.assertEqual(len(family), 5)
            p.send_signal(sign)
            time.sleep(0.2)
            p.send_signal(sign)
            p.wait(15)
            p.stderr.close()
            end = time.monotonic() + 10
            while any(rig.alive(c) for c in family) and time.monotonic() < end:
                time.sleep(0.05)
            self.assertFalse([c for c in family if rig.alive(c)])

    def test_one_interrupt_finishes_what_is_in_flight_and_lists_the_rest(self):
        for engine in ("coro", "forks:4"):
            failed = rig.path("rest")
            urls = [f"{BASE}/delay/1000?{k}" for k in range(40)]
            p, out = start("--engine", engine, "-j", "4", "--failed", failed, urls=urls)
            time.sleep(0.6)
            p.send_signal(signal.SIGINT)
            self.assertEqual(p.wait(15), 130)
            err = p.stderr.read().decode()
            p.stderr.close()
            got = [r["url"] for r in records(out)]
            with open(failed) as f:
                rest = f.read().splitlines()
            self.assertEqual(len(got), 4)
            self.assertEqual(sorted(got + rest), sorted(urls))
            self.assertIn("4", err)

    def test_a_second_interrupt_ends_at_once(self):
        failed = rig.path("rest2")
        urls = [f"{BASE}/delay/30000?{k}" for k in range(10)]
        p, out = start("-j", "4", "--failed", failed, "-q", urls=urls)
        time.sleep(0.5)
        p.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(p.poll())
        p.send_signal(signal.SIGINT)
        self.assertEqual(p.wait(5), 130)
        p.stderr.close()
        with open(failed) as f:
            self.assertEqual(sorted(f.read().splitlines()), sorted(urls))
        self.assertEqual(records(out), [])

    def test_sigterm_is_status_143(self):
        p, _ = start("-q", urls=[f"{BASE}/delay/300?{k}" for k in range(4)])
        time.sleep(0.15)
        p.send_signal(signal.SIGTERM)
        self.assertEqual(p.wait(15), 143)
        p.stderr.close()


def _children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(c) for c in f.read().split()]
    except OSError:
        return []


if __name__ == "__main__":
    rig.main()
