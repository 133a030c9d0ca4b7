# SPDX-License-Identifier: MIT
"""--state: a run that was ended, however it was, is gone on with; every URL has exactly one record."""
import glob
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

import rig

sys.path.insert(0, os.path.join(os.environ.get("srcdir", "."), "tests"))
import warc_reader  # noqa: E402

ENGINES = ("coro", "forks:4", "threads:4", "serial", "callback", "green")
LOG = rig.path("origin.log")
PORT = rig.serve("--log", LOG)


def url(path):
    return f"http://127.0.0.1:{PORT}/{path}"


def lines(path):
    with open(path, encoding="utf-8") as f:
        return f.read().splitlines()


def asked(word):
    """How many requests the origin has answered whose target has the word."""
    asked.markers += 1
    marker = f"bytes/1?marker={asked.markers}-{os.getpid()}"
    urllib.request.urlopen(url(marker)).read()
    while not any(marker in line for line in lines(LOG)):  # it stands behind all that came before
        time.sleep(0.01)
    return sum(word in line for line in lines(LOG))


asked.markers = 0


class Kept:
    """A run with a state of its own, in a directory of its own; each part of it is a process."""
    count = 0

    def __init__(self, *options, urls=None, stdin=None):
        Kept.count += 1
        self.dir = rig.path(f"kept{Kept.count}")
        os.mkdir(self.dir)
        self.state, self.out = f"{self.dir}/state", f"{self.dir}/out"
        self.stdin = stdin
        self.command = [rig.TRAWL, "fetch", "-q", "-o", self.out, "--state", self.state, "--commit-interval", "50ms", *options]
        if urls is not None:
            self.list = f"{self.dir}/list"
            self.write_list(urls)
            self.command += ["-i", self.list]

    def write_list(self, urls):
        with open(self.list, "w", encoding="utf-8") as f:
            f.write("".join(f"{u}\n" for u in urls))

    def start(self, command=None, **options):
        stdin = subprocess.PIPE if self.stdin is not None else subprocess.DEVNULL
        return subprocess.Popen(command or self.command, stdin=stdin, stderr=subprocess.PIPE, stdout=subprocess.PIPE, **options)

    def end(self, process, timeout=120):
        out, err = process.communicate(self.stdin, timeout=timeout)
        return rig.Run(process.returncode, out, err)

    def run(self, command=None, timeout=120):
        return self.end(self.start(command), timeout)

    def resume(self, *options, timeout=120):
        done = subprocess.run([rig.TRAWL, "resume", *options, self.state], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=timeout, check=False)
        return rig.Run(done.returncode, done.stdout, done.stderr)

    @property
    def records(self):
        return [json.loads(line) for line in lines(self.out)]

    def committed(self):
        """How many records the state knows of."""
        done = subprocess.run([rig.TRAWL, "status", "--json", self.state], capture_output=True, timeout=60, check=False)
        return json.loads(done.stdout).get("records", 0) if done.returncode == 0 else 0

    def kill(self, process, records, committed=False):
        """Kills it once it has written so many lines, and, with `committed`, the state knows of some; False: it ended before."""
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            if os.path.exists(self.out) and self.written() >= records and (not committed or self.committed() > 0):
                process.kill()
                process.communicate()
                return process.returncode == -signal.SIGKILL
            time.sleep(0.002)
        process.communicate()
        return False

    def kill_at(self, records, committed=False, **options):
        """A run that is killed once it has written so many lines. One that has ended before that was seen is done over."""
        for _ in range(20):
            if self.kill(self.start(**options), records, committed):
                return
            shutil.rmtree(self.state)
            os.remove(self.out)
        raise AssertionError("it always ends before it can be killed")

    def written(self):
        return rig.count_lines(self.out)


class Case(unittest.TestCase):
    def check_exactly_once(self, records, n, first=1):
        self.assertEqual(sorted(r["line"] for r in records), list(range(first, first + n)))


