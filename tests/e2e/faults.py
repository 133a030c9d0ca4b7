# SPDX-License-Identifier: MIT
"""A machine that runs out of something: a short run in which the Nth call of a kind fails, for every kind and every N that the
run reaches, evenly sampled (FAULTS_ALL=1: all of them).

Worker processes run in their sandbox, but where stacks are to be written down, to a file that it keeps them from.

Whatever fails: the run ends by itself with a status that the manual has, and says in a line why if that is 1 or 2; each record is whole,
no URL has two, and each has one if the run says it is complete. Nothing of it is left running. With a state it is gone on with where it
was incomplete, by a machine that is well, and then nothing is missing. A crawl finds every page, unless one that leads there has failed.

By hand: FAULTS_ONLY=ENGINE,KIND[,N] runs just these and shows what was said; CALL_FAULT_TRACE=FILE collects the failing calls' stacks.
"""
import concurrent.futures
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

import rig

PRELOAD = os.path.join(os.environ.get("builddir", "."), "tests/preload/call_fault.so")
rig.need_no_sanitizer("the faults of this test are loaded before libc, where it must be itself")
rig.need_path(PRELOAD)
ENGINES = ("coro", "threads:4", "forks:2", "forks:2/coro:4", "callback", "green", "coro+keeping", "forks:2+keeping", "coro+crawling",
           "forks:2+crawling", "threads:2/coro+crawling", "coro+alone", "forks:2+alone")
ALL = os.environ.get("FAULTS_ALL") == "1"
ONLY = os.environ.get("FAULTS_ONLY", "").split(",") if os.environ.get("FAULTS_ONLY") else []
SAMPLES = int(os.environ.get("FAULTS_SAMPLES", "5"))  # of a kind and an engine, unless ALL
SECONDS = 60  # a run takes 0.05 s, or a few with retries; that is a hang
PROBLEMS = re.compile(r"assert|abort|broken invariant|Sanitizer|double free|corrupt", re.IGNORECASE)

DNS = rig.free_port()
PORT = rig.serve("--web", "12,3", "--dns", f"127.0.0.1:{DNS}")


def urls():
    paths = ("bytes/0", "bytes/70000", "chunked/3000", "gzip/9000", "delay/20", "redirect/2", "status/404", "truncate", "zstd/5000",
             "headers", "deflate/800", "drip?bytes=300&ms=2&piece=50", "echo", "bytes/300000", "malformed/length")
    local = [f"http://127.0.0.{i % 5 + 1}:{PORT}/{p}" for i, p in enumerate(paths)]
    names = [f"http://h{i % 8}.web.test:{PORT}/p{i}" for i in range(20)]
    return local + names + [f"http://nx.web.test:{PORT}/", f"http://127.0.0.1:{rig.free_port()}/", "http://", "nonsense:x"]


URLS = urls()
LIST = rig.write("list", "".join(u + "\n" for u in URLS))
ALONE = f"http://127.0.0.1:{rig.free_port()}/"  # nobody is there
AT_ONCE = 7  # allocations that fail in a row, where nothing else is under way


SEEDS = [f"http://h{i}.web.test:{PORT}/" for i in range(3)]
FOUND = set()  # what a crawl that nothing fails for finds


def options(engine, home):
    """An engine's name may have "keeping" behind it: a run that leaves all the kinds of files there are; or "crawling": such a crawl; or
    "alone": nothing is under way while a host's robots.txt waits to be asked for again, nobody would notice what is forgotten then."""
    engine, _, way = engine.partition("+")
    keep = ["--save", f"{home}/saved", "--warc-file", f"{home}/w", "--warc-cdx", "--state", f"{home}/state", "--cookies",
            "--cookie-jar", f"{home}/jar", "--robots", "obey"]
    crawl = ["crawl", "--scope", "host", "--host-delay", "0", "--no-adapt", "--per-host", "4", "--rate", "60/s",
             "--commit-interval", "50ms", *keep, *SEEDS]
    fetch = ["fetch", "-i", LIST, *([*keep, "--host-give-up", "1s"] if way else [])]
    alone = ["fetch", ALONE, "--robots", "obey", "--host-give-up", "1s"]
    return [*(crawl if way == "crawling" else alone if way == "alone" else fetch), "-q", "-o", f"{home}/records", "--failed", f"{home}/failed", "--dns-servers",
            f"127.0.0.1:{DNS}", "--allow-private", "--engine", engine, *(["--no-sandbox"] if "CALL_FAULT_TRACE" in os.environ else []),
            "--retry", "1", "--max-time", "8s", "--digest"]


def read_counts(path):
    with open(path, "rb") as f:
        return {name.rstrip(b"\0").decode(): (count, struck) for name, count, struck in struct.iter_unpack("16sQQ", f.read())}


