#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""trawl bench: what its figures are made of. No test asserts a time, or that one engine beats another."""
import gzip
import json
import os
import signal
import subprocess
import time
import unittest

import rig

QUICK = ["--repeat", "2", "--warm-up", "20ms", "--delay", "2ms", "--cpu", "100us", "--hosts", "4"]


def bench(*options, stdin=b"", timeout=120):
    return subprocess.run([rig.TRAWL, "bench", *options], input=stdin, capture_output=True, timeout=timeout, check=False)


def bench_json(*options, status=0, **more):
    done = bench("--json", *QUICK, *options, **more)
    assert done.returncode == status, (done.returncode, done.stderr, done.stdout[-500:])
    return json.loads(done.stdout)


def median(cell, name):
    return cell["figures"][name]["median"]


def family(pid):
    return [child for child in rig.children_of(pid) if rig.alive(child)]


def wait_until(true, seconds=20):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


class Bench(unittest.TestCase):
    def test_every_cell_has_its_figures(self):
        n = 60
        r = bench_json("--engines", "coro,forks:2", "-j", "2,4", "--workload", "waiting,computing,mixed", "-n", str(n))
        # forks:2 holds 2 at either level, and has one cell for both.
        self.assertEqual(sorted({(c["workload"], c["spec"], c["in_flight"]) for c in r["cells"]}),
                         sorted((w, s, j) for w in ("waiting", "computing", "mixed")
                                for s, j in (("coro:2", 2), ("coro:4", 4), ("forks:2", 2))))
        self.assertFalse(r["unequal"] or r["interrupted"])
        turns = []
        for cell in r["cells"]:
            with self.subTest(cell["spec"], workload=cell["workload"]):
                self.assertEqual(len(cell["repetitions"]), 2)
                self.assertEqual((cell["succeeded"], cell["failed"], cell["outcomes"]), (2 * n, 0, {"200": 2 * n}))
                for repetition in cell["repetitions"]:
                    turns.append(repetition["turn"])
                    self.assertEqual((repetition["succeeded"], repetition["bytes"]), (n, n * 1024))
                    self.assertAlmostEqual(repetition["urls_per_second"], n / repetition["window"], delta=1)
                self.assertEqual({repetition["round"] for repetition in cell["repetitions"]}, {0, 1})
                for name in ("urls_per_second", "memory_bytes", "latency_p50_us", "threads", "origin_busy"):
                    figure = cell["figures"][name]
                    self.assertLessEqual(figure["least"], figure["median"])
                    self.assertLessEqual(figure["median"], figure["most"])
                    self.assertGreater(figure["median"], 0)
                self.assertGreater(median(cell, "cpu_user_us") + median(cell, "cpu_system_us"), 0)
                self.assertGreaterEqual(median(cell, "memory_peak_bytes"), median(cell, "memory_bytes"))
                self.assertLessEqual(median(cell, "in_flight"), cell["in_flight"])
                self.assertLessEqual(median(cell, "latency_p50_us"), median(cell, "latency_p99_us"))
                self.assertEqual(median(cell, "processes"), 1 if cell["spec"].startswith("coro") else 4)
                curve = cell["latency_curve"]
                self.assertEqual(curve, sorted(curve))
                if cell["workload"] != "computing":  # the origin waits that long
                    self.assertGreaterEqual(curve[0][1], 1900)
        self.assertEqual(sorted(turns), list(range(len(turns))))  # one after the other

    def test_work_is_done_by_the_worker(self):
        r = bench_json("--engines", "coro,forks:1", "-j", "1", "--workload", "computing", "--cpu", "5ms", "-n", "10")
        for cell in r["cells"]:
            # CPU time, not time; but how much a round takes depends on who shares the core.
            self.assertGreater(median(cell, "cpu_user_us") + median(cell, "cpu_system_us"), 1500, cell["spec"])
            self.assertGreater(cell["latency_curve"][0][1], 1500, cell["spec"])

    def test_a_rate_counts_from_the_schedule(self):
        # One at a time takes 20 ms and more; a hundred a second cannot be kept up, and what waits in line is not hidden.
        r = bench_json("--engines", "coro", "-j", "1", "--rate", "200", "--delay", "20ms", "-n", "50")
        cell = r["cells"][0]
        self.assertLess(median(cell, "urls_per_second"), 60)
        self.assertGreater(median(cell, "latency_p99_us"), 200000)
        self.assertIn("fell behind", " ".join(r["reading"]))

    def test_urls_of_ones_own(self):
        port = rig.serve()
        urls = [f"http://127.0.0.1:{port}/bytes/{n}" for n in (10, 20, 30)]
        text = "# a remark\n\n" + "\n".join(urls)
        packed = rig.write("bench.gz", gzip.compress(text.encode()))
        for options, stdin in ((urls, b""), (["-i", rig.write("bench.txt", text)], b""), (["-i", packed], b""),
                               (["-i", "-"], text.encode())):
            with self.subTest(options):
                r = bench_json("--engines", "coro,forks:2", "-j", "2", "-n", "30", *options, stdin=stdin)
                self.assertEqual((r["plan"]["lines"], r["plan"]["origins"]), (3, 0))
                self.assertEqual({c["workload"] for c in r["cells"]}, {"waiting"})
                for cell in r["cells"]:
                    self.assertEqual(cell["outcomes"], {"200": 60})
                    self.assertIsNone(cell["figures"]["origin_busy"])

    def test_work_that_was_not_the_same_is_not_compared(self):
        port = rig.serve()
        # The first so many requests get a 503, whoever makes them.
        url = f"http://127.0.0.1:{port}/flaky/120/bench"
        r = bench_json("--engines", "coro,forks:2", "-j", "2", "-n", "60", "--repeat", "1", "--warm-up", "0", url,
                       status=3)
        self.assertTrue(r["unequal"])
        self.assertEqual([c["odd"] for c in r["cells"]].count(True), 1)
        self.assertIn("Not the same work", r["reading"][0])
        self.assertNotIn("fastest", " ".join(r["reading"]))
        odd = next(c for c in r["cells"] if c["odd"])
        self.assertIn("503", odd["note"])

    def test_the_table_is_readable_and_the_page_is_written(self):
        page = rig.path("bench.html")
        done = bench(*QUICK, "--engines", "coro,forks:2", "-j", "2", "-n", "30", "--html", page)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        lines = done.stdout.decode().splitlines()
        self.assertEqual([line for line in lines if len(line) > 100], [])
        self.assertTrue(any(line.split()[:1] == ["forks:2"] for line in lines))
        self.assertIn("Reading", lines)
        with open(page, encoding="utf-8") as f:
            self.assertIn("</html>", f.read())

    def test_ctrl_c_shows_what_there_is_and_leaves_nothing_behind(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with subprocess.Popen([rig.TRAWL, "bench", "--json", *QUICK, "--engines", "coro,forks:2", "-j", "2",
                                   "-D", "100ms", "--repeat", "100"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
                self.assertTrue(wait_until(lambda: len(family(child.pid)) >= 2))
                people = family(child.pid)
                child.send_signal(number)
                out = child.stdout.read()
                self.assertEqual(child.wait(timeout=20), status)
            self.assertTrue(json.loads(out)["interrupted"])
            self.assertTrue(wait_until(lambda people=people: not any(rig.alive(p) for p in people)))

    def test_killed_it_takes_everything_along(self):
        with subprocess.Popen([rig.TRAWL, "bench", *QUICK, "--engines", "forks:3", "-j", "3", "-D", "60s"],
                              stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as child:
            self.assertTrue(wait_until(lambda: len(family(child.pid)) >= 6))  # origin, subject, zygote, workers
            people = family(child.pid)
            child.kill()
            child.wait(timeout=20)
        self.assertTrue(wait_until(lambda: not any(rig.alive(p) for p in people)))

    def test_a_subject_that_dies_costs_its_cell_only(self):
        with subprocess.Popen([rig.TRAWL, "bench", "--json", *QUICK, "--engines", "coro,callback", "-j", "2", "-D", "1s",
                               "--repeat", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL) as child:
            self.assertTrue(wait_until(lambda: any(name(p) == "trawl-bench" for p in family(child.pid))))
            victim = next(p for p in family(child.pid) if name(p) == "trawl-bench")
            os.kill(victim, signal.SIGKILL)
            out, err = child.communicate(timeout=60)
        r = json.loads(out)
        self.assertEqual(sorted(len(c["repetitions"]) > 0 for c in r["cells"] if c["workload"] == "waiting").count(False)
                         + [len(c["repetitions"]) > 0 for c in r["cells"] if c["workload"] == "computing"].count(False), 1)
        self.assertIn(b"killed by signal 9", err)

    def test_mistakes_are_one_clear_line(self):
        for options in (["--engines", "steam"], ["-j", "0"], ["--workload", "idle"], ["--cpus", "none"], ["-i", "/nonexistent"],
                        ["-i", rig.write("empty.txt", "# nothing\n")], ["--html", "/nonexistent/page.html"], ["-"]):
            with self.subTest(options):
                done = bench(*options)
                self.assertEqual((done.returncode, done.stdout), (2, b""))
                self.assertRegex(done.stderr.decode(), r"\Atrawl: error: [^\n]+\n\Z")

    def test_more_than_an_engine_holds_is_said(self):
        r = bench_json("--engines", "coro,forks", "-j", "2000", "--workload", "waiting", "-n", "10", "--repeat", "1")
        forks = next(c for c in r["cells"] if c["engine"] == "forks")
        self.assertEqual(forks["repetitions"], [])
        self.assertIn("at most", forks["note"])

    def test_a_reader_that_goes_away_ends_it(self):
        with subprocess.Popen([rig.TRAWL, "bench", *QUICK, "--engines", "coro", "-j", "1", "-n", "5", "--repeat", "1"],
                              stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as child:
            child.stdout.close()
            self.assertEqual(child.wait(timeout=60), 141)


def name(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as f:
            return f.read().strip()
    except OSError:
        return ""


if __name__ == "__main__":
    rig.main()