class Killed(Case):
    def test_every_url_has_one_record_whatever_the_engine(self):
        for k, engine in enumerate(ENGINES):
            with self.subTest(engine=engine):
                n, tag = 1500, f"k{k}"
                kept = Kept("--engine", engine, "-j", "16", "--per-host", "16", urls=[url(f"bytes/100?{tag}={i}") for i in range(n)])
                killed = 0
                for part in range(4):
                    killed += kept.kill(kept.start(), (part + 1) * n // 6 + random.randrange(100))
                done = kept.run()
                self.assertEqual((done.status, done.err), (0, ""))
                self.check_exactly_once(kept.records, n)
                self.assertGreater(killed, 0)

    def test_a_continuation_is_gone_on_with(self):
        """Redirects and further attempts that were under way are neither forgotten nor done anew."""
        urls = [url(f"redirect/3?r={i}") for i in range(60)] + [url(f"flaky/2/x{os.getpid()}-{i}") for i in range(20)]
        kept = Kept("-j", "4", "--per-host", "4", "--host-rate", "120/s", "--retry", "5", urls=urls)
        for part in range(3):
            kept.kill(kept.start(), 15 * (part + 1))
        done = kept.run()
        self.assertEqual(done.status, 0, done.err)
        self.check_exactly_once(kept.records, len(urls))
        for r in kept.records[:60]:
            if "redirect" in r["url"]:
                self.assertEqual(len(r["redirects"]), 3)

    def test_the_pace_outlives_the_process(self):
        """What came after the last commit is forgotten, but not that it may have been a moment ago."""
        kept = Kept("--host-delay", "1s", "--commit-interval", "1h", urls=[url(f"bytes/10?pace={i}") for i in range(4)])
        for n in (1, 2):
            process = kept.start()
            while asked("pace=") < n:
                time.sleep(0.01)
            process.kill()
            process.communicate()
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 4)
        spans = sorted((r["start"], r["end"]) for r in map(json.loads, lines(LOG)) if "pace=" in r.get("path", ""))
        self.assertGreaterEqual(min(b[0] - a[1] for a, b in zip(spans, spans[1:])), 0.998e6)

    def test_what_has_failed_goes_behind_what_was_not_tried(self):
        """Otherwise a host may come to be asked for nothing but its broken pages, and be given up for them."""
        kept = Kept("--host-delay", "30ms", "--retry", "1", urls=[url(f"status/503?behind={i}") for i in range(3)]
                    + [url(f"bytes/10?behind={i}") for i in range(3, 50)])
        process = kept.start()
        while asked("behind=") < 30:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        self.assertEqual(kept.run().status, 3)
        self.check_exactly_once(kept.records, 50)
        targets = [r["path"] for r in map(json.loads, lines(LOG)) if "behind=" in r.get("path", "")]
        first = {t: targets.index(t) for t in targets}
        again = [k for k, t in enumerate(targets) if k > first[t] and "503" in t]
        self.assertGreater(min(again), max(first.values()), targets)

    def test_resume_remembers_the_command(self):
        kept = Kept("--per-host", "4", "-j", "4", "-A", "remembered/1.0", "--host-rate", "400/s", urls=[url(f"headers?m={i}") for i in range(400)])
        kept.kill_at(100, cwd=kept.dir)
        done = kept.resume("-q")
        self.assertEqual((done.status, done.err), (0, ""))
        self.check_exactly_once(kept.records, 400)

    def test_relative_names_are_those_of_the_directory_it_was_begun_in(self):
        kept = Kept(urls=[url(f"bytes/10?rel={i}") for i in range(300)])
        kept.command = [rig.TRAWL, "fetch", "-q", "-i", "list", "-o", "out", "--state", "state", "-j", "2", "--commit-interval", "20ms"]
        kept.kill_at(50, cwd=kept.dir)
        self.assertEqual(kept.resume("-q").status, 0)
        self.check_exactly_once(kept.records, 300)

    def test_what_failed_is_listed_once(self):
        urls = [url(f"status/{404 if i % 3 else 200}?f={i}") for i in range(900)]
        kept = Kept("-j", "8", "--per-host", "8", urls=urls)
        failed = f"{kept.dir}/failed"
        kept.command += ["--failed", failed]
        for part in range(3):
            kept.kill(kept.start(), 200 * (part + 1))
        self.assertEqual(kept.run().status, 3)
        self.check_exactly_once(kept.records, 900)
        self.assertEqual(sorted(lines(failed)), sorted(u for u in urls if "/404" in u))