class Faulty:
    """A run that meets a fault: of `kind`, the call number `at`; 0: none, it is only counted."""

    def __init__(self, engine, kind="", at=0):
        self.home, self.engine, self.way = tempfile.mkdtemp(dir=rig.DIR), engine, engine.partition("+")[2]
        self.pages = set()  # of a crawl
        self.urls = [ALONE] if self.way == "alone" else URLS
        self.what = f"FAULTS_ONLY={engine},{kind},{at}"
        self.run(CALL_FAULT_COUNT=f"{self.home}/counts", CALL_FAULT_KIND=kind, CALL_FAULT_AT=str(at),
                 CALL_FAULT_TIMES=str(AT_ONCE if self.way == "alone" and kind == "alloc" else 1))
        self.counts, self.first = read_counts(f"{self.home}/counts"), self.status
        self.problem = self.find_problem()
        if not self.problem:
            shutil.rmtree(self.home)

    def run(self, **faults):
        env = dict(os.environ, LD_PRELOAD=PRELOAD, **faults)
        self.options = options(self.engine, self.home)
        with open(f"{self.home}/err", "wb") as err:
            run = subprocess.Popen([rig.TRAWL, *self.options], env=env, stdin=subprocess.DEVNULL, stdout=err, stderr=err,
                                   start_new_session=True)
        self.hung = False
        try:
            self.status = run.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.hung, self.status = True, None
        self.left = self.end_group(run.pid)
        if self.hung:
            run.wait()
        with open(f"{self.home}/err", encoding="utf-8", errors="replace") as f:
            self.err = f.read()

    def end_group(self, pid):
        """Ends what the run has left; whether there was something (a worker may still be about to end)."""
        for _ in range(100):
            try:
                os.killpg(pid, 0)
            except ProcessLookupError:
                return False
            if self.hung:
                break
            signal.sigtimedwait([], 0.05)
        os.killpg(pid, signal.SIGKILL)
        return True

    def text(self, name):
        try:
            with open(f"{self.home}/{name}", "rb") as f:
                return f.read()
        except FileNotFoundError:
            return b""

    def wrong_pages(self, records):
        urls = [r["url"] for r in records]
        self.pages = set(urls)
        if len(self.pages) != len(urls):
            return "writes two records for a URL"
        if FOUND and self.pages - FOUND:
            return f"found {self.pages - FOUND}"
        if FOUND - self.pages and self.status in (0, 3) and not any("error" in r for r in records):
            return f"says it is complete, without {FOUND - self.pages}"
        return None

    def find_problem(self):
        """What is wrong with it, in words; None: nothing."""
        if self.hung:
            return "hangs"
        if self.status not in (0, 1, 2, 3):
            return f"ends with status {self.status}"
        if self.left:
            return "leaves processes behind"
        if PROBLEMS.search(self.err):
            return "complains"
        if self.status in (1, 2) and not self.err.strip():
            return f"says nothing of why its status is {self.status}"
        return self.wrong_records() or (self.problem_of_going_on() if "--state" in self.options and self.status not in (0, 3) else None)

    def problem_of_going_on(self):
        """The same again, where nothing fails."""
        first, status = self.err, self.first
        self.run()
        problem = self.find_problem() if self.status in (0, 3) else f"ends with {self.status}"
        self.err = f"{first}--- gone on with:\n{self.err}"
        return f"ends with {status}, and gone on with {problem}" if problem else None

    def wrong_records(self):
        text = self.text("records")
        if text and not text.endswith(b"\n"):
            return "leaves half a record"
        try:
            records = [json.loads(line) for line in text.splitlines()]
        except ValueError:
            return "writes a record that is no JSON"
        if self.way == "crawling":
            return self.wrong_pages(records)
        lines = sorted(r["line"] for r in records)
        if len(set(lines)) != len(lines):
            return "writes two records for a URL"
        if self.status in (0, 3) and lines != list(range(1, len(self.urls) + 1)):
            return f"says it is complete, without lines {sorted(set(range(1, len(self.urls) + 1)) - set(lines))}"
        for r in records:
            if r["url"] != self.urls[r["line"] - 1]:
                return f"has {r['url']} in the record of line {r['line']}"
            if ("status" not in r) == ("error" not in r) and "error" not in r:
                return f"has neither status nor error for line {r['line']}"
        return None


def sample(count, samples):
    if ALL or count <= samples:
        return range(1, count + 1)
    return sorted({1 + i * (count - 1) // (samples - 1) for i in range(samples)})


def all_faults():
    for engine in [ONLY[0]] if ONLY else ENGINES:
        counted = Faulty(engine)
        if counted.problem or counted.status != (0 if counted.way == "crawling" else 3):
            raise AssertionError(f"without a fault: {counted.problem}, status {counted.status}, {counted.err}")
        if not FOUND:
            FOUND.update(counted.pages)
        samples = SAMPLES * 3 // 5 if counted.way else SAMPLES  # they take longer
        for kind, (count, _) in counted.counts.items():
            all_of_it = range(1, count + 1, AT_ONCE) if counted.way == "alone" and kind == "alloc" else sample(count, samples)
            if ONLY[1:2] in ([], [kind]):
                for at in [int(ONLY[2])] if len(ONLY) > 2 else all_of_it:
                    yield engine, kind, at


class Faults(unittest.TestCase):
    def test_whatever_fails_a_run_ends_well(self):
        wrong, ends, struck = [], {}, 0
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            for run in pool.map(lambda f: Faulty(*f), all_faults()):
                struck += any(s for _, s in run.counts.values())
                ends[run.first] = ends.get(run.first, 0) + 1
                if ONLY:
                    print(f"{run.what}: {run.problem or 'well'}, status {run.status}\n{run.err}", file=sys.stderr)
                if run.problem:
                    wrong.append(f"{run.what} {run.problem}:\n{run.err[-600:]}")
        print(f"{struck} faults in {sum(ends.values())} runs; by exit status: {ends}", file=sys.stderr)
        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertGreater(struck, 0)


if __name__ == "__main__":
    rig.main()
