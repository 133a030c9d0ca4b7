# SPDX-License-Identifier: MIT
"""The runs of a soak: one that is killed and gone on with until it is complete, and one that goes on for all of the time."""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import network
import origin as origins
import rig
import traps
import tree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import warc_reader  # noqa: E402 (it lies in the folder above)

ENGINES = ("coro", "forks:2/coro", "threads:2/coro", "forks:6", "coro:16,forks:2,threads:4", "threads:8", "callback", "serial",
           "forks:2/coro:16,threads:2/coro:16")
VICTIMS = ("coordinator", "worker", "zygote", "all", "worker")
LIMITS = ("--max-filesize", "1M", "--max-time", "9s", "--min-speed", "100,4s", "--max-redirs", "5", "--max-retry-after", "1s",
          "--connect-timeout", "5s")


def records_of(path, length=None):
    """The records of a file, up to `length` bytes of it, and whether they are whole lines."""
    try:
        with open(path, "rb") as f:
            held = f.read() if length is None else f.read(length)
    except FileNotFoundError:
        return [], True
    return [json.loads(line) for line in held.splitlines()], held == b"" or held.endswith(b"\n")


class Run:
    """A run with a state, in processes that follow one another."""

    def __init__(self, soak, name, command, engine, pace):
        self.soak, self.name, self.engine, self.pace = soak, name, engine, pace
        self.home = rig.path(name)
        os.makedirs(f"{self.home}/warc")
        self.out, self.state = f"{self.home}/out.jsonl", f"{self.home}/state"
        self.command = [rig.TRAWL, *command, "-q", "--state", self.state, "-o", self.out, "--user-agent", f"{name}/1",
                        "--engine", engine]
        self.process, self.disturbed, self.kills, self.deaths = None, [], 0, 0
        self.excused = set()  # hosts that may be given up though they are sound

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        start_new_session=True)
        self.soak.processes.append(self.process)

    def wrong(self, sentence):
        self.soak.wrong(f"{self.name} ({self.engine}): {sentence}")

    def committed(self):
        """URLs whose records the state holds to."""
        done = subprocess.run([rig.TRAWL, "status", self.state, "--json"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return set()
        records, whole = records_of(self.out, json.loads(done.stdout)["outputs"]["records"])
        if not whole:
            self.wrong("the state holds to half a record")
        return {r["url"] for r in records}

    def moments(self):
        return sorted(self.disturbed + [t for span in self.soak.net.losses for t in span])

    def check_pace(self, asked):
        found, least, most, skipped = self.pace.check(asked, self.soak.net.unheard, self.moments())
        for sentence in found:
            self.wrong(f"pace: {sentence}")
        self.soak.note_pace(self.pace, sum(map(len, asked.values())), least, most, skipped)

    def check_not_again(self, asked, strikes):
        """strikes: (what was committed then, when). No request for it may have begun since; but one that a killed
        process had sent before may come after a loss of the network."""
        for held, since in strikes:
            paths = {(origins.host_of(u), u.split(".web.test:", 1)[1].partition("/")[2]) for u in held if ".web.test:" in u}
            paths -= self.led_to()
            again = [f"{host}{path}" for host, requests in asked.items() for start, _, path, _ in requests
                     if start > since and (host, path[1:]) in paths and not any(lo <= start <= hi for lo, hi in self.soak.net.unheard)]
            self.soak.held += len(paths)
            if again:
                self.wrong(f"asked for again after it was committed: {again[:5]} and {max(0, len(again) - 5)} more")

    def led_to(self):
        """What is asked for also because another URL redirects there: (host, path without its slash)."""
        return set()

    def check_ended(self):
        for _ in range(50):
            left = tree.left_behind(self.home)
            if not left:
                return
            time.sleep(0.1)
        self.wrong(f"processes are left: {left}")


class Leg(Run):
    """Killed at random moments, and gone on with until it is complete."""

    def complete(self):
        """Runs it, to its end or (False) to the end of the soak."""
        rng, strikes, soak = self.soak.rng, [], self.soak
        while True:
            self.start()
            by_us = False
            while self.process.poll() is None and (soak.short or time.monotonic() < soak.end):
                moment = time.monotonic() + (rng.uniform(0.05, 1.5) if rng.random() < 0.2 else rng.uniform(2, soak.kill_every))
                while self.process.poll() is None and time.monotonic() < min(moment, soak.end):
                    time.sleep(0.05)
                if time.monotonic() >= soak.end:
                    time.sleep(0.1)
                elif self.process.poll() is None and self.kills + self.deaths < soak.kills_most:
                    by_us = self.hit(rng) or by_us
            if self.process.poll() is None:
                self.give_up()
                return False
            err = self.process.stderr.read().decode("utf-8", "replace")
            if self.process.returncode in (0, 3):
                break
            if self.process.returncode not in ((-signal.SIGKILL, 1) if by_us else ()):
                self.wrong(f"ended with {self.process.returncode}: {err.strip()[-400:]}")
                return False
            strikes.append((self.committed(), time.time()))
        self.check(strikes)
        return True

    def hit(self, rng):
        """Returns whether the run need not end well now."""
        victim = rng.choice(VICTIMS)
        zygotes, _ = tree.shape(self.process.pid)
        if not zygotes and victim in ("worker", "zygote"):
            victim = "coordinator"
        self.disturbed.append(time.time())
        tree.strike(self.process.pid, victim, rng)
        self.soak.struck[victim] = self.soak.struck.get(victim, 0) + 1
        if victim == "worker":
            self.deaths += 1
            return False
        self.kills += 1
        if victim != "zygote":
            self.process.wait()
        self.disturbed.append(time.time())
        return True

    def give_up(self):
        """The soak is over."""
        for pid in [self.process.pid, *rig.children_of(self.process.pid)]:
            tree.kill(pid)
        self.process.wait()

    def check(self, strikes):
        records, _ = records_of(self.out)
        asked = self.soak.small.of(self.name)
        self.check_ended()
        self.check_records(records)
        self.check_pace(asked)
        self.check_not_again(asked, strikes)
        exchanges = sum(len(requests) for requests in asked.values())
        self.soak.note_leg(self, len(records), exchanges)
        shutil.rmtree(self.home)

    def judge(self, r, page):
        """Whether a record says what the reference has."""
        said = r.get("error") or r["status"]
        want = page.error or page.status
        if said == "host-given-up" and origins.host_of(r["url"]) in self.excused:
            return
        if said == "worker-died" and r["attempts"] >= 2 and self.deaths >= 2:
            self.soak.died += 1  # both attempts that a URL has with workers that die were struck
            return
        if (page.error or page.status >= 500) and "error" in r and (self.soak.net.losses or said == "host-given-up"):
            return  # its last attempt may have found no network; or nothing but what is broken was left of its host
        if said != want or (page.digest and r.get("digest", "").rpartition(":")[2] != page.digest):
            self.wrong(f"{r['url']}: {said} ({r.get('errormsg')}), not {want}, after {r.get('attempts')} attempts")


class CrawlLeg(Leg):
    GIVE_UP = 20  # s

    def __init__(self, soak, number):
        seeds = [soak.small.url("h0", "/"), *(f"http://trap.web.test:{soak.trap_port}{path}" for path in traps.SEEDS)]
        super().__init__(soak, f"crawl{number}", [
            "crawl", "--scope", "any", "--allow-private", "--contact", "soak@example.org", *soak.small.names, *LIMITS, *traps.LIMITS,
            "--host-delay", "200ms", "--max-delay", "1s", "--delay-factor", "1", "--rate", "60/s", "--retry", "4", "--host-give-up",
            f"{self.GIVE_UP}s", *seeds], ENGINES[number % len(ENGINES)], origins.Pace(0.2, patience=9))

    def last_ones(self, records):
        """The hosts that were given up for a loss longer than --host-give-up when only one or two of those that had ever answered had
        anything left: then nobody can tell the network's silence from theirs (docs/crawl.md)."""
        if not any(end - began >= self.GIVE_UP for began, end in self.soak.net.losses):
            return set()
        pages, sound = self.soak.reference.pages, self.soak.reference.host_is_sound
        lost = [k for k, r in enumerate(records) if r.get("error") == "host-given-up" and r["url"] in pages and
                sound(origins.host_of(r["url"])) and not pages[r["url"]].error and pages[r["url"]].status < 500]
        answered = {origins.host_of(r["url"]) for r in records if r.get("status")}
        left = answered & {origins.host_of(r["url"]) for r in records[lost[0]:]} if lost else set()
        if len(left) > 2:
            return set()
        self.soak.last_ones += len(left)
        return left

    def check_records(self, records):
        by_url = {}
        self.excused = self.last_ones(records)
        for r in records:
            if by_url.setdefault(r["url"], r) is not r:
                self.wrong(f"{r['url']} has two records")
        reference = self.soak.reference
        for url, page in reference.pages.items():
            host = origins.host_of(url)
            r = by_url.pop(url, None)
            if not reference.host_is_sound(host):
                if r and "error" not in r:
                    self.wrong(f"{url}: {r['status']}, of a host that is broken")
            elif not r:
                self.wrong(f"{url} has no record")
            elif "/private/" in url and reference.rules[host] == 200:
                if r.get("error") != "robots":
                    self.wrong(f"{url}: {r.get('error') or r['status']}, which robots.txt forbids")
            else:
                self.judge(r, page)
        trapped = {path: sum(u.split(f":{self.soak.trap_port}", 1)[-1].startswith(path) for u in by_url) for path in traps.SEEDS}
        if trapped != traps.SEEDS:
            self.wrong(f"of the traps {trapped} were fetched, not {traps.SEEDS}")
        more = [u for u in by_url if "trap.web.test" not in u and "/sitemap" not in u]
        if more:
            self.wrong(f"records of what the web does not have: {more[:5]}")


class FetchLeg(Leg):
    """Every page of the web, and every misbehaviour, as a list; with an archive."""

    def __init__(self, soak, number):
        engine = ENGINES[(number + 4) % len(ENGINES)]
        delayed = number % 2 == 1
        # Without --adapt the first that meet a loss are charged with it, and short losses are not told from dead servers.
        pace = ["--adapt", "--max-delay", "1s", "--delay-factor", "1", "--host-give-up", "60s", "--host-delay", "100ms", "--retry", "4"]
        if not delayed:
            pace = ["--per-host", "3", "--retry", "7"]
        name = f"fetch{number}"
        super().__init__(soak, name, [
            "fetch", "-i", rig.path(f"{name}/list"), *soak.small.names, *LIMITS, *pace, "--rate", "60/s", "--warc-file",
            rig.path(f"{name}/warc/a"), "--warc-level", "1", "--warc-max-size", "2M", "--failed", rig.path(f"{name}/failed")],
            engine, origins.Pace(0.1, patience=9) if delayed else origins.Pace(0, 3, patience=9))
        self.urls = soak.list_of(number)
        with open(f"{self.home}/list", "w", encoding="utf-8") as f:
            f.writelines(f"{u}\n" for u in self.urls)

    def check_records(self, records):
        if sorted(r["line"] for r in records) != list(range(1, len(self.urls) + 1)):
            self.wrong(f"{len(records)} records for {len(self.urls)} lines")
        reference = self.soak.reference
        for r in records:
            url = self.urls[r["line"] - 1]
            page = reference.pages.get(url)
            if r["url"] != url:
                self.wrong(f"line {r['line']} is {url}, not {r['url']}")
            if page and page.location:
                page = reference.pages[self.soak.small.url(origins.host_of(url), page.location)]
            if page and reference.host_is_sound(origins.host_of(url)):
                self.judge(r, page)
            elif not page:
                self.soak.note_hostile(url, r.get("error") or str(r["status"]))
        with open(f"{self.home}/failed", encoding="utf-8") as f:
            failed = sorted(f.read().split())
        if failed != sorted(r["url"] for r in records if r.get("error") or r["status"] >= 400):
            self.wrong("--failed has other URLs than the records say")
        self.check_archive(records)

    def led_to(self):
        return {(origins.host_of(u), p.location[1:]) for u, p in self.soak.reference.pages.items() if p.location}

    def check_archive(self, records):
        held = set()
        for name in sorted(glob.glob(f"{self.home}/warc/*")):
            if not name.endswith(".warc.gz"):
                self.wrong(f"{name} is left")
                continue
            try:
                held |= {(os.path.basename(name), record.offset) for record in warc_reader.read_file(name)
                         if record.type in ("response", "revisit")}
            except (ValueError, EOFError, OSError) as e:
                self.wrong(f"archive {name}: {e}")
        wanted = {(os.path.basename(w["file"]), w["offset"]) for r in records for w in r.get("warc", ())}
        self.soak.archived += len(held)
        if held != wanted:
            self.wrong(f"the archive holds {len(held - wanted)} exchanges that no record has, and lacks {len(wanted - held)}")


class Steady(Run):
    """Goes on for all of the time: only its workers are killed. Its memory and descriptors are looked at."""

    def __init__(self, *args):
        super().__init__(*args)
        self.samples, self.began = tree.Samples(), time.monotonic()
        self.counted = [0, 0]  # bytes, lines

    def sample(self):
        if self.process.poll() is None:
            self.samples.take(time.monotonic() - self.began, self.process.pid)

    def kill_worker(self, rng):
        _, workers = tree.shape(self.process.pid)
        if workers:
            self.disturbed.append(time.time())
            tree.kill(rng.choice(workers))
            self.deaths += 1
            self.soak.struck["worker"] = self.soak.struck.get("worker", 0) + 1

    def written(self):
        if os.path.exists(self.out):
            with open(self.out, "rb") as f:
                f.seek(self.counted[0])
                block = f.read()
            self.counted = [self.counted[0] + len(block), self.counted[1] + block.count(b"\n")]
        return self.counted[1]

    def finish(self):
        """Ends it as Ctrl-C does, and looks at what it has left."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        err = self.process.communicate(timeout=120)[1].decode("utf-8", "replace")
        if self.process.returncode not in (0, 3, 130):
            self.wrong(f"ended with {self.process.returncode}: {err.strip()[-400:]}")
        self.check_ended()
        records, whole = records_of(self.out)
        if not whole:
            self.wrong("the last record is torn")
        asked = self.soak.big.of(self.name)
        self.check_pace(asked)
        self.check_records(records, asked)
        return records, asked

    def check_records(self, records, asked):
        """Each record once; whatever was answered well has one."""
        seen = set()
        for r in records:
            key = r["line"] if "line" in r and self.by_line else r["url"]
            if key in seen:
                self.wrong(f"{r['url']} has two records")
            seen.add(key)
        pending = subprocess.run([rig.TRAWL, "status", self.state, "--pending"], capture_output=True, text=True, check=True)
        urls = {(origins.host_of(u), u.split(f":{self.soak.big.port}", 1)[1])
                for u in [r["url"] for r in records] + pending.stdout.split()}
        lost = {f"{host}{path}" for host, requests in asked.items() for _, _, path, status in requests
                if status == 200 and path != "/robots.txt" and "/sitemap" not in path and self.is_own(path) and (host, path) not in urls}
        if lost:
            self.wrong(f"{len(lost)} URLs were answered and are neither done nor pending, no record: {sorted(lost)[:5]}")
        self.soak.note_steady(self, records, sum(map(len, asked.values())))

    def is_own(self, path):
        """Whether the path is one that a record names, not one that it was redirected to."""
        return True


class SteadyCrawl(Steady):
    by_line = False

    def __init__(self, soak):
        super().__init__(soak, "steadycrawl", [
            "crawl", "--scope", "any", "--allow-private", "--contact", "soak@example.org", *soak.big.names, *LIMITS, "--host-delay", "1s",
            "--max-delay", "10s", "--delay-factor", "1", "--rate", f"{soak.rate}/s", "--retry", "4", soak.big.url("h0", "/")],
            "forks:2/coro:32,coro:16", origins.Pace(1.0, patience=9))


class SteadyFetch(Steady):
    by_line = True
    GOOD = ("bytes/{n}", "bytes/{m}", "gzip/{n}", "chunked/{n}", "bytes/40000", "redirect/2", "delay/300/bytes/{n}", "flaky/2/k{k}",
            "drip?bytes=400&ms=100&piece=100")
    BAD = {"status/404": 404, "reset": "reset", "truncate": "truncated", "status/503": 503}
    EVERY, NAMES = 20, 12  # one line in so many is bad; names of the origin

    def __init__(self, soak, lines):
        name = "steadyfetch"
        super().__init__(soak, name, [
            # The same here, where losses may follow each other, and pages fail twice by themselves.
            "fetch", "-i", rig.path(f"{name}/list"), *soak.big.names, *LIMITS, "--per-host", "4", "--rate",
            f"{soak.rate}/s", "--retry", "10"], "threads:2/coro:32,forks:2,threads:2", origins.Pace(0, 4, patience=9))
        with open(f"{self.home}/list", "w", encoding="utf-8") as f:
            for k in range(lines):
                path = self.path(k).format(n=10 + k % 5000, m=k * 7919 % 20000, k=k)
                f.write(soak.big.url(f"n{k % self.NAMES}", f"/{path}{'&' if '?' in path else '?'}{k}") + "\n")

    def path(self, k):
        if k % self.EVERY == 0:
            return list(self.BAD)[k // self.EVERY % len(self.BAD)]
        return self.GOOD[k % len(self.GOOD)]

    def check_records(self, records, asked):
        super().check_records(records, asked)
        for r in records:
            said, want = r.get("error") or r["status"], self.BAD.get(self.path(r["line"] - 1), 200)
            if want != 200 and "error" in r and self.soak.net.losses:
                continue  # its last attempt may have found no network
            if said == "worker-died" and r["attempts"] >= 2 and self.deaths >= 2:
                self.soak.died += 1
                continue
            if said not in (want, "cancelled"):
                self.wrong(f"record of {r['url']}: {said} ({r.get('errormsg')}), not {want}, after {r.get('attempts')} attempts")

    def is_own(self, path):
        return path.rpartition("?")[2].rpartition("&")[2].isdigit()
