# SPDX-License-Identifier: MIT
"""--refresh: another run over a finished state asks what has changed since, under every engine, also when it is killed."""
import collections
import glob
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
import unittest

import rig

sys.path.insert(0, os.path.join(os.environ.get("srcdir", "."), "tests"))
import warc_reader  # noqa: E402

LONG = os.environ.get("TRAWL_LONG") == "1"
ENGINES = ("coro", "threads:4", "forks:2", "forks:2/coro:8", "callback", "green", "serial")
MONDAY, TUESDAY = "Mon, 16 Nov 2026 10:00:00 GMT", "Tue, 17 Nov 2026 10:00:00 GMT"


class Page:
    """What a path answers: with a validator it can be 304; `bare`: that does not repeat them."""

    def __init__(self, body="", etag=None, modified=None, status=200, headers=(), bare=False):
        self.body, self.etag, self.modified, self.status, self.headers, self.bare = body, etag, modified, status, headers, bare

    def is_known(self, head):
        tag, since = field(head, "If-None-Match"), field(head, "If-Modified-Since")
        if tag is not None:
            return self.etag is not None and self.etag.removeprefix("W/") in [t.strip().removeprefix("W/") for t in tag.split(",")]
        return since is not None and self.modified is not None and since == self.modified

    def answer(self, head):
        known = self.status == 200 and self.is_known(head)
        lines = list(self.headers)
        if not (known and self.bare):
            lines += [f"ETag: {self.etag}"] if self.etag else []
            lines += [f"Last-Modified: {self.modified}"] if self.modified else []
        body = b"" if known or self.status == 304 else self.body.encode()
        if not known and self.status != 304:
            lines += [f"Content-Length: {len(body)}"]
        text = "".join(f"{line}\r\n" for line in lines)
        return f"HTTP/1.1 {304 if known else self.status} X\r\n{text}\r\n".encode() + body


def field(head, name):
    found = re.search(rf"\r\n{name}: ([^\r]*)".encode(), head, re.I)
    return found[1].decode("latin-1") if found else None


class Site:
    """A server whose pages may be changed; notes who asked for what, and how. Beyond `most` answers it keeps who asks waiting."""

    def __init__(self, pages):
        self.pages, self.asked, self.lock = pages, [], threading.Condition()
        self.most = None
        self.origin = rig.RawOrigin(self._handle)
        self.base = f"http://127.0.0.1:{self.origin.port}"

    def _handle(self, connection, _):
        while head := rig.read_head(connection):
            path = head.split(b" ", 2)[1].decode()
            with self.lock:
                self.asked.append((path, field(head, "If-None-Match"), field(head, "If-Modified-Since"), head))
                while self.most == 0:
                    self.lock.wait()
                if self.most:
                    self.most -= 1
                    self.lock.notify_all()
            page = self.pages.get(path) or Page("none", status=404)
            connection.sendall(page.answer(head))

    def url(self, path):
        return self.base + path

    def let(self, most):
        with self.lock:
            self.most = most
            self.lock.notify_all()

    def wait_until_used_up(self):
        with self.lock:
            self.lock.wait_for(lambda: self.most == 0, 60)

    def forget(self):
        with self.lock:
            self.asked.clear()

    def conditions(self):
        """What was asked on which condition: path -> (tag, date), of the last time."""
        with self.lock:
            return {path: (tag, date) for path, tag, date, _ in self.asked}


