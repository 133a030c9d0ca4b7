# SPDX-License-Identifier: MIT
"""Killed at any moment, and gone on with: every URL has exactly one record, archives are whole and hold exactly the exchanges
that the records point to, and nothing that was committed is asked for again.

KILL_RUNS is how many runs there are (make check-long has 200); each has an engine and a victim of its own.
"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest

import rig

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import warc_reader  # noqa: E402 (it lies beside this folder)

RUNS = int(os.environ.get("KILL_RUNS", "9"))
SEED = int(os.environ.get("KILL_SEED", "0")) or int.from_bytes(os.urandom(4), "little")
ENGINES = ("coro", "forks:4", "threads:8", "forks:2/coro:16", "threads:2/coro:16", "serial", "coro:16,forks:2,threads:4")
VICTIMS = ("coordinator", "worker", "zygote", "all")
URLS = 240
RATE = 300  # a second: a run takes about as long as there are moments to be killed at


def parents():
    """The parent of every process."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", "rb") as f:
                found[int(pid)] = int(f.read().rsplit(b")", 1)[1].split()[1])
        except (OSError, IndexError):
            pass
    return found


def children(pid):
    return [child for child, parent in parents().items() if parent == pid]


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def strike(process, victim, rng):
    """Kills one of the processes of a run, or all of them."""
    zygotes = children(process.pid)
    workers = [w for z in zygotes for w in children(z)]
    if victim == "worker" and workers:
        kill(rng.choice(workers))
    elif victim == "zygote" and zygotes:
        kill(zygotes[0])
    elif victim == "all":
        for pid in [process.pid, *zygotes, *workers]:
            kill(pid)
    else:
        kill(process.pid)


def lines(path):
    with open(path, "rb") as f:
        return f.read().splitlines(keepends=True)


class Killed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.log = rig.path("origin.log")
        cls.port = rig.serve("--log", cls.log)

    def asked(self):
        """Every request that the origin has answered so far: its path, and when it began."""
        time.sleep(0.1)  # lines are gathered for 20 ms
        with open(self.log, encoding="utf-8") as f:
            return [(r["path"], r["start"]) for r in map(json.loads, f) if "path" in r]

    def list_of(self, run):
        base = f"http://127.0.0.1:{self.port}"
        kinds = ("bytes/{n}?{k}", "redirect/2?{k}", "gzip/3000?{k}", "status/404?{k}", "delay/30/bytes/50?{k}", "chunked/5000?{k}",
                 "flaky/2/r{r}u{k}", "bytes/40000?{k}")
        return [f"{base}/" + kinds[k % len(kinds)].format(n=10 + k, k=f"r{run}u{k}", r=run) for k in range(URLS)]

    def start(self, home, engine):
        return subprocess.Popen(
            [rig.TRAWL, "fetch", "--state", f"{home}/state", "-o", f"{home}/out.jsonl", "--failed", f"{home}/failed", "-i",
             f"{home}/list", "--engine", engine, "--commit-interval", "50ms", "--warc-file", f"{home}/warc/a", "--warc-level", "1",
             "--warc-max-size", "300K", "--per-host", "32", "-j", "32", "--rate", f"{RATE}/s", "--retry", "3", "-q"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)

    def committed(self, home):
        """What the state says is done for good: the lines of the records that it holds to."""
        done = subprocess.run([rig.TRAWL, "status", f"{home}/state", "--json"], capture_output=True, text=True, check=False)
        if done.returncode != 0 or not os.path.exists(f"{home}/out.jsonl"):
            return {}
        status = json.loads(done.stdout)
        with open(f"{home}/out.jsonl", "rb") as f:
            held = f.read(status["outputs"]["records"])
        self.assertTrue(held == b"" or held.endswith(b"\n"), "the state holds to half a record")
        return {r["line"]: r for r in map(json.loads, held.splitlines())}

    def check_outputs(self, home, urls):
        records = [json.loads(line) for line in lines(f"{home}/out.jsonl")]
        self.assertEqual(sorted(r["line"] for r in records), list(range(1, URLS + 1)), "not exactly one record a line")
        for r in records:
            self.assertEqual(r["url"], urls[r["line"] - 1])
        failed = sorted(line.decode().strip() for line in lines(f"{home}/failed"))
        self.assertEqual(failed, sorted(r["url"] for r in records if r.get("error") or r["status"] >= 400))
        return records

    def check_archives(self, home, records):
        held = {}
        for name in sorted(os.listdir(f"{home}/warc")):
            self.assertTrue(name.endswith(".warc.gz"), f"{name} is left")
            for record in warc_reader.read_file(f"{home}/warc/{name}"):  # raises where one is not as the standard says
                if record.type in ("response", "revisit"):
                    held[(name, record.offset)] = record
        wanted = {(os.path.basename(w["file"]), w["offset"]) for r in records for w in r.get("warc", ())}
        self.assertEqual(set(held), wanted, "the archive holds other exchanges than the records say")

    def check_not_again(self, before, since, after, urls):
        """`before`: what was committed at the kill; since then no request for it may have begun."""
        paths = {u.split(f":{self.port}", 1)[1] for line, u in enumerate(urls, 1) if line in before}
        again = [p for p, start in after if start > since and p in paths]
        self.assertEqual(again, [], "asked for again after it was committed")

    def one_run(self, run, rng):
        engine, victim = ENGINES[run % len(ENGINES)], VICTIMS[(run // 2) % len(VICTIMS)]
        home = rig.path(f"run{run}")
        os.makedirs(f"{home}/warc")
        urls = self.list_of(run)
        with open(f"{home}/list", "w", encoding="utf-8") as f:
            f.writelines(f"{u}\n" for u in urls)
        kills = 0
        while True:
            process = self.start(home, engine)
            try:
                if kills < 3:
                    time.sleep(rng.uniform(0.05, 0.9))
                    strike(process, victim, rng)
                    kills += 1
                out, err = process.communicate(timeout=60)
            finally:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if process.returncode == 3:  # complete, with the 404s
                break
            self.assertIn(process.returncode, (-signal.SIGKILL, 1), f"{engine}: {err.decode()}")
            self.assertLess(kills, 20)
            before, since = self.committed(home), time.time() * 1e6
            self.kills.append((before, since, urls))
        records = self.check_outputs(home, urls)
        self.check_archives(home, records)
        before = lines(f"{home}/out.jsonl")
        self.start(home, engine).communicate(timeout=30)  # there is nothing left to do, and nothing is done
        self.assertEqual(lines(f"{home}/out.jsonl"), before)
        shutil.rmtree(home)

    def test_killed_at_random_moments(self):
        print(f"KILL_SEED={SEED}", file=sys.stderr)
        rng = random.Random(SEED)
        self.kills = []
        for run in range(RUNS):
            with self.subTest(run=run, engine=ENGINES[run % len(ENGINES)], victim=VICTIMS[(run // 2) % len(VICTIMS)], seed=SEED):
                self.one_run(run, rng)
        after = self.asked()
        for before, since, urls in self.kills:
            self.check_not_again(before, since, after, urls)


if __name__ == "__main__":
    rig.main()
