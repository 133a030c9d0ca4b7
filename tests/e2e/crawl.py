# SPDX-License-Identifier: MIT
"""trawl crawl: every page in scope once and none outside it, what records say, scopes, traps, limits, redirects, cookies,
and addresses that no page may lead to; under every engine."""
import collections
import json
import os
import re
import signal
import subprocess
import threading
import time
import unittest
import zlib

import rig

ENGINES = ("coro", "threads:4", "forks:2", "callback", "green", "serial", "coro:8,forks:2")
POLITE = ("--contact", "test@example.org", "--host-delay", "0", "--retry", "0", "-q")


def crawl(*options, seeds=(), stdin=b"", timeout=60):
    done = subprocess.run([rig.TRAWL, "crawl", *POLITE, *options, *seeds], input=stdin, capture_output=True, timeout=timeout,
                          check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


class Site:
    """A server with `pages`: path -> HTML, or (status, headers, body). Everything else is 404. Notes who asked for what."""

    def __init__(self, pages, address="127.0.0.1"):
        self.pages, self.asked, self.cookies, self.lock = pages, [], {}, threading.Lock()
        self.origin = rig.RawOrigin(self._handle, address)
        self.port = self.origin.port
        self.place = f"{address}:{self.port}"
        self.base = f"http://{self.place}"

    def _handle(self, connection, _):
        while head := rig.read_head(connection):
            path = head.split(b" ", 2)[1].decode()
            cookie = re.search(rb"(?i)\r\ncookie: ([^\r]*)", head)
            authorization = re.search(rb"(?i)\r\nauthorization: ([^\r]*)", head)
            with self.lock:
                self.asked.append(path)
                self.cookies[path] = cookie[1].decode() if cookie else None
                self.cookies["auth " + path] = authorization[1].decode() if authorization else None
            page = self.pages.get(path, (404, [], ""))
            if callable(page):
                page = page(path)
            status, headers, body = page if isinstance(page, tuple) else (200, ["Content-Type: text/html"], page)
            body = body if isinstance(body, bytes) else body.encode()
            lines = "".join(f"{h}\r\n" for h in headers)
            connection.sendall(f"HTTP/1.1 {status} X\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def links(*targets):
    return "".join(f"<a href='{t}'>x</a>" for t in targets)


def paths(run, site):
    """The paths of the site's own pages that have a record, each with how often."""
    found = {}
    for r in run.records:
        if r["url"].startswith(site.base + "/"):
            path = r["url"][len(site.base):]
            found[path] = found.get(path, 0) + 1
    return found


def once(*names):
    return {name: 1 for name in names}


def reasons(path):
    with open(path, encoding="utf-8") as lines:
        return {(one["url"], one["reason"]) for one in map(json.loads, lines)}


def lines_of_json(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.endswith("\n")]


def lines_of(path):
    with open(path, encoding="utf-8") as lines:
        return set(lines.read().split())


class Web(unittest.TestCase):
    """The synthetic web: 20 hosts of 50 pages."""

    @classmethod
    def setUpClass(cls):
        cls.dns = rig.free_port()
        cls.port = rig.serve("--web", "20,50", "--dns", str(cls.dns))
        listed = rig.fetch("--save", rig.path("list"), f"http://127.0.0.1:{cls.port}/web/urls")
        with open(os.path.join(rig.path("list"), listed.records[0]["saved"]), encoding="utf-8") as lines:
            cls.all = set(lines.read().split())
        assert len(cls.all) == 1000

    def run_web(self, *options, host=0, **more):
        return crawl("--dns-servers", f"127.0.0.1:{self.dns}", "--allow-private", "--per-host", "8", *options,
                     seeds=[f"http://h{host}.web.test:{self.port}/"], **more)

    def pages(self, run):
        urls = [r["url"] for r in run.records]
        self.assertEqual(len(urls), len(set(urls)), "each URL has one record")
        return {u for u in urls if not u.endswith("/sitemap.xml")}

    def test_every_page_once_under_every_engine(self):
        for engine in ENGINES:
            with self.subTest(engine):
                run = self.run_web("--scope", "any", "--engine", engine)
                self.assertEqual(self.pages(run), self.all)
                errors = {r["error"] for r in run.records if "error" in r}
                self.assertLessEqual(errors, {"robots"})
                self.assertEqual(run.status, 3)

    def test_one_host_is_the_default_scope(self):
        log = rig.path("one-host.jsonl")
        run = self.run_web("--rejected-log", log, host=3)
        own = {u for u in self.all if u.startswith(f"http://h3.web.test:{self.port}/")}
        self.assertEqual(self.pages(run), own)
        outside = reasons(log)
        self.assertTrue(outside)
        for url, reason in outside:
            self.assertEqual(reason, "scope")
            self.assertNotIn("//h3.web.test", url)

    def test_a_domain_and_listed_hosts(self):
        self.assertEqual(self.pages(self.run_web("--scope", "domain", host=7)), self.all)
        run = self.run_web("--hosts", "h1.web.test", "--hosts", "H2.web.test")
        own = {u for u in self.all if re.match(r"http://h[012]\.web\.test:", u)}
        self.assertEqual(self.pages(run), own)
        self.assertEqual(self.pages(self.run_web("--hosts", ".web.test")), self.all)

    def test_depth_grows_by_one_from_page_to_page(self):
        run = self.run_web("--robots", "ignore")
        by_url = {r["url"]: r for r in run.records}
        for r in run.records:
            if "via" not in r:
                self.assertEqual(r["depth"], 0)
                continue
            # What a redirect leads to is as deep as where it started.
            step = 0 if by_url[r["via"]]["status"] == 301 else 1
            self.assertEqual(r["depth"], by_url[r["via"]]["depth"] + step, r)

    def test_a_broken_web_costs_only_what_is_broken(self):
        """Each fault slows its host down, by turns to some seconds between two pages: it takes a minute on a quiet machine."""
        dns = rig.free_port()
        port = rig.serve("--web", "10,40", "--dns", str(dns), "--web-errors", "10", "--web-delay", "5ms")
        run = crawl("--dns-servers", f"127.0.0.1:{dns}", "--allow-private", "--per-host", "8", "--scope", "any",
                    "--max-time", "20s", "--host-give-up", "1s", seeds=[f"http://h0.web.test:{port}/"], timeout=240)
        urls = [r["url"] for r in run.records]
        self.assertEqual(len(urls), len(set(urls)))
        self.assertGreater(sum(r["status"] == 200 for r in run.records), 200)

    def test_a_worker_that_dies_loses_no_link(self):
        out = rig.path("dying.jsonl")
        process = rig.start([rig.TRAWL, "crawl", *POLITE, "--dns-servers", f"127.0.0.1:{self.dns}", "--allow-private",
                             "--scope", "any", "--per-host", "8", "--engine", "forks:3", "--rate", "300/s", "-o", out,
                             f"http://h0.web.test:{self.port}/"], stderr=subprocess.DEVNULL)
        killed = set()
        while process.poll() is None and len(killed) < 3:
            workers = [p for p in rig.children_of(process.pid) if p not in killed and rig.children_of(p) == []]
            if len(workers) >= 3 and os.path.exists(out) and os.path.getsize(out) > 20000 * (len(killed) + 1):
                os.kill(workers[0], signal.SIGKILL)
                killed.add(workers[0])
            time.sleep(0.02)
        process.wait(60)
        self.assertEqual(len(killed), 3)
        with open(out, encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
        self.assertEqual({r["url"] for r in records if not r["url"].endswith("/sitemap.xml")}, self.all)
        self.assertEqual(len(records), len({r["url"] for r in records}))

    def test_limits_are_exact(self):
        failed = rig.path("limited.txt")
        run = self.run_web("--scope", "any", "--max-urls", "123", "--failed", failed, "--no-follow-sitemaps")
        self.assertEqual(len(run.records), 123)
        left = lines_of(failed)
        ended = {r["url"] for r in run.records if "error" not in r}
        self.assertTrue(left)
        self.assertFalse(left & ended)
        log = rig.path("per-host.jsonl")
        run = self.run_web("--scope", "any", "--pages-per-host", "7", "--no-follow-sitemaps", "--rejected-log", log)
        hosts = {}
        for r in run.records:
            hosts[r["url"].split("/")[2]] = hosts.get(r["url"].split("/")[2], 0) + 1
        self.assertEqual(set(hosts.values()), {7})
        self.assertIn("pages-per-host", {reason for _, reason in reasons(log)})

    def test_the_summary_counts_what_is_listed(self):
        for options in (["--max-bytes", "100K"], ["--max-urls", "50"]):
            failed = rig.path("counted.txt")
            run = subprocess.run([rig.TRAWL, "crawl", "--contact", "a@b.c", "--host-delay", "0", "--dns-servers", f"127.0.0.1:{self.dns}",
                                  "--allow-private", "--scope", "any", "--robots", "ignore", "--failed", failed, *options,
                                  f"http://h0.web.test:{self.port}/"], capture_output=True, timeout=60, check=False)
            left = re.search(rb"([\d,]+) taken but not done", run.stderr)
            bad = sum(json.loads(line).get("status", 0) >= 400 or "error" in json.loads(line) for line in run.stdout.splitlines())
            self.assertEqual(int(left[1].replace(b",", b"")) + bad, len(lines_of(failed)), options)

    def test_an_interrupted_crawl_lists_what_it_has_not_come_to(self):
        failed = rig.path("interrupted.txt")
        run = self.run_web("--max-run-time", "1s", "--host-delay", "100ms", "--failed", failed, "--no-follow-sitemaps")
        done = self.pages(run)
        left = lines_of(failed) - {r["url"] for r in run.records if "error" in r}
        self.assertTrue(left)
        self.assertFalse(left & done)
        self.assertLessEqual(left, self.all)


class Scope(unittest.TestCase):
    def test_a_prefix_keeps_below_the_seed(self):
        site = Site({"/docs/": links("a", "b/c", "/docs", "/other", "../up"), "/docs/a": "", "/docs/b/c": links("/docs/d"),
                     "/docs/d": "", "/docs": "", "/other": "", "/up": ""})
        run = crawl("--scope", "prefix", seeds=[site.base + "/docs/"])
        self.assertEqual(paths(run, site), once("/docs/", "/docs/a", "/docs/b/c", "/docs/d"))
        self.assertEqual(run.status, 0)

    def test_expressions_and_levels(self):
        site = Site({"/": links("/1.html", "/2.png", "/secret.html"), "/1.html": links("/deep.html"),
                     "/deep.html": links("/deeper.html"), "/deeper.html": ""})
        log = rig.path("expressions.jsonl")
        run = crawl("--accept-regex", r"\.html$", "--reject-regex", "secret", "--level", "2", "--rejected-log", log,
                    seeds=[site.base])
        self.assertEqual(paths(run, site), once("/", "/1.html", "/deep.html"))
        self.assertEqual(reasons(log), {(site.base + "/2.png", "accept-regex"), (site.base + "/secret.html", "reject-regex"),
                                        (site.base + "/deeper.html", "level")})
        wrong = crawl("--reject-regex", "a(b", seeds=[site.base])
        self.assertEqual(wrong.status, 2)
        self.assertIn("is no regular expression: missing closing parenthesis", wrong.err)

    def test_a_link_too_deep_is_followed_from_nearer(self):
        site = Site({"/": links("/1", "/near"), "/1": links("/2"), "/2": links("/x"), "/near": links("/x2"), "/x2": "",
                     "/x": ""})
        self.assertEqual(paths(crawl("--level", "2", seeds=[site.base]), site), once("/", "/1", "/near", "/2", "/x2"))

    def test_types_that_are_not_wanted_are_not_received(self):
        site = Site({"/": links("/a", "/b", "/c"), "/a": (200, ["Content-Type: image/png"], b"x" * 2000000),
                     "/b": (200, ["Content-Type: text/plain; charset=utf-8"], "b"), "/c": (200, [], "c")})
        log = rig.path("types.jsonl")
        run = crawl("--accept-types", "text/*", "--rejected-log", log, seeds=[site.base])
        by_path = {r["url"][len(site.base):]: r for r in run.records}
        self.assertEqual(set(by_path), {"/", "/a", "/b", "/c"})
        self.assertTrue(by_path["/a"]["truncated"])
        self.assertLess(by_path["/a"]["size_download"], 2000000)
        self.assertNotIn("truncated", by_path["/b"])
        self.assertEqual(run.status, 0)
        self.assertEqual(reasons(log), {(site.base + "/a", "content-type")})

    def test_tags(self):
        html = ("<link rel=stylesheet href=/s.css><link rel=next href=/n><img src=/i.png srcset='/j.png 2x'><script src=/c.js>"
                "</script><form action=/f></form><a href=/a>")
        site = Site({"/": html, **{p: "" for p in ("/s.css", "/n", "/i.png", "/j.png", "/c.js", "/f", "/a")}})
        self.assertEqual(paths(crawl(seeds=[site.base]), site), once("/", "/n", "/a"))
        self.assertEqual(paths(crawl("--follow-tags", "all", seeds=[site.base]), site),
                         once("/", "/n", "/a", "/s.css", "/i.png", "/j.png", "/c.js"))
        self.assertEqual(paths(crawl("--follow-tags", "img,form", seeds=[site.base]), site), once("/", "/i.png", "/j.png", "/f"))
        self.assertEqual(crawl("--follow-tags", "blink", seeds=[site.base]).status, 2)

    def test_nofollow(self):
        site = Site({"/": "<a rel=nofollow href=/1><a href=/2><a href=/3>", "/1": "",
                     "/2": "<meta name=robots content=nofollow><a href=/4>", "/3": (200, ["Content-Type: text/html",
                     "X-Robots-Tag: noindex, nofollow"], links("/5")), "/4": "", "/5": ""})
        log = rig.path("nofollow.jsonl")
        run = crawl("--rejected-log", log, seeds=[site.base])
        self.assertEqual(paths(run, site), once("/", "/2", "/3"))
        self.assertEqual(reasons(log), {(f"{site.base}/{n}", "nofollow") for n in (1, 4, 5)})
        by_path = {r["url"][len(site.base):]: r for r in run.records}
        self.assertTrue(by_path["/3"]["noindex"])
        self.assertNotIn("noindex", by_path["/2"])
        run = crawl("--nofollow", "ignore", seeds=[site.base])
        self.assertEqual(paths(run, site), once("/", "/1", "/2", "/3", "/4", "/5"))

    def test_traps_have_an_end(self):
        class Endless(dict):
            def get(self, path, default=None):
                kind, _, query = path.partition("?")
                if kind == "/calendar":
                    day = int(query.partition("=")[2] or 0)
                    return links(*(f"/calendar?day={n}" for n in range(day + 1, day + 20)))
                # Relative where it should not be; a segment more with each page.
                grows = {"/same/": "same/", "/deep/": f"{len(path)}/"}
                return links(next(grows[k] for k in grows if path.startswith(k))) if path != "/robots.txt" else default

        site = Site(Endless())
        log = rig.path("traps.jsonl")
        for seed, reason, pages in (("/same/", "repeated-segments", 3), ("/deep/", "path-depth", 20)):
            run = crawl("--rejected-log", log, seeds=[site.base + seed])
            self.assertEqual(({why for _, why in reasons(log)}, len(run.records)), ({reason}, pages))
        site.pages = {"/long/": links("/" + "x" * 2040), "/" + "x" * 2040: ""}
        crawl("--rejected-log", log, seeds=[site.base + "/long/"])
        self.assertEqual({why for _, why in reasons(log)}, {"url-length"})
        site.pages = Endless()
        run = crawl("--max-queries", "50", "--rejected-log", log, seeds=[site.base + "/calendar"])
        self.assertEqual(len(run.records), 51)
        self.assertEqual({why for _, why in reasons(log)}, {"queries"})


class Many(unittest.TestCase):
    def test_a_page_of_tens_of_thousands_of_links_comes_whole_under_every_engine(self):
        """What is found is longer than any queue between processes takes at once."""
        wanted = {f"http://other.example/{'x' * 80}{n}" for n in range(30000)}
        site = Site({"/": links(*wanted, "/a"), "/a": ""})
        log = rig.path("many.jsonl")
        for engine in ENGINES:
            with self.subTest(engine):
                run = crawl("--engine", engine, "--rejected-log", log, seeds=[site.base])
                self.assertEqual(paths(run, site), once("/", "/a"))
                self.assertEqual({url for url, _ in reasons(log)}, wanted)

    def test_a_page_of_too_many_is_cut_and_that_is_said(self):
        site = Site({"/": links(*(f"http://o.example/{n}" for n in range(50001)))})
        log = rig.path("cut.jsonl")
        run = subprocess.run([rig.TRAWL, "crawl", "--contact", "a@b", "--rejected-log", log, site.base], capture_output=True,
                             timeout=60, check=False)
        self.assertIn(b"has more links than are taken of one page", run.stderr)
        self.assertEqual(len(reasons(log)), 50000)


class Identity(unittest.TestCase):
    def test_one_url_in_many_forms_is_fetched_once(self):
        site = Site({"/": links("/~a", "/%7Ea", "/%7ea#x", "/b/../~a", "//" + "PLACE" + "/~a"), "/~a": ""})
        site.pages["/"] = site.pages["/"].replace("PLACE", site.place)
        run = crawl(seeds=[site.base, site.base + "/", site.base + "/#top"])
        self.assertEqual(paths(run, site), once("/", "/~a"))
        self.assertEqual(sorted(site.asked), ["/", "/robots.txt", "/~a"])

    def test_a_redirect_closes_its_record_and_its_target_is_a_link(self):
        site = Site({"/": links("/old", "/new", "/loop"), "/old": (301, ["Location: /new#x"], ""), "/new": "",
                     "/loop": (302, ["Location: /loop2"], ""), "/loop2": (302, ["Location: /loop"], "")})
        run = crawl(seeds=[site.base])
        by_path = {r["url"][len(site.base):]: r for r in run.records}
        self.assertEqual(paths(run, site), once("/", "/old", "/new", "/loop", "/loop2"))
        self.assertEqual((by_path["/old"]["status"], by_path["/old"]["redirect_url"]), (301, site.base + "/new"))
        self.assertEqual(by_path["/new"]["depth"], 1)
        self.assertNotIn("redirects", by_path["/old"])

    def test_endless_redirects_end(self):
        class Endless(dict):
            def get(self, path, default=None):
                number = int(path[1:]) if path[1:].isdigit() else -1
                return default if path == "/robots.txt" else (302, [f"Location: /{number + 1}"], "")

        site = Site(Endless())
        run = crawl("--max-redirs", "5", seeds=[site.base])
        self.assertEqual([r.get("error") for r in run.records].count("too-many-redirects"), 1)
        self.assertEqual(len(run.records), 6)

    def test_a_seed_that_moves_to_another_host_brings_it_along(self):
        there = Site({"/": links("/x"), "/x": ""}, "127.0.0.2")
        here = Site({"/": (301, [f"Location: {there.base}/"], ""), "/y": ""})
        run = crawl("--allow-private", seeds=[here.base])
        self.assertEqual(paths(run, there), once("/", "/x"))
        self.assertEqual(paths(run, here), once("/"))

    def test_canonical_and_equal_bodies_are_recorded(self):
        page = "<link rel=canonical href=/a><p>same"
        site = Site({"/": links("/a", "/b"), "/a": page, "/b": page})
        run = crawl("--digest", "--per-host", "1", seeds=[site.base])
        by_path = {r["url"][len(site.base):]: r for r in run.records}
        self.assertEqual(by_path["/b"]["canonical"], site.base + "/a")
        same = {by_path["/a"].get("same_as"), by_path["/b"].get("same_as")}
        self.assertIn(None, same)
        self.assertLess(same - {None}, {site.base + "/a", site.base + "/b"})

    def test_records_say_where_a_page_was_found(self):
        site = Site({"/": links("/a"), "/a": links("/b"), "/b": ""})
        by_path = {r["url"][len(site.base):]: r for r in crawl(seeds=[site.base]).records}
        self.assertEqual([by_path[p]["depth"] for p in ("/", "/a", "/b")], [0, 1, 2])
        self.assertNotIn("via", by_path["/"])
        self.assertEqual((by_path["/a"]["via"], by_path["/b"]["via"]), (site.base + "/", site.base + "/a"))
        self.assertNotIn("line", by_path["/"])

    def test_hostile_names_make_no_hole_in_records_and_logs(self):
        site = Site({"/": links("/\x1b[2J\"\\", "/%00", "javascript:alert(1)", "http://[", "//\x07x/"), "/%00": "",
                     "/%1B[2J%22/": ""})
        log = rig.path("hostile.jsonl")
        run = crawl("--rejected-log", log, seeds=[site.base])
        self.assertEqual(paths(run, site), once("/", "/%1B[2J%22/", "/%00"))
        for _, reason in reasons(log):
            self.assertEqual(reason, "scope")


class Sitemaps(unittest.TestCase):
    @staticmethod
    def urlset(*urls):
        body = "".join(f"<url><loc>{u}</loc></url>" for u in urls)
        return (200, ["Content-Type: application/xml"],
                f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>')

    def test_those_of_robots_txt_and_those_that_are_named(self):
        site = Site({"/": "", "/a": "", "/b": "", "/c": ""})
        index = (f'<?xml version="1.0"?><sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>'
                 f'{site.base}/two.xml</loc></sitemap></sitemapindex>')
        site.pages.update({"/robots.txt": (200, [], f"Sitemap: {site.base}/index.xml\n"),
                           "/index.xml": (200, ["Content-Type: application/xml"], index),
                           "/two.xml": self.urlset(site.base + "/a", "http://other.example/"),
                           "/three.txt": (200, ["Content-Type: text/plain"], f"{site.base}/b\n{site.base}/c\n")})
        log = rig.path("sitemaps.jsonl")
        run = crawl("--sitemap", site.base + "/three.txt", "--rejected-log", log, seeds=[site.base])
        self.assertEqual(paths(run, site), once("/", "/index.xml", "/two.xml", "/three.txt", "/a", "/b", "/c"))
        by_path = {r["url"][len(site.base):]: r for r in run.records}
        self.assertEqual((by_path["/a"]["depth"], by_path["/a"]["via"]), (1, site.base + "/two.xml"))
        self.assertEqual(by_path["/index.xml"]["via"], site.base + "/robots.txt")
        self.assertEqual(reasons(log), {("http://other.example/", "scope")})
        run = crawl("--no-follow-sitemaps", seeds=[site.base])
        self.assertEqual(paths(run, site), once("/"))
        run = crawl("--sitemap", site.base + "/three.txt", "--no-follow-sitemaps")
        self.assertEqual(paths(run, site), once("/three.txt", "/b", "/c"))


    def test_hostile_ones_are_bounded(self):
        """Indexes in indexes, what unpacks to much more, what expands, what goes in a circle."""
        site = Site({"/": "", "/good": ""})

        def index(*names):
            body = "".join(f"<sitemap><loc>{site.base}/{n}</loc></sitemap>" for n in names)
            return 200, ["Content-Type: application/xml"], f"<sitemapindex>{body}</sitemapindex>"
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
        packer = zlib.compressobj(6, wbits=31)
        bomb = packer.compress(b"<urlset>") + b"".join(packer.compress(b" " * (1 << 20)) for _ in range(200))
        bomb += packer.compress(f"<url><loc>{site.base}/behind</loc></url></urlset>".encode()) + packer.flush()
        site.pages.update({
            "/robots.txt": (200, [], "".join(f"Sitemap: /{n}\n" for n in ("0.xml", "laughs.xml", "bomb.xml.gz", "secret.xml"))),
            "/0.xml": index("0.xml", "1.xml"), "/1.xml": index("2.xml", "0.xml"), "/2.xml": index("3.xml"), "/3.xml": index("4.xml"),
            "/4.xml": self.urlset(site.base + "/too-deep"), "/behind": "", "/too-deep": "", "/named": "",
            "/bomb.xml.gz": (200, ["Content-Type: application/gzip"], bomb),
            "/laughs.xml": (200, [], f'<!DOCTYPE x [<!ENTITY l0 "http://x/">{laughs}]><urlset><url><loc>&l11;</loc></url>'
                                     f"<url><loc>{site.base}/good</loc></url></urlset>"),
            "/secret.xml": (200, [], '<!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/hostname">]>'
                                     f"<urlset><url><loc>{site.base}/&s;</loc></url><url><loc>{site.base}/named</loc></url></urlset>")})
        for engine in "coro", "forks:2", "green":
            command = [rig.TRAWL, "crawl", *POLITE, "--engine", engine, site.base]
            with self.subTest(engine), subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                out, _, usage = process.stdout.read(), *os.wait4(process.pid, 0)[1:]
                process.returncode = 0
                found = sorted(json.loads(line)["url"][len(site.base):] for line in out.splitlines())
                self.assertEqual(found, sorted(["/", "/0.xml", "/1.xml", "/2.xml", "/3.xml", "/laughs.xml", "/bomb.xml.gz", "/secret.xml",
                                                "/good", "/named"]))
                if not rig.SANITIZER:
                    self.assertLess(usage.ru_maxrss, 120 << 10)


class Addresses(unittest.TestCase):
    """No page leads to a special address that was not typed."""

    def test_links_to_special_addresses_are_blocked_in_every_notation(self):
        inner = Site({"/": ""}, "127.0.0.3")
        port = inner.port
        names = ["127.0.0.3", "127.0.3", "2130706435", "0x7f000003", "0177.0.0.03", "[::ffff:127.0.0.3]", "[::ffff:7f00:3]",
                 "[64:ff9b::7f00:3]", "0.0.0.0", "0", "[::]", "[::1]", "10.0.0.1", "192.168.1.1", "169.254.169.254",
                 "[fe80::1]", "[fc00::1]", "100.64.0.1", "localhost"]
        site = Site({"/": links(*(f"http://{name}:{port}/{n}" for n, name in enumerate(names)), "/r"),
                     "/r": (302, [f"Location: http://127.0.0.3:{port}/redirected"], "")})
        run = crawl("--scope", "any", seeds=[site.base])
        blocked = {r["url"].rsplit("/", 1)[1]: r for r in run.records if not r["url"].startswith(site.base)}
        self.assertEqual(set(blocked), {*map(str, range(len(names))), "redirected"})
        for r in blocked.values():
            self.assertEqual(r["error"], "blocked-address", r)
        self.assertEqual(inner.asked, [])
        # The typed place is one port: another of the same address is special again.
        other = Site({"/": ""})
        site.pages["/"] = links(other.base + "/")
        run = crawl(seeds=[site.base])
        self.assertEqual([r.get("error") for r in run.records if r["url"].startswith(other.base)], ["blocked-address"])
        self.assertEqual(other.asked, [])

    def test_names_that_lead_there_are_blocked_too(self):
        rig.need("dnsmasq")
        inner = Site({"/": ""}, "127.0.0.3")
        dns = rig.dnsmasq("--address=/inner.test/127.0.0.3")
        site = Site({"/": links(f"http://inner.test:{inner.port}/")})
        run = crawl("--scope", "any", "--dns-servers", f"127.0.0.1:{dns}", seeds=[site.base])
        self.assertEqual([r.get("error") for r in run.records], [None, "blocked-address"])
        self.assertEqual(inner.asked, [])
        run = crawl("--scope", "any", "--allow-private", "--dns-servers", f"127.0.0.1:{dns}", seeds=[site.base])
        self.assertEqual([r.get("error") for r in run.records], [None, None])


class Cookies(unittest.TestCase):
    def test_what_is_set_is_sent_back_and_kept_in_a_file(self):
        site = Site({"/": (200, ["Content-Type: text/html", "Set-Cookie: a=1; path=/", "Set-Cookie: b=2; path=/sub; max-age=3600",
                                 "Set-Cookie: c=3; secure"], links("/x", "/sub/y")), "/x": "", "/sub/y": ""})
        jar = rig.path("jar.txt")
        for engine in ENGINES:
            with self.subTest(engine):
                if os.path.exists(jar):
                    os.unlink(jar)
                crawl("--cookie-jar", jar, "--engine", engine, seeds=[site.base])
                self.assertEqual((site.cookies["/"], site.cookies["/x"], site.cookies["/sub/y"]), (None, "a=1", "b=2; a=1"))
                self.assertEqual(os.stat(jar).st_mode & 0o777, 0o600)
                with open(jar, encoding="utf-8") as lines:
                    kept = [line.split("\t") for line in lines if line.count("\t") == 6]
                self.assertEqual({line[5] for line in kept}, {"a", "b"})
        crawl("--cookie-jar", jar, seeds=[site.base])
        self.assertEqual(site.cookies["/"], "a=1")
        crawl("--no-cookies", seeds=[site.base])
        self.assertEqual(site.cookies["/sub/y"], None)
        crawl("-b", "own=0", seeds=[site.base])
        self.assertEqual(site.cookies["/x"], "own=0; a=1")

    def test_fetch_keeps_none_unless_asked_to(self):
        site = Site({"/": (302, ["Location: /next", "Set-Cookie: a=1"], ""), "/next": ""})
        rig.fetch("-q", site.base)
        self.assertEqual(site.cookies["/next"], None)
        rig.fetch("-q", "--cookies", site.base)
        self.assertEqual(site.cookies["/next"], "a=1")

    def test_a_password_goes_to_the_seed_s_own_origin_only(self):
        there = Site({"/": ""}, "127.0.0.2")
        site = Site({"/": links("/x", there.base + "/"), "/x": ""})
        run = crawl("--allow-private", "--scope", "any", seeds=[f"http://me:secret@{site.place}/"])
        self.assertEqual(paths(run, site), once("/", "/x"))
        self.assertTrue(site.cookies["auth /x"].startswith("Basic "))
        self.assertIsNone(there.cookies["auth /"])
        self.assertNotIn(b"secret", run.out)
        crawl("--allow-private", "--scope", "any", "-u", "me:secret", "-H", "Authorization;", seeds=[site.base])
        self.assertIsNone(there.cookies["auth /"])


class Resumed(unittest.TestCase):
    """Killed, and gone on with."""

    def status(self, home):
        done = subprocess.run([rig.TRAWL, "status", "--json", home], capture_output=True, timeout=60, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def kill_and_go_on(self, options, seeds, kills=3, step=40):
        """Runs a crawl that is killed whenever some more records are committed, to its end; returns its records."""
        home = rig.path(f"state{len(os.listdir(rig.DIR))}")
        out, log = home + ".jsonl", home + ".rejected"
        command = [rig.TRAWL, "crawl", *POLITE, "--commit-interval", "50ms", "--state", home, "-o", out, "--rejected-log", log,
                   *options, *seeds]
        for n in range(kills):
            process = rig.start(command, stderr=subprocess.DEVNULL)
            while process.poll() is None and self.status(home).get("records", 0) < step * (n + 1):
                time.sleep(0.02)
            process.kill()
            process.wait()
        done = subprocess.run([rig.TRAWL, "resume", "-q", home], capture_output=True, timeout=120, check=False)
        self.assertIn(done.returncode, (0, 3), done.stderr)
        records = lines_of_json(out)
        self.assertEqual(len(records), len({r["url"] for r in records}))
        return records, lines_of_json(log), home

    def test_the_same_set_however_often_it_was_killed(self):
        dns = rig.free_port()
        port = rig.serve("--web", "12,40", "--dns", str(dns))
        options = ("--dns-servers", f"127.0.0.1:{dns}", "--allow-private", "--scope", "any", "--per-host", "8", "--rate", "300/s")
        seeds = [f"http://h0.web.test:{port}/"]
        whole = {r["url"] for r in crawl(*options, seeds=seeds).records}
        for engine in ("coro", "forks:3"):
            with self.subTest(engine):
                records, _, _ = self.kill_and_go_on((*options, "--engine", engine), seeds, step=100)
                self.assertEqual({r["url"] for r in records}, whole)

    def test_where_it_started_is_not_forgotten(self):
        """The scope that a redirecting seed brought, a seed's password, cookies, and that special addresses stay blocked."""
        there = Site({"/": links(*(f"/{n}" for n in range(60)))}, "127.0.0.2")
        there.pages.update({f"/{n}": links(f"/x{n}", f"http://127.0.0.3:{there.port}/{n}") for n in range(60)})
        there.pages.update({f"/x{n}": "" for n in range(60)})
        here = Site({"/": (301, ["Set-Cookie: a=1", f"Location: {there.base}/"], ""),
                     "/late": links("/later"), "/later": links("/last"), "/last": ""})
        seeds = [f"http://me:secret@{here.place}/", f"http://{here.place}/late", f"http://{there.place}/"]
        records, left, home = self.kill_and_go_on(("--rate", "60/s"), seeds, kills=2, step=15)
        found = {r["url"] for r in records}
        self.assertEqual({u for u in found if u.startswith(there.base)},
                         {f"{there.base}/{p}" for p in ["", *range(60), *(f"x{n}" for n in range(60))]})
        self.assertEqual({(one["url"], one["reason"]) for one in left},
                         {(f"http://127.0.0.3:{there.port}/{n}", "scope") for n in range(60)})
        self.assertEqual(len(left), 60)
        self.assertTrue(here.cookies["auth /last"].startswith("Basic "))
        self.assertEqual(here.cookies["/last"], "a=1")
        asked = len(there.asked) + len(here.asked)
        subprocess.run([rig.TRAWL, "resume", home], capture_output=True, timeout=60, check=False)
        self.assertEqual(len(there.asked) + len(here.asked), asked)

    def test_special_addresses_stay_blocked(self):
        inner = Site({"/": ""}, "127.0.0.3")
        site = Site({"/": links(*(f"/{n}" for n in range(40)))})
        site.pages.update({f"/{n}": links(f"http://127.0.0.3:{inner.port}/{n}") for n in range(40)})
        records, _, _ = self.kill_and_go_on(("--rate", "40/s", "--scope", "any"), [site.base], kills=3, step=12)
        self.assertEqual({r.get("error") for r in records if "127.0.0.3" in r["url"]}, {"blocked-address"})
        self.assertEqual(len(records), 81)
        self.assertEqual(inner.asked, [])

    def test_the_limit_of_a_host_counts_on(self):
        site = Site({"/": links(*(f"/{n}" for n in range(90))), **{f"/{n}": "" for n in range(90)}})
        records, left, home = self.kill_and_go_on(("--rate", "60/s", "--pages-per-host", "50"), [site.base], kills=3, step=10)
        self.assertEqual(len(records), 50)
        # What it left out is in the log, once; and all that is said of it says the same.
        urls = {f"{site.base}/{p}" for p in ["", *range(90)]}
        self.assertEqual({one["url"] for one in left}, urls - {r["url"] for r in records})
        self.assertEqual((len(left), {one["reason"] for one in left}), (41, {"pages-per-host"}))
        status = self.status(home)
        self.assertEqual((status["records"], status["left"], status["left_out"]), (50, 0, {"pages-per-host": 41}))
        again = subprocess.run([rig.TRAWL, "resume", home], capture_output=True, timeout=60, check=False)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(len(lines_of_json(home + ".rejected")), 41)

    def test_counts_log_and_status_agree(self):
        there = Site({"/": ""}, "127.0.0.2")
        pages = {f"/{n}": links(f"/{n}?q", there.base + f"/{n}", f"/private/{n}", f"/deep/{n}/x") for n in range(40)}
        site = Site({"/": links(*pages), "/robots.txt": "User-agent: *\nDisallow: /private/\n", **pages})
        site.pages.update({f"/deep/{n}/x": links(f"/deeper/{n}") for n in range(40)})
        records, left, home = self.kill_and_go_on(("--rate", "120/s", "--level", "2", "--reject-regex", "[?]"), [site.base], step=25)
        status = self.status(home)
        reasons_left = collections.Counter(one["reason"] for one in left)
        self.assertEqual(status["left_out"], dict(reasons_left))
        self.assertEqual(set(reasons_left), {"scope", "reject-regex", "level"})
        ends = collections.Counter(r.get("error") or r["status"] for r in records)
        self.assertEqual((status["records"], status["failed"]), (121, 40))
        self.assertEqual(ends, {200: 81, "robots": 40})
        self.assertEqual((status["status"], status["error"], status["denied"]), ({"200": 81}, {"robots": 40}, 40))
        shown = subprocess.run([rig.TRAWL, "status", home], capture_output=True, timeout=60, check=True).stdout.decode()
        self.assertIn("  done       121 URLs: 81 fetched, 40 failed\n", shown)
        self.assertIn(f"  robots     {status['robots']} asked for, 40 URLs not allowed\n", shown)
        for reason, n in reasons_left.items():
            self.assertIn(f"{reason} {n}", shown)

    def test_what_hosts_have_said_and_how_they_do_is_not_forgotten(self):
        """A robots.txt holds for a day; who was set aside stays so."""
        asked = []

        def fail(path):
            asked.append(time.monotonic())
            return 500, [], ""
        site = Site({"/": links(*(f"/{n}" for n in range(60))), "/robots.txt": "User-agent: *\nDisallow: /5\n",
                     **{f"/{n}": "" for n in range(60)}})
        ill = Site({f"/{n}": fail for n in range(6)}, "127.0.0.2")
        records, _, _ = self.kill_and_go_on(("--rate", "100/s", "--delay-factor", "0", "--min-delay", "0"),
                                            [*(f"{ill.base}/{n}" for n in range(6)), site.base], kills=2, step=25)
        self.assertEqual((site.asked.count("/robots.txt"), ill.asked.count("/robots.txt")), (1, 1))
        self.assertEqual(len(records), 67)
        self.assertEqual(sum(r.get("error") == "robots" for r in records), 11)
        self.assertGreaterEqual(asked[5] - asked[4], 0.49)

    def test_the_limit_of_a_path_s_queries_counts_on(self):
        class Calendar(dict):
            def get(self, path, default=None):
                day = int(path.partition("?day=")[2] or 0)
                return links(*(f"/?day={n}" for n in range(day + 1, day + 20))) if path != "/robots.txt" else default

        site = Site(Calendar())
        records, left, _ = self.kill_and_go_on(("--rate", "60/s", "--max-queries", "50"), [site.base], kills=3, step=12)
        self.assertEqual(len(records), 51)
        self.assertEqual({one["reason"] for one in left}, {"queries"})

    def test_a_limit_that_was_reached_leaves_the_rest_to_be_gone_on_with(self):
        site = Site({"/": links(*(f"/{n}" for n in range(50))), **{f"/{n}": "" for n in range(50)}})
        home = rig.path("limited-state")
        out = home + ".jsonl"
        run = crawl("--state", home, "-o", out, "--max-urls", "20", seeds=[site.base])
        self.assertEqual((len(lines_of_json(out)), run.status), (20, 0))
        run = crawl("--state", home, "-o", out, "--max-urls", "20", seeds=[site.base])
        self.assertEqual(len(lines_of_json(out)), 20)


class Usage(unittest.TestCase):
    def test_seeds_come_from_files_and_pipes(self):
        site = Site({"/a": "", "/b": ""})
        run = crawl("-i", "-", stdin=f"{site.base}/a\n# none\n{site.base}/b\nnonsense\n".encode())
        self.assertEqual(paths(run, site), once("/a", "/b"))
        self.assertEqual([r["error"] for r in run.records if "error" in r], ["bad-url"])

    def test_what_cannot_be_is_refused(self):
        for options in (["--scope", "world"], ["--hosts", "a/b"], ["--hosts", "a:80"], ["--accept-types", "html"],
                        ["--sitemap", "x"], ["--nofollow", "maybe"], ["--level", "-1"], ["--head"], ["-d", "x"]):
            with self.subTest(options):
                self.assertEqual(crawl(*options, seeds=["http://127.0.0.1:9/"]).status, 2)

    def test_a_cookie_jar_that_cannot_be_written_is_known_at_once(self):
        run = crawl("--cookie-jar", rig.path("nowhere/jar"), seeds=["http://127.0.0.1:9/"])
        self.assertIn("cannot be written: No such file or directory", run.err)
        self.assertEqual((run.status, run.records), (2, []))

    def test_bodies_are_saved_and_links_found_all_the_same(self):
        site = Site({"/": links("/a"), "/a": links("/b"), "/b": "end"})
        for engine in ENGINES:
            with self.subTest(engine):
                where = rig.path("save-" + re.sub(r"\W", "", engine))
                run = crawl("--save", where, "--engine", engine, seeds=[site.base])
                self.assertEqual(paths(run, site), once("/", "/a", "/b"))
                self.assertTrue(all("saved" in r for r in run.records))


if __name__ == "__main__":
    rig.main()