class Kept:
    """A state of its own, in a directory of its own."""
    count = 0

    def __init__(self, *options, urls=None, command="fetch"):
        Kept.count += 1
        self.dir = rig.path(f"kept{Kept.count}")
        os.mkdir(self.dir)
        self.state, self.out = f"{self.dir}/state", f"{self.dir}/out"
        self.options = [*options, "--state", self.state, "--commit-interval", "30ms"]
        self.command = command
        if urls is not None:
            self.list = f"{self.dir}/list"
            self.write_list(urls)
            self.options += ["-i", self.list]

    def write_list(self, urls):
        with open(self.list, "w", encoding="utf-8") as f:
            f.write("".join(f"{u}\n" for u in urls))

    def start(self, *more, out=None):
        return subprocess.Popen([rig.TRAWL, self.command, *self.options, "-o", out or self.out, *more], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *more, out=None, stdin=b""):
        done = subprocess.run([rig.TRAWL, self.command, *self.options, "-o", out or self.out, *more], input=stdin,
                              capture_output=True, timeout=120, check=False)
        return rig.Run(done.returncode, done.stdout, done.stderr)

    def resume(self):
        done = subprocess.run([rig.TRAWL, "resume", "-q", self.state], stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                              check=False)
        return rig.Run(done.returncode, done.stdout, done.stderr)

    def records(self, out=None):
        with open(out or self.out, encoding="utf-8") as f:
            return [json.loads(line) for line in f]

    def status(self):
        done = subprocess.run([rig.TRAWL, "status", "--json", self.state], capture_output=True, timeout=60, check=True)
        return json.loads(done.stdout)

    def committed(self, out):
        """The records that the last commit has."""
        with open(out, "rb") as f:
            return [json.loads(line) for line in f.read(self.status()["outputs"]["records"]).splitlines()]

    def progress(self):
        """Which refresh it is, and how many records are committed of it."""
        done = subprocess.run([rig.TRAWL, "status", "--json", self.state], capture_output=True, timeout=60, check=False)
        status = json.loads(done.stdout) if done.returncode == 0 else {}
        return status.get("refresh", 0), status.get("records", 0)

    def kill_after(self, site, answers, *more, out=None):
        """Starts it, and kills it when the site has given so many answers and some of those are committed."""
        before = self.progress()
        site.let(answers)
        process = self.start(*more, out=out)
        site.wait_until_used_up()
        end = time.monotonic() + 60
        while time.monotonic() < end and (self.progress() <= before or self.progress()[1] == 0):
            time.sleep(0.01)
        assert process.poll() is None, process.communicate()
        process.kill()
        process.communicate()
        site.let(None)


def by_path(records):
    return {"/" + r["url"].split("/", 3)[3]: r for r in records}


def digest(body):
    return "sha256:" + hashlib.sha256(body.encode()).hexdigest()


class Case(unittest.TestCase):
    def check(self, run, status=0):
        self.assertEqual((run.status, run.err), (status, ""))
        return run