class Ended(Case):
    def test_an_interrupt_keeps_what_is_left(self):
        kept = Kept("-j", "4", "--per-host", "4", "--host-rate", "100/s", urls=[url(f"bytes/10?i={i}") for i in range(500)])
        failed = f"{kept.dir}/failed"
        kept.command += ["--failed", failed]
        process = kept.start()
        while not os.path.exists(kept.out) or kept.written() < 50:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        self.assertEqual(kept.end(process).status, 130)
        self.assertLess(kept.written(), 500)
        self.assertEqual(lines(failed), [])  # nothing has failed: what is left is kept
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 500)

    def test_a_second_interrupt_keeps_what_was_in_flight(self):
        for engine in "coro", "forks:2", "threads:2":
            with self.subTest(engine=engine):
                tag = engine.replace(":", "")
                kept = Kept("--engine", engine, "-j", "4", "--per-host", "4", urls=[url(f"delay/{30 if i < 40 else 20000}/bytes/10?{tag}={i}") for i in range(50)])
                process = kept.start()
                while not os.path.exists(kept.out) or kept.written() < 40:
                    time.sleep(0.01)
                process.send_signal(signal.SIGINT)
                time.sleep(0.2)
                process.send_signal(signal.SIGINT)
                self.assertEqual(kept.end(process).status, 130)
                self.assertEqual(len(kept.records), 40)
                process = kept.start()
                time.sleep(0.5)
                process.kill()
                process.communicate()
                self.assertEqual(len(kept.records), 40)

    def test_a_finished_state_says_so_and_does_nothing(self):
        kept = Kept(urls=[url("bytes/1?done"), url("status/404?done")])
        self.assertEqual(kept.run().status, 3)
        before = lines(kept.out)
        again = kept.run([w for w in kept.command if w != "-q"])
        self.assertEqual(again.status, 3)
        self.assertIn("is finished: 2 URLs, of which 1 failed", again.err)
        self.assertEqual(kept.resume("-q").status, 3)
        self.assertEqual(lines(kept.out), before)
        self.assertEqual(asked("?done"), 2)

    def test_a_limit_is_gone_on_behind(self):
        kept = Kept(urls=[url(f"bytes/1?limit={i}") for i in range(30)])
        self.assertEqual(kept.run(kept.command + ["--max-urls", "10"]).status, 0)
        self.check_exactly_once(kept.records, 10)
        self.assertEqual(kept.run(kept.command + ["--max-urls", "25"]).status, 0)
        self.check_exactly_once(kept.records, 25)
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 30)


