# SPDX-License-Identifier: MIT
"""A soak: SOAK_TIME seconds (an hour) of crawls and lists against `trawl serve --web` with faults, while processes are killed and the
network is lost; at the end a table of what was promised and what was seen. make soak.

Two runs go on for all of the time (tests/soak/runs.py: Steady), and their memory and descriptors are sampled; meanwhile crawls and
lists are killed at random, gone on with until they are complete, and compared with what the origin serves (Leg). SOAK_SEED repeats the
draws. Exit status 1: something that is promised did not hold.
"""
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "soak"), os.path.join(HERE, "e2e")]
import network  # noqa: E402

network.enter()
import origin as origins  # noqa: E402
import rig  # noqa: E402
import runs  # noqa: E402
import tree  # noqa: E402

SECONDS = float(os.environ.get("SOAK_TIME", "3600"))
SEED = int(os.environ.get("SOAK_SEED", "0")) or int.from_bytes(os.urandom(4), "little")
GROWTH = 0.10  # of memory, after the warm-up, that still counts as flat
DESCRIPTORS = 16  # and of descriptors; or a fifth, for connections come and go


class Soak:
    def __init__(self):
        self.rng, self.short = random.Random(SEED), SECONDS < 300
        self.rate, self.kill_every, self.kills_most = 40, 2 if self.short else 20, 6 if self.short else 30
        self.processes, self.violations, self.lock = [], [], threading.Lock()
        self.struck, self.legs, self.hostile, self.steady = {}, [], {}, []
        self.held = self.archived = self.judged = self.skipped = self.died = self.last_ones = 0
        self.gaps, self.at_once = {}, {}
        self.net = network.Network()
        big, small = ((500, 400), (120, 20)) if not self.short else ((40, 20), (20, 8))
        self.big = origins.Origin(self.net, "big", 8100, *big, 0.5, "20ms")
        self.small = origins.Origin(self.net, "small", 8200, *small, 3, "20ms")
        self.trap_port = 8300
        rig.start(self.net.there(sys.executable, os.path.join(HERE, "soak", "traps.py"), network.THERE, str(self.trap_port)),
                  stderr=subprocess.DEVNULL)
        rig.wait_port(self.trap_port, network.THERE)
        self.reference = origins.Reference(self.small)
        listed = subprocess.run([rig.TRAWL, "serve", "--list"], capture_output=True, text=True, check=True).stdout
        self.misbehaviours = {name: expect for name, expect, _ in (line.split("\t") for line in listed.splitlines())
                              if not name.startswith(("tls-", "h2-"))}  # which have a port of their own
        self.began = time.monotonic()
        self.end = self.began + SECONDS

    def wrong(self, sentence):
        with self.lock:
            self.violations.append(sentence)
            if len(self.violations) <= 200:
                print(f"  VIOLATION {self.minutes()} {sentence}", flush=True)

    def minutes(self):
        return f"{(time.monotonic() - self.began) / 60:5.1f} min"

    def list_of(self, number):
        """Every page and every misbehaviour, each of these at a name of its own."""
        urls = list(self.reference.pages)
        names = list(self.misbehaviours)
        if self.short:
            names = self.rng.sample(names, 10)
        urls += [self.small.url(f"x{k}", f"/hostile/{name}") for k, name in enumerate(names)]
        random.Random(SEED + number).shuffle(urls)
        return urls

    # ---- what was seen

    def note_pace(self, pace, requests, least, most, skipped):
        with self.lock:
            self.judged += requests - skipped
            self.skipped += skipped
            if pace.delay and least is not None:
                self.gaps[pace.delay] = min(self.gaps.get(pace.delay, least), least)
            elif not pace.delay:
                self.at_once[pace.at_once] = max(self.at_once.get(pace.at_once, 0), most)

    def note_hostile(self, url, said):
        name = url.rpartition("/")[2]
        with self.lock:
            seen = self.hostile.setdefault(name, {})
            seen[said] = seen.get(said, 0) + 1

    def note_leg(self, leg, records, exchanges):
        with self.lock:
            self.legs.append((leg.name, records, exchanges, leg.kills, leg.deaths))
        print(f"  {self.minutes()} {leg.name} ({leg.engine}) is complete: {records} records, {exchanges} exchanges, {leg.kills} times gone on"
              f" with, {leg.deaths} workers killed", flush=True)

    def note_steady(self, run, records, exchanges):
        self.steady.append((run, len(records), exchanges))

    # ---- what goes on

    def chain(self, kind):
        """Legs of a kind, one after another."""
        number = 0
        try:
            while time.monotonic() < self.end and kind(self, number).complete():
                number += 1
                if self.short:
                    return
        except Exception:  # a thread's own fault is to be seen in the verdict
            self.wrong(traceback.format_exc())

    def losses(self):
        """The network goes away every one to three minutes for some seconds, and once for a minute."""
        rng, minute = random.Random(SEED + 1), self.began + SECONDS / 2
        while not self.over.wait(rng.uniform(60, 180) if not self.short else 5):
            if time.monotonic() > self.end - (3 if self.short else 20):
                return
            kind = rng.choice((network.SILENT, network.UNREACHABLE))
            seconds = rng.uniform(1, 6) if not self.short else 1
            if minute and time.monotonic() > minute and not self.short:
                seconds, minute = 60, None
            self.net.lose(kind, seconds)

    def deaths(self):
        """Workers of the runs that go on for all of the time."""
        rng = random.Random(SEED + 2)
        while not self.over.wait(rng.uniform(30, 90) if not self.short else 5):
            for run in self.lasting:
                run.kill_worker(rng)

    def line(self):
        parts = []
        for run in self.lasting:
            _, own, files, fds = run.samples.last
            parts.append(f"{run.name} {run.written()} records, {own / 1024:.1f} + {files / 1024:.1f} MB, {fds} fds")
        with self.lock:
            print(f"{self.minutes()} {'; '.join(parts)}; {len(self.legs)} legs, struck {sum(self.struck.values())}, network lost"
                  f" {len(self.net.losses)} times, {len(self.violations)} violations", flush=True)

    def watch(self):
        step, next_line = min(10, SECONDS / 20), self.began
        while time.monotonic() < self.end:
            for run in self.lasting:
                run.sample()
                if run.process.poll() is not None and run not in self.ended:
                    self.ended.append(run)
                    if run.process.returncode not in (0, 3):
                        run.wrong(f"ended early with {run.process.returncode}")
            self.small.take_log()
            self.big.take_log()
            if time.monotonic() >= next_line:
                self.line()
                next_line += 60
            time.sleep(step)

    def go(self):
        self.over, self.ended = threading.Event(), []
        self.lasting = [runs.SteadyCrawl(self), runs.SteadyFetch(self, int(self.rate * SECONDS * 2))]
        for run in self.lasting:
            run.start()
        threads = [threading.Thread(target=self.chain, args=(kind,)) for kind in (runs.CrawlLeg, runs.FetchLeg)]
        threads += [threading.Thread(target=self.losses), threading.Thread(target=self.deaths)]
        for t in threads:
            t.start()
        try:
            self.watch()
        except BaseException:
            self.end, self.short = 0, False  # nobody goes on
            raise
        finally:
            self.over.set()
            for t in threads:
                t.join()
        for run in self.lasting:
            run.finish()

    # ---- the verdict

    def flat(self, run, column, what, unit, allowed):
        if len(run.samples.taken) < 12:
            return [f"{run.name}: {what}", "too short to tell", None]
        grown, middle = run.samples.grown(column) / unit, run.samples.middle(column) / unit
        fine = grown <= allowed(middle)
        if not fine:
            self.violations.append(f"{run.name}: {what} grew by {grown:.1f}")
        return [f"{run.name}: {what} flat", f"median {middle:.1f}, {grown:+.1f} over the last two thirds"
                f" ({run.samples.slope(column) / unit:+.2f} an hour)", fine]

    def table(self):
        rows = []
        for run in self.lasting:
            rows.append(self.flat(run, 1, "own memory (MB)", 1024, lambda m: max(4, GROWTH * m)))
            rows.append(self.flat(run, 3, "descriptors", 1, lambda m: max(DESCRIPTORS, m / 5)))
            rows.append([f"{run.name}: mapped files (MB), for information", f"last {run.samples.last[2] / 1024:.1f}", None])
        records = sum(leg[1] for leg in self.legs)
        exchanges = sum(leg[2] for leg in self.legs)

        def row(what, seen, *words):
            rows.append([what, seen, not any(any(w in v for w in words) for v in self.violations)])

        row("no record lost, none twice, each as the origin serves it", f"{len(self.legs)} complete runs, {records} records; "
            + ", ".join(f"{run.name} {n} records" for run, n, _ in self.steady), "record", "not", "lines", "traps")
        row("archives hold exactly what the records point to", f"{self.archived} exchanges", "the archive holds", "): archive ", "is left")
        row("nothing that was committed is asked for again", f"{self.held} records looked after at kills", "again")
        gaps = ", ".join(f"{least:.3f} s of {delay} s" for delay, least in sorted(self.gaps.items()))
        most = ", ".join(f"{seen} of {limit} at once" for limit, seen in sorted(self.at_once.items()))
        row("the pace is never exceeded", f"least gaps {gaps}; {most}; {self.judged} requests judged, {self.skipped} after a loss not", "pace:")
        row("no process is left, every run ends as it must", f"struck: {self.struck}", "left", "ended", "Traceback")
        odd = {n: s for n, s in self.hostile.items() if any(w != self.misbehaviours[n] for w in s)}
        rows.append(["misbehaviours came to what serve --list says",
                     f"{len(self.hostile) - len(odd)} of {len(self.hostile)} always, despite kills and losses", None])
        rows.append(["hosts given up in a loss of a minute when they were the last one or two of their run", str(self.last_ones), None])
        rows.append(["URLs whose worker was killed at both attempts", str(self.died), None])
        for name, said in sorted(odd.items()):
            print(f"  hostile/{name}: {said}, listed: {self.misbehaviours[name]}")
        lost = sum(b - a for a, b in self.net.losses)
        print(f"\nsoak of {(time.monotonic() - self.began) / 60:.1f} minutes, SOAK_SEED={SEED}: the origin was asked {self.small.asked + self.big.asked}"
              f" times, {exchanges} of them by runs that were killed; network lost {len(self.net.losses)} times, {lost:.0f} s in all")
        for what, seen, fine in rows:
            print(f"  {'ok  ' if fine else '    ' if fine is None else 'FAIL'}  {what}: {seen}")
        print(f"{len(self.violations)} violations")

    def close(self):
        for p in self.processes:
            if p.poll() is None:
                for pid in [p.pid, *rig.children_of(p.pid)]:
                    tree.kill(pid)
                p.wait()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"SOAK_TIME={SECONDS:.0f} SOAK_SEED={SEED}, files in {rig.DIR}", flush=True)
    soak, status = None, 1
    try:
        soak = Soak()
        soak.go()
        soak.table()
        status = 1 if soak.violations else 0
    finally:
        if soak:
            soak.close()
        for end in reversed(rig._cleanup):
            end()
        if soak:
            soak.net.close()
        if status == 0:
            import shutil
            shutil.rmtree(rig.DIR, ignore_errors=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