class Pages(Case):
    def test_what_has_not_changed_is_not_sent_again_whatever_the_engine(self):
        for engine in ENGINES:
            with self.subTest(engine=engine):
                site = Site({
                    "/strong": Page("strong", etag='"1"'),
                    "/weak": Page("weak", etag='W/"1"'),
                    "/dated": Page("dated", modified=MONDAY),
                    "/both": Page("both", etag='"b"', modified=MONDAY),
                    "/bare": Page("bare", etag='"x"', modified=MONDAY, bare=True),
                    "/changes": Page("before", etag='"before"', modified=MONDAY),
                    "/changes-date": Page("before", modified=MONDAY),
                    "/plain": Page("plain"),
                    "/plain-changes": Page("before"),
                    "/goes": Page("goes", etag='"g"'),
                })
                paths = list(site.pages)
                kept = Kept("-q", "--engine", engine, urls=[site.url(p) for p in paths])
                self.check(kept.run())
                self.assertEqual(set(site.conditions().values()), {(None, None)})
                first = by_path(kept.records())
                self.assertFalse(any("not_modified" in r for r in first.values()))
                site.pages["/changes"] = Page("after", etag='"after"', modified=TUESDAY)
                site.pages["/changes-date"] = Page("after", modified=TUESDAY)
                site.pages["/plain-changes"] = Page("after")
                del site.pages["/goes"]
                for number in 1, 2, 3:
                    site.forget()
                    out = f"{kept.dir}/out{number}"
                    self.check(kept.run("--refresh", out=out), 3)
                    records, asked = by_path(kept.records(out)), site.conditions()
                    self.assertEqual(sorted(records), sorted(paths))
                    self.assertEqual(asked["/strong"], ('"1"', None))
                    self.assertEqual(asked["/weak"], ('W/"1"', None))
                    self.assertEqual(asked["/dated"], (None, MONDAY))
                    self.assertEqual(asked["/both"], ('"b"', MONDAY))
                    self.assertEqual(asked["/bare"], ('"x"', MONDAY))
                    self.assertEqual(asked["/plain"], (None, None))
                    for path in "/strong", "/weak", "/dated", "/both", "/bare":
                        r = records[path]
                        self.assertEqual((r["status"], r.get("not_modified"), r["size_download"]), (304, True, 0), path)
                        self.assertEqual(r["digest"], digest(path[1:]))  # of the page, though it did not come
                    self.assertEqual((records["/plain"]["status"], records["/plain"].get("not_modified")), (200, True))
                    for path in "/changes", "/changes-date", "/plain-changes":
                        same = number > 1
                        dated = path != "/plain-changes"
                        self.assertEqual((records[path]["status"], records[path].get("not_modified")),
                                         (304 if same and dated else 200, True if same else None), path)
                        self.assertEqual(records[path]["digest"], digest("after"))
                    self.assertEqual((records["/goes"]["status"], records["/goes"].get("not_modified")), (404, None))
                    if number == 1:
                        self.assertEqual(asked["/changes"], ('"before"', MONDAY))
                    else:
                        self.assertEqual((asked["/changes"], asked["/goes"]), (('"after"', TUESDAY), (None, None)))
                    status = kept.status()
                    self.assertEqual((status["refresh"], status["not_modified"], status["records"], status["state"]),
                                     (number, 6 if number == 1 else 9, 10, "finished"))

    def test_what_is_no_answer_about_the_page_leaves_what_is_known(self):
        site = Site({"/a": Page("a", etag='"a"')})
        kept = Kept("-q", "--retry", "0", urls=[site.url("/a")])
        self.check(kept.run())
        for status in 503, 403, 429:
            site.pages["/a"] = Page("no", status=status)
            self.check(kept.run("--refresh"), 3)
        site.pages["/a"] = Page("a", etag='"a"')
        self.check(kept.run("--refresh"))
        self.assertEqual([(r["status"], r.get("not_modified")) for r in kept.records()],
                         [(200, None), (503, None), (403, None), (429, None), (304, True)])

    def test_a_header_of_the_user_goes_before_ours(self):
        site = Site({"/a": Page("a", etag='"a"', modified=MONDAY), "/part": Page("b", etag='"b"')})
        for line in 'If-None-Match: "mine"', f"If-Modified-Since: {TUESDAY}", "Range: bytes=0-1", "if-none-match:":
            with self.subTest(line=line):
                kept = Kept("-q", "-H", line, urls=[site.url("/a")])
                self.check(kept.run())
                site.forget()
                self.check(kept.run("--refresh"))
                name, value = line.split(":", 1)
                heads = [head for *_, head in site.asked]
                self.assertEqual(len(heads), 1)
                for other in "If-None-Match", "If-Modified-Since", "Range":
                    want = value.strip() or None if other.lower() == name.lower() else None
                    self.assertEqual(field(heads[0], other), want)
        self.assertEqual(kept.records()[1].get("not_modified"), True)  # the same by its digest

    def test_304_to_nobodys_question_is_just_that(self):
        site = Site({"/a": Page(status=304), "/b": Page("b", etag='"b"')})
        kept = Kept("-q", "-H", 'If-None-Match: "b"', urls=[site.url("/a"), site.url("/b")])
        self.check(kept.run())
        self.check(kept.run("--refresh"))
        self.assertEqual({(r["status"], r.get("not_modified")) for r in kept.records()}, {(304, None)})

    def test_validators_that_would_mean_something_else_are_not_used(self):
        site = Site({"/star": Page("a", etag="*"), "/stars": Page("a", etag='"a", *'), "/naked": Page("a", etag="naked")})
        kept = Kept("-q", urls=[site.url(p) for p in site.pages])
        self.check(kept.run())
        self.check(kept.run("--refresh"))
        self.assertEqual(site.conditions(), {"/star": (None, None), "/stars": (None, None), "/naked": ("naked", None)})

    def test_each_hop_is_asked_about_its_own_page(self):
        site = Site({"/from": Page(status=302, headers=("Location: /to", 'ETag: "hop"')), "/to": Page("to", etag='"to"')})
        kept = Kept("-q", urls=[site.url("/from")])
        self.check(kept.run())
        site.forget()
        self.check(kept.run("--refresh"))
        self.assertEqual(site.conditions(), {"/from": (None, None), "/to": ('"to"', None)})
        r = kept.records()[1]
        self.assertEqual((r["status"], r["not_modified"], len(r["redirects"])), (304, True, 1))
        site.pages["/from"] = Page("here now", etag='"from"')
        self.check(kept.run("--refresh"))
        site.pages["/from"] = Page(status=302, headers=("Location: /to",))
        self.check(kept.run("--refresh"))
        self.assertEqual([(r["status"], r.get("not_modified")) for r in kept.records()[2:]], [(200, None), (304, True)])

    def test_what_a_line_asks_for_itself_is_a_page_of_its_own(self):
        site = Site({"/a": Page("a", etag='"a"')})
        kept = Kept("-q", "--input-format", "jsonl")
        kept.list = f"{kept.dir}/list"
        with open(kept.list, "w", encoding="utf-8") as f:
            for ask in {}, {"headers": {"Accept-Language": "de"}}, {"method": "POST", "body": "x"}, {"method": "HEAD"}, {"meta": 1}:
                f.write(json.dumps({"url": site.url("/a"), **ask}) + "\n")
        kept.options += ["-i", kept.list]
        self.check(kept.run())
        site.forget()
        self.check(kept.run("--refresh"))
        got = {r["line"]: (r["status"], r.get("not_modified")) for r in kept.records()[5:]}
        self.assertEqual(got, {1: (304, True), 2: (304, True), 3: (200, True), 4: (304, True), 5: (304, True)})
        posts = [(tag, date) for _, tag, date, head in site.asked if head.startswith(b"POST")]
        self.assertEqual(posts, [(None, None)])