class Lists(Case):
    def test_a_compressed_list_is_gone_on_with(self):
        kept = Kept("-j", "4", "--per-host", "4")
        name = f"{kept.dir}/list.gz"
        with gzip.open(name, "wt") as f:
            f.write("".join(url(f"bytes/10?z={i}") + "\n" for i in range(800)))
        kept.command += ["-i", name]
        for part in range(2):
            kept.kill(kept.start(), 200 * (part + 1))
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 800)

    def test_standard_input_is_kept(self):
        text = "".join(url(f"bytes/10?in={i}") + "\n" for i in range(800)).encode()
        kept = Kept("-j", "4", "--per-host", "4", stdin=text)
        process = kept.start()
        process.stdin.write(text)
        process.stdin.close()
        process.stdin = None
        kept.kill(process, 200)
        done = kept.resume("-q")
        self.assertEqual((done.status, done.err), (0, ""))
        self.check_exactly_once(kept.records, 800)

    def test_standard_input_may_be_given_again(self):
        text = "".join(url(f"bytes/10?again={i}") + "\n" for i in range(5000)).encode()
        kept = Kept("-j", "4", "--per-host", "4", stdin=text)
        process = kept.start()
        process.stdin.write(text[:20000].rsplit(b"\n", 1)[0] + b"\n")
        process.stdin.flush()
        kept.kill(process, 100)
        done = kept.run()
        self.assertEqual((done.status, done.err), (0, ""))
        self.check_exactly_once(kept.records, 5000)
        kept.stdin = text.replace(b"again=7\n", b"again=X\n")
        other = kept.run()
        self.assertEqual(other.status, 2)
        self.assertIn("is not the list that it was", other.err)

    def test_what_comes_through_a_named_pipe_is_kept_as_well(self):
        kept = Kept("--host-rate", "800/s")
        pipe = f"{kept.dir}/pipe"
        os.mkfifo(pipe)
        kept.command += ["-i", pipe]
        process = kept.start()
        with open(pipe, "w", encoding="utf-8") as f:
            f.write("".join(url(f"bytes/10?pipe={i}") + "\n" for i in range(500)))
        kept.kill(process, 200)
        os.unlink(pipe)
        done = kept.resume("-q")
        self.assertEqual((done.status, done.err), (0, ""))
        self.check_exactly_once(kept.records, 500)

    def test_another_list_is_refused_and_a_longer_one_is_not(self):
        urls = [url(f"bytes/10?l={i}") for i in range(300)]
        kept = Kept("--host-rate", "200/s", urls=urls)
        kept.kill_at(100, committed=True)
        kept.write_list([url("bytes/10?other")] + urls[1:])
        other = kept.run()
        self.assertEqual(other.status, 2)
        self.assertIn("is not the list that it was", other.err)
        self.assertEqual(other.err.count("\n"), 1)
        kept.write_list(urls + [url("bytes/10?one-more")])
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 301)
        kept.write_list(urls + [url("bytes/10?one-more"), url("bytes/10?and-another")])
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 302)


class Refused(Case):
    def check_refused(self, kept, command, *words, status=2):
        done = kept.run(command)
        self.assertEqual(done.status, status, done.err)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        for word in words:
            self.assertIn(word, done.err)

    def test_options_that_matter_may_not_change(self):
        kept = Kept("-X", "POST", "--host-rate", "500/s", urls=[url(f"bytes/10?o={i}") for i in range(200)])
        kept.kill_at(60)
        method = kept.command.index("POST")
        self.check_refused(kept, kept.command[:method] + ["PUT"] + kept.command[method + 1:], "--request", "trawl resume")
        self.check_refused(kept, kept.command + ["-H", "X: y"], "--header", kept.state)
        self.check_refused(kept, kept.command + [url("bytes/1")], "other URLs")
        self.assertEqual(kept.run(kept.command + ["-j", "9", "--retry", "7", "--per-host", "9"]).status, 0)
        self.check_exactly_once(kept.records, 200)

    def test_an_interval_without_a_state_is_a_mistake(self):
        kept = Kept()
        self.check_refused(kept, [rig.TRAWL, "fetch", "--commit-interval", "2s", url("bytes/1")], "--commit-interval", "--state")

    def test_records_must_go_to_a_file(self):
        for output in [], ["-o", "-"], ["-o", "/dev/null"]:
            kept = Kept()
            command = [rig.TRAWL, "fetch", "--state", kept.state, *output, url("bytes/1")]
            self.check_refused(kept, command, "file")

    def test_an_output_that_was_shortened_is_noticed(self):
        kept = Kept("--host-rate", "200/s", urls=[url(f"bytes/10?short={i}") for i in range(400)])
        kept.kill_at(60, committed=True)
        os.truncate(kept.out, 100)
        self.check_refused(kept, None, "is shorter than it was")
        os.unlink(kept.out)
        self.check_refused(kept, None, "is shorter than it was")

    def test_a_second_owner_is_told_who_has_it(self):
        kept = Kept("--host-rate", "5/s", urls=[url(f"bytes/10?own={i}") for i in range(1000)])
        process = kept.start()
        while not os.path.exists(kept.out) or kept.written() < 3:
            time.sleep(0.01)
        self.check_refused(kept, None, f"process {process.pid} since 20", "trawl fetch -q")
        done = kept.resume()
        self.assertEqual(done.status, 2)
        self.assertIn(f"process {process.pid}", done.err)
        process.kill()
        process.communicate()

    def test_nothing_can_be_resumed_where_nothing_was_begun(self):
        kept = Kept()
        self.check_refused(kept, [rig.TRAWL, "resume", kept.state], "holds no state")
        self.check_refused(kept, [rig.TRAWL, "resume", kept.dir], "holds no state")
        self.check_refused(kept, [rig.TRAWL, "resume"], "resume what")

    def test_damage_is_refused(self):
        kept = Kept("--host-rate", "200/s", urls=[url(f"bytes/10?damage={i}") for i in range(400)])
        kept.kill_at(100, committed=True)
        data = f"{kept.state}/data.mdb"
        with open(data, "r+b") as f:
            content = bytearray(f.read())
            for at in range(8192, len(content), 512):
                content[at:at + 16] = os.urandom(16)
            f.seek(0)
            f.write(content)
        before = lines(kept.out)
        done = kept.run()
        self.assertIn(done.status, (1, 2), done.err)
        self.assertEqual(done.err.count("\n"), 1, done.err)
        self.assertIn("damaged", done.err)
        self.assertEqual(lines(kept.out), before)


def answer_target(connection, _):
    """Answers with the target of each request, one connection at a time."""
    while True:
        head = rig.read_head(connection)
        if not head:
            return
        target = head.split(b" ")[1]
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(target), target))


def files(top):
    """Relative path -> content, of what is below."""
    found = {}
    for here, _, names in os.walk(top):
        for name in names:
            with open(os.path.join(here, name), "rb") as f:
                found[os.path.relpath(os.path.join(here, name), top)] = f.read()
    return found


class Saved(Case):
    def check_bodies(self, kept, saved):
        """Each record names a file of its own that holds the body, and there is no other."""
        bodies = files(saved)
        named = [os.path.relpath(r["saved"], saved) for r in kept.records]
        self.assertEqual(sorted(named), sorted(bodies))
        for r, name in zip(kept.records, named):
            self.assertEqual(bodies[name].decode(), "/" + r["url"].split("/", 3)[3])

    def test_bodies_have_the_names_that_their_records_say_and_nothing_is_left_over(self):
        for engine in "coro", "forks:3", "threads:3":
            with self.subTest(engine=engine):
                origin = rig.RawOrigin(answer_target)
                base = f"http://127.0.0.1:{origin.port}"
                # The same twice, and a name that is a file here and a directory there.
                urls = [f"{base}/{i // 2}" for i in range(200)] + [f"{base}/{i}/{i}" for i in range(100)]
                random.shuffle(urls)
                kept = Kept("--engine", engine, "-j", "8", "--per-host", "8", "--host-rate", "600/s", urls=urls)
                saved = f"{kept.dir}/bodies"
                kept.command += ["--save", saved]
                for part in range(3):
                    kept.kill(kept.start(), 60 * (part + 1) + random.randrange(30))
                    for name, body in files(saved).items():  # a name is there only with its body
                        self.assertTrue(body or name.startswith(".trawl-left-"), name)
                done = kept.run()
                self.assertEqual((done.status, done.err), (0, ""))
                self.check_exactly_once(kept.records, len(urls))
                self.check_bodies(kept, saved)

    def test_files_of_earlier_parts_of_a_run_are_not_replaced(self):
        origin = rig.RawOrigin(answer_target)
        urls = [f"http://127.0.0.1:{origin.port}/{i % 20}" for i in range(200)]
        kept = Kept("-j", "2", "--host-rate", "400/s", "--clobber", urls=urls)
        saved = f"{kept.dir}/bodies"
        kept.command += ["--save", saved]
        kept.kill(kept.start(), 80)
        self.assertEqual(kept.run().status, 0)
        self.check_exactly_once(kept.records, 200)
        self.check_bodies(kept, saved)