class Lists(Case):
    def setUp(self):
        self.site = Site({f"/{k}": Page(f"body {k}", etag=f'"{k}"') for k in range(20)})

    def urls(self, *numbers):
        return [self.site.url(f"/{k}") for k in numbers]

    def test_records_go_behind_those_of_the_run_before(self):
        kept = Kept("-q", urls=self.urls(*range(5)))
        self.check(kept.run())
        with open(kept.out, "rb") as f:
            before = f.read()
        self.check(kept.run("--refresh"))
        with open(kept.out, "rb") as f:
            after = f.read()
        self.assertTrue(after.startswith(before))
        self.assertEqual(len(kept.records()), 10)
        self.check(kept.run("--refresh", out=f"{kept.dir}/other"))
        self.assertEqual(len(kept.records(f"{kept.dir}/other")), 5)
        with open(kept.out, "rb") as f:
            self.assertEqual(f.read(), after)
        os.unlink(f"{kept.dir}/other")  # somebody has put it away
        self.check(kept.run("--refresh", out=f"{kept.dir}/other"))
        self.assertEqual(len(kept.records(f"{kept.dir}/other")), 5)
        with open(f"{kept.dir}/other", "r+b") as f:
            f.truncate(100)
        run = kept.run("--refresh", out=f"{kept.dir}/other")
        self.assertEqual(run.status, 2)
        self.assertIn("is shorter than", run.err)
        self.check(kept.run("--refresh", out=f"{kept.dir}/new"))

    def test_a_file_is_known_by_any_of_its_names(self):
        kept = Kept("-q", urls=self.urls(1, 2))
        self.check(kept.run())
        self.check(kept.run("--refresh", out=f"{kept.dir}/../{os.path.basename(kept.dir)}/./out"))
        self.assertEqual(len(kept.records()), 4)

    def test_a_list_that_is_not_there_changes_nothing(self):
        kept = Kept("-q", urls=self.urls(1, 2))
        self.check(kept.run())
        os.rename(kept.list, f"{kept.list}2")
        run = kept.run("--refresh")
        self.assertEqual(run.status, 2)
        self.assertIn("cannot be read", run.err)
        self.assertEqual(kept.status()["refresh"], 0)
        kept.options[-1] = f"{kept.list}2"
        self.check(kept.run("--refresh"))
        self.assertEqual(len(kept.records()), 4)

    def test_the_list_may_be_another(self):
        kept = Kept("-q", urls=self.urls(0, 1, 2))
        self.check(kept.run())
        kept.write_list(self.urls(2, 3, 1, 1))
        self.check(kept.run("--refresh"))
        got = sorted((r["line"], r["status"], r.get("not_modified")) for r in kept.records()[3:])
        self.assertEqual(got, [(1, 304, True), (2, 200, None), (3, 304, True), (4, 304, True)])

    def test_what_fails_is_listed_anew(self):
        failed = rig.path("failed")
        kept = Kept("-q", "--failed", failed, urls=self.urls(1) + [self.site.url("/none")])
        for more in [], ["--refresh"], ["--refresh"]:
            self.check(kept.run(*more), 3)
            with open(failed, encoding="utf-8") as f:
                self.assertEqual(f.read(), self.site.url("/none") + "\n")
        listed = subprocess.run([rig.TRAWL, "status", "--failed", kept.state], capture_output=True, check=True).stdout.decode()
        self.assertEqual(listed, self.site.url("/none") + "\n")

    def test_standard_input_is_a_list_as_well(self):
        kept = Kept("-q")
        for more in [], ["--refresh"]:
            self.check(kept.run("-i", "-", *more, stdin="".join(f"{u}\n" for u in self.urls(1, 2)).encode()))
        self.assertEqual(collections.Counter(r["status"] for r in kept.records()), {200: 2, 304: 2})
        self.check(kept.run("-i", "-", "--refresh", stdin="".join(f"{u}\n" for u in self.urls(2, 3, 4)).encode()))
        self.assertEqual(sorted(r["status"] for r in kept.records()[4:]), [200, 200, 304])

    def test_the_same_command_can_be_given_every_day(self):
        kept = Kept("--refresh", urls=self.urls(1, 2))
        first = kept.run()
        self.assertEqual((first.status, [r["status"] for r in kept.records()]), (0, [200, 200]))
        second = kept.run()
        self.assertEqual(second.status, 0)
        self.assertIn("0 fetched, 0 failed, 2 not modified", second.err)
        done = kept.resume()
        self.assertEqual((done.status, len(kept.records())), (0, 4))  # nothing was begun by that

    def test_as_many_as_may_be_are_enough(self):
        kept = Kept("-q", "--max-urls", "3", urls=self.urls(*range(9)))
        self.check(kept.run())
        self.check(kept.run())
        self.assertEqual(len(kept.records()), 3)
        self.check(kept.run("--refresh"))
        self.assertEqual([r["status"] for r in kept.records()], [200] * 3 + [304] * 3)

    def test_what_cannot_be_is_said(self):
        kept = Kept("-q", urls=self.urls(1))
        self.check(kept.run())
        for more, sentence in ((["-H", "X: y"], "another --header"), (["--skip-existing", "--save", f"{kept.dir}/d"], "leave one out")):
            run = kept.run("--refresh", *more)
            self.assertEqual(run.status, 2)
            self.assertIn(sentence, run.err)
        alone = rig.fetch("--refresh", self.site.url("/1"))
        self.assertEqual((alone.status, alone.err.count("\n")), (2, 1))
        self.assertIn("--state", alone.err)

    def test_a_run_that_is_not_finished_is_gone_on_with(self):
        site = Site({f"/{k}": Page("b", etag='"b"') for k in range(100)})
        kept = Kept("--per-host", "2", urls=[site.url(f"/{k}") for k in range(100)])
        kept.kill_after(site, 20)
        run = kept.run("--refresh")
        self.assertEqual(run.status, 0)
        self.assertIn("is not finished", run.err)
        self.assertEqual(sorted((r["line"], r["status"]) for r in kept.records()), [(k + 1, 200) for k in range(100)])
        run = kept.run("--refresh")
        self.assertEqual([r["status"] for r in kept.records()[100:]], [304] * 100)

    def test_saved_bodies_are_replaced_when_they_have_changed(self):
        pages = {"/same": Page("same", etag='"s"'), "/plain": Page("plain"), "/new": Page("before", etag='"1"')}
        for clobber in True, False:
            with self.subTest(clobber=clobber):
                site = Site(dict(pages))
                save = rig.path(f"saved-{clobber}")
                kept = Kept("-q", "--save", save, *(["--clobber"] if clobber else []), urls=[site.url(p) for p in pages])
                self.check(kept.run())
                home = glob.glob(f"{save}/*")[0]
                before = {p: os.stat(f"{home}{p}").st_ino for p in pages}
                site.pages["/new"] = Page("after", etag='"2"')
                self.check(kept.run("--refresh"))
                saved = {p: r.get("saved") for p, r in by_path(kept.records()[3:]).items()}
                self.assertEqual((saved["/same"], saved["/plain"]), (None, None))
                with open(saved["/new"], encoding="utf-8") as f:
                    self.assertEqual(f.read(), "after")
                self.assertEqual(saved["/new"] == f"{home}/new", clobber)
                self.assertEqual({p: os.stat(f"{home}{p}").st_ino for p in ("/same", "/plain")},
                                 {p: before[p] for p in ("/same", "/plain")})
                self.assertEqual(len(os.listdir(home)), 3 if clobber else 4)
                self.assertEqual([n for n in os.listdir(save) if n.startswith(".")], [])