class Archived(Case):
    def test_archives_hold_what_the_records_point_to_and_nothing_else(self):
        for engine in "coro", "forks:3", "threads:3", "forks:2/coro:4":
            with self.subTest(engine=engine):
                tag = engine.replace("/", "-")
                urls = [url(f"{'redirect/1' if i % 5 == 0 else 'bytes/300'}?w={tag}-{i}") for i in range(400)]
                kept = Kept("--engine", engine, "-j", "8", "--per-host", "8", "--host-rate", "900/s", urls=urls)
                prefix = f"{kept.dir}/a/crawl"
                kept.command += ["--warc-file", prefix, "--warc-cdx", "--warc-max-size", "20000"]
                for part in range(3):
                    kept.kill(kept.start(), 80 * (part + 1) + random.randrange(30))
                done = kept.run()
                self.assertEqual((done.status, done.err), (0, ""))
                self.check_exactly_once(kept.records, len(urls))
                self.assertEqual(glob.glob(f"{kept.dir}/a/*.open"), [])
                warc_reader.check(sorted(glob.glob(f"{prefix}*.warc.gz")), kept.records)
                captures = sum(len(r["warc"]) for r in kept.records)
                self.assertEqual(len(set(lines(f"{prefix}.cdxj"))), captures)
                self.assertEqual(len(lines(f"{prefix}.cdxj")), captures)


class Orphans(Case):
    def test_a_run_that_goes_on_waits_for_workers_of_the_last_one(self):
        """The lock is theirs as well: a worker that is stopped keeps it until it is gone."""
        kept = Kept("--engine", "forks:2", "-j", "2", urls=[url(f"delay/20/bytes/10?orphan={i}") for i in range(100)])
        process = kept.start()
        while not os.path.exists(kept.out) or kept.written() < 10:
            time.sleep(0.01)
        family = rig.children_of(process.pid)
        self.assertGreaterEqual(len(family), 3)
        for pid in family:
            os.kill(pid, signal.SIGSTOP)  # nobody can clean up: SIGKILL alone still ends them
        process.kill()
        process.wait()  # its standard error is theirs as well
        waiting = kept.start()
        time.sleep(1.5)
        self.assertIsNone(waiting.poll())
        for pid in family:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass
        self.assertEqual(kept.end(waiting).status, 0)
        self.check_exactly_once(kept.records, 100)


class Full(Case):
    def test_a_full_disk_stops_the_run_and_spoils_nothing(self):
        kept = Kept(urls=[url(f"bytes/10?full={i}") for i in range(20000)])
        small = f"{kept.dir}/small"
        os.mkdir(small)
        if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", small], check=False,
                                              capture_output=True).returncode != 0:
            self.skipTest("no small file system can be mounted here")
        try:
            for what in "output", "state":
                with self.subTest(full=what):
                    out = f"{small}/out" if what == "output" else f"{kept.dir}/out-{what}"
                    state = f"{small}/state" if what == "state" else f"{kept.dir}/state-{what}"
                    command = [rig.TRAWL, "fetch", "-q", "-i", kept.list, "-o", out, "--state", state, "--commit-interval", "20ms"]
                    first = kept.run(command)
                    self.assertEqual(first.status, 1, first.err)
                    self.assertIn("No space left on device", first.err)
                    self.assertEqual(first.err.count("\n"), 1, first.err)
                    subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
                    self.assertEqual(kept.run(command).status, 0)
                    self.check_exactly_once([json.loads(line) for line in lines(out)], 20000)
                    shutil.rmtree(state)
                    os.unlink(out)
                    subprocess.run(["mount", "-o", "remount,size=2m", small], check=True)
        finally:
            subprocess.run(["umount", small], check=False)


if __name__ == "__main__":
    rig.main()