class Killed(Case):
    def kill_and_go_on(self, kept, site, out, total, more=("--refresh",)):
        """Three kills; then all of it. Nothing that had been committed is asked for again."""
        done = []
        for _ in range(3):
            at = len(site.asked)
            kept.kill_after(site, total // 5 + random.randrange(total // 20), *more, out=out)
            asked = {site.url(p) for p, *_ in site.asked[at:]}
            self.assertEqual(asked & set(done), set())
            done = [r["url"] for r in kept.committed(out)]
            self.assertGreater(len(done), 0)
        at = len(site.asked)
        self.check(kept.resume())
        self.assertEqual({site.url(p) for p, *_ in site.asked[at:]} & set(done), set())

    def test_each_url_has_one_record_whatever_the_engine(self):
        n = 300 if LONG else 100
        for engine in ENGINES if LONG else ("coro", "forks:2/coro:8"):
            with self.subTest(engine=engine):
                site = Site({f"/{k}": Page(f"{k}", etag=f'"{k}"') if k % 2 else Page(f"{k}", modified=MONDAY) for k in range(n)})
                kept = Kept("-q", "--engine", engine, "-j", "8", urls=[site.url(f"/{k}") for k in range(n)])
                prefix = f"{kept.dir}/w"
                kept.options += ["--warc-file", prefix]
                self.check(kept.run())
                for k in range(0, n, 10):
                    site.pages[f"/{k}"] = Page(f"new {k}", etag='"new"')
                out = f"{kept.dir}/second"
                self.kill_and_go_on(kept, site, out, n)
                records = kept.records(out)
                self.assertEqual(sorted(r["line"] for r in records), list(range(1, n + 1)))
                self.assertEqual(sum(r.get("not_modified", False) for r in records), n * 9 // 10)
                self.assertEqual(kept.status()["not_modified"], n * 9 // 10)
                warc_reader.check(sorted(glob.glob(f"{prefix}*.warc.gz")), kept.records() + records)

    def test_a_crawl_is_gone_on_with(self):
        n = 200 if LONG else 80
        site = Site({f"/{k}": Page("".join(f"<a href=/{j}>" for j in (2 * k + 1, 2 * k + 2) if j < n), etag='"1"',
                                   headers=("Content-Type: text/html",)) for k in range(n)})
        kept = Kept("-q", "--host-delay", "0", "--robots", "ignore", site.url("/0"), command="crawl")
        self.check(kept.run())
        self.assertEqual(len(kept.records()), n)
        site.pages["/7"] = Page("<a href=/new><a href=/15>", etag='"2"', headers=("Content-Type: text/html",))
        site.pages["/new"] = Page("new")
        out = f"{kept.dir}/second"
        self.kill_and_go_on(kept, site, out, n)
        got = collections.Counter(r["url"] for r in kept.records(out))
        self.assertEqual(got, {u: 1 for u in [site.url(f"/{k}") for k in range(n)] + [site.url("/new")]})


class Archived(Case):
    def test_what_has_not_changed_is_a_revisit(self):
        long = "x" * 5000
        site = Site({"/same": Page("same", etag='"s"'), "/long": Page(long), "/long-tag": Page(long, etag='"l"'), "/new": Page("before", etag='"1"')})
        kept = Kept("-q", urls=[site.url(p) for p in site.pages])
        prefix = f"{kept.dir}/w"
        kept.options += ["--warc-file", prefix, "--warc-cdx"]
        self.check(kept.run())
        site.pages["/new"] = Page("after", etag='"2"')
        for _ in range(2):
            self.check(kept.run("--refresh"))
        files = sorted(glob.glob(f"{prefix}*.warc.gz"))
        records = warc_reader.check(files, kept.records())
        captures = collections.defaultdict(list)
        for r in records:
            if r.type in ("response", "revisit"):
                captures[r.url].append(r)
        for path, kinds in (("/same", "not-modified"), ("/long", "digest"), ("/long-tag", "not-modified")):
            first, *later = sorted(captures[site.url(path)], key=lambda r: r.get("WARC-Date"))
            self.assertEqual([first.type] + [r.type for r in later], ["response", "revisit", "revisit"], path)
            for r in later:
                self.assertTrue(r.get("WARC-Profile").endswith(kinds))
                self.assertEqual(r.get("WARC-Refers-To-Date"), first.get("WARC-Date"))
                self.assertEqual(r.get("WARC-Refers-To-Target-URI"), first.url)
                self.assertEqual(r.get("WARC-Payload-Digest"), first.get("WARC-Payload-Digest"))
        self.assertEqual(sorted(r.type for r in captures[site.url("/new")]), ["response", "response", "revisit"])
        for path, body in (("/same", "same"), ("/long", long), ("/new", "after")):
            got = subprocess.run([rig.TRAWL, "inspect", "warc", "--extract", site.url(path), *files], capture_output=True, check=True)
            self.assertEqual(got.stdout.decode(), body)
        with open(f"{prefix}.cdxj", encoding="utf-8") as f:
            self.assertEqual(len(f.read().splitlines()), 12)


def html(*targets, etag, text=""):
    return Page(text + "".join(f"<a href='{t}'>x</a>" for t in targets), etag=etag, headers=("Content-Type: text/html",))


class Crawled(Case):
    OPTIONS = ("-q", "--host-delay", "0", "--robots", "ignore", "--retry", "0")

    def test_all_that_is_known_is_asked_again_and_new_links_are_followed(self):
        for engine in "coro", "forks:2", "threads:2/coro:4":
            with self.subTest(engine=engine):
                site = Site({
                    "/": html("/a", "/b", etag='"0"'),
                    "/a": html("/a/1", "/gone", etag='"a"'),
                    "/a/1": html("/", etag='"a1"'),
                    "/b": html("/b/1", etag='"b"'),
                    "/b/1": html("/deep", etag='"b1"'),
                    "/gone": html(etag='"g"'),
                    "/deep": html("/deeper", etag='"d"'),
                    "/from": Page(status=301, headers=("Location: /to",)),
                    "/to": html(etag='"to"'),
                })
                kept = Kept(*self.OPTIONS, "--engine", engine, "-l", "3", site.url("/"), site.url("/from"), command="crawl")
                self.check(kept.run())
                first = by_path(kept.records())
                self.assertEqual(sorted(first), sorted(site.pages))
                site.pages["/b"] = html("/b/2", etag='"b2"')  # /b/1 is linked no more, /b/2 is new
                site.pages["/b/2"] = html("/b/3", "/a/1", etag='"x"')
                site.pages["/b/3"] = html("/b/4", etag='"y"')
                del site.pages["/gone"]
                for number in 1, 2:
                    site.forget()
                    out = f"{kept.dir}/out{number}"
                    self.check(kept.run("--refresh", out=out), 3)
                    records = kept.records(out)
                    got = by_path(records)
                    self.assertEqual(len(records), len(got))
                    self.assertEqual(sorted(got), sorted([*first, "/b/2", "/b/3"]))
                    self.assertEqual(collections.Counter(p for p, *_ in site.asked), {p: 1 for p in got})
                    for path in "/", "/a", "/a/1", "/b/1", "/deep", "/to":
                        self.assertEqual((got[path]["status"], got[path].get("not_modified")), (304, True), path)
                        self.assertEqual(got[path]["depth"], first[path]["depth"])
                    self.assertEqual((got["/gone"]["status"], got["/from"]["status"]), (404, 301))
                    self.assertEqual((got["/b"]["status"], got["/b/2"]["status"]), (200, 200) if number == 1 else (304, 304))
                    self.assertEqual((got["/b/2"]["depth"], got["/b/3"]["depth"]), (2, 3))

    def test_limits_do_not_push_out_what_is_known(self):
        site = Site({"/": html(*[f"/{k}" for k in range(30)], etag='"0"'), **{f"/{k}": html(etag=f'"{k}"') for k in range(30)}})
        for limit in ("--pages-per-host", "8"), ("--max-urls", "8"):
            with self.subTest(limit=limit):
                kept = Kept(*self.OPTIONS, *limit, site.url("/"), command="crawl")
                kept.run()
                first = sorted(r["url"] for r in kept.records())
                self.assertEqual(len(first), 8)
                out = f"{kept.dir}/second"
                kept.run("--refresh", out=out)
                self.assertEqual(sorted((r["url"], r["status"]) for r in kept.records(out)), [(u, 304) for u in first])

    def test_queries_are_counted_anew(self):
        site = Site({"/": html("/n?1", "/n?2", "/n?3", "/n?4", etag='"0"'), **{f"/n?{k}": html(etag=f'"{k}"') for k in range(10)}})
        kept = Kept(*self.OPTIONS, "--max-queries", "3", site.url("/"), command="crawl")
        self.check(kept.run())
        self.assertEqual(sorted(by_path(kept.records())), ["/", "/n?1", "/n?2", "/n?3"])
        site.pages["/"] = html("/n?5", "/n?6", "/n?7", "/n?8", etag='"1"')
        self.check(kept.run("--refresh", out=f"{kept.dir}/2"))
        self.assertEqual({p: r["status"] for p, r in by_path(kept.records(f"{kept.dir}/2")).items()},
                         {"/": 200, **{f"/n?{k}": 304 for k in (1, 2, 3)}, **{f"/n?{k}": 200 for k in (5, 6, 7)}})

    def test_a_page_for_which_no_more_room_is_left_is_found_when_there_is(self):
        """A sitemap that has changed, and one that has not."""
        site = Site({"/": html(etag='"0"'),
                     "/map.xml": Page("<urlset><url><loc>/x</loc></url></urlset>", etag='"1"', headers=("Content-Type: text/xml",)),
                     "/x": html(etag='"x"'), "/y": html(etag='"y"')})
        place = site.base
        site.pages["/map.xml"].body = f"<urlset><url><loc>{place}/x</loc></url></urlset>"
        kept = Kept(*self.OPTIONS, "--sitemap", site.url("/map.xml"), site.url("/"), command="crawl")
        self.check(kept.run())
        self.assertEqual(sorted(by_path(kept.records())), ["/", "/map.xml", "/x"])
        self.check(kept.run("--refresh", out=f"{kept.dir}/2"))
        self.assertEqual({p: r["status"] for p, r in by_path(kept.records(f"{kept.dir}/2")).items()}, {"/": 304, "/map.xml": 304, "/x": 304})
        site.pages["/map.xml"].body = f"<urlset><url><loc>{place}/y</loc></url></urlset>"
        site.pages["/map.xml"].etag = '"2"'
        self.check(kept.run("--refresh", out=f"{kept.dir}/3"))
        self.assertEqual({p: r["status"] for p, r in by_path(kept.records(f"{kept.dir}/3")).items()},
                         {"/": 304, "/map.xml": 200, "/x": 304, "/y": 200})


if __name__ == "__main__":
    rig.main()
