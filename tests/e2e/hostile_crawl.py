# SPDX-License-Identifier: MIT
"""One crawl over everything that `trawl serve --list` has, by host name: as pages, as robots.txt (of a host named so), as sitemaps, with
cookies kept; and good hosts in between. Each page gets its record, the good ones succeed, memory stays bounded, and the crawl ends."""
import collections
import concurrent.futures
import re
import subprocess
import unittest

import rig

ENGINES = ("coro", "threads:64")
# With a sanitizer the server is ten times slower, too.
PATIENCE = (("--max-time", "60s", "--min-speed", "100,15s", "-j", "24") if rig.SANITIZER else
            ("--max-time", rig.seconds(15), "--min-speed", f"100,{rig.seconds(4)}", "-j", "200"))
GOOD = 40  # hosts, of 3 pages


def catalogue():
    listed = subprocess.run([rig.TRAWL, "serve", "--list"], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t")[:2] for line in listed.splitlines()]
    return [row for row in rows if not row[0].startswith(("tls-", "h2-"))]


class HostileCrawl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        dns = rig.free_port()
        rig.serve("--dns", f"127.0.0.1:{dns}")  # by itself: floods do not keep names from being told
        cls.port = rig.serve()
        cls.rows = catalogue()
        cls.pages = {cls.url(f"p-{name}", f"hostile/{name}"): (name, expect) for name, expect in cls.rows}
        cls.behind = [cls.url(name, "bytes/100") for name, _ in cls.rows]  # a robots.txt that misbehaves
        cls.good = [cls.url(f"good-{k}", f"bytes/100?{n}") for k in range(GOOD) for n in range(3)]
        seeds = [url for three in zip(cls.pages, cls.behind, cls.good * 3) for url in dict.fromkeys(three)]
        cls.seeds = list(dict.fromkeys(seeds + cls.good))
        maps = [name for name, _ in cls.rows if re.match("sitemap|body-|gzip|zstd|br-|redirect-(self|endless)", name)]
        cls.options = ["--dns-servers", f"127.0.0.1:{dns}", "--allow-private", "--contact", "t@example.org", "--scope", "host", "--level", "0",
                       "--cookies", "--digest", "--max-filesize", "1M", "--retry", "0", *PATIENCE,
                       "--host-delay", "0", "--no-adapt", "--host-give-up", "3s", "--max-retry-after", "100ms"]
        for name in maps:
            cls.options += ["--sitemap", cls.url(f"s-{name}", f"hostile/{name}")]
        with concurrent.futures.ThreadPoolExecutor(1 if rig.SANITIZER else 2) as pool:
            cls.runs = dict(zip(ENGINES, pool.map(cls.crawl, ENGINES)))

    @classmethod
    def url(cls, host, path):
        return f"http://{host}.web.test:{cls.port}/{path}"

    @classmethod
    def crawl(cls, engine):
        jar = rig.path(f"jar-{engine[:4]}")
        done = subprocess.run([rig.TRAWL, "crawl", *cls.options, "--engine", engine, "--cookie-jar", jar, "-i", "-"],
                              input="\n".join(cls.seeds).encode(), capture_output=True, timeout=500, check=False)
        run = rig.Run(done.returncode, done.stdout, done.stderr)
        with open(jar, encoding="utf-8") as f:
            run.jar = f.read()
        return run

    def test_each_page_gets_one_record_and_the_good_ones_succeed(self):
        for run in self.runs.values():
            self.assertEqual(run.status, 3, run.err)
            count = collections.Counter(r["url"] for r in run.records)
            self.assertEqual([u for u in self.seeds if count[u] != 1], [])
            records = {r["url"]: r for r in run.records}
            self.assertEqual([records[u] for u in self.good if records[u].get("status") != 200 or "error" in records[u]], [])

    def test_pages_get_the_records_that_they_must_get(self):
        for run in self.runs.values():
            records = {r["url"]: r for r in run.records}
            faults = []
            for url, (name, expect) in self.pages.items():
                record = records[url]
                came = record.get("error") or str(record["status"])
                # A crawl follows no redirect within a record: where to is a page of its own.
                if came != expect and not came.startswith("3"):
                    faults.append(f"{name}: {came} ({record.get('errormsg')}), not {expect}")
            self.assertEqual(faults, [], "\n".join(faults))

    def test_whatever_stands_for_a_robots_txt_is_allowed_forbidden_or_cannot_be_had(self):
        for run in self.runs.values():
            records = {r["url"]: r for r in run.records}
            ends = collections.Counter(records[u].get("error") or records[u]["status"] for u in self.behind)
            self.assertEqual(set(ends) - {200, "robots", "robots-unreachable", "host-given-up"}, set(), ends)
            self.assertGreater(ends[200], 40, ends)
            self.assertGreater(ends["robots-unreachable"], 10, ends)
            ends = {name: records[self.url(name, "bytes/100")] for name in ("robots-endless", "robots-binary", "redirect-self", "head-drip")}
            self.assertEqual({name: r.get("error", r["status"]) for name, r in ends.items()},
                             {"robots-endless": 200, "robots-binary": 200, "redirect-self": 200, "head-drip": "robots-unreachable"})

    def test_nobody_sets_cookies_for_others_or_by_the_thousand(self):
        for run in self.runs.values():
            domains = collections.Counter(line.split("\t")[0].removeprefix("#HttpOnly_").lstrip(".") for line in run.jar.splitlines()
                                          if line.count("\t") >= 6)
            self.assertGreater(len(domains), 0)
            self.assertEqual([d for d in domains if not d.endswith(".web.test")], [])
            self.assertLessEqual(max(domains.values()), 100)

    def test_memory_stays_bounded(self):
        if rig.SANITIZER:
            self.skipTest("a sanitizer takes more memory than trawl")
        for run in self.runs.values():
            peak = re.search(r"memory +([0-9.]+) MB", run.err)
            self.assertIsNotNone(peak, run.err)
            self.assertLess(float(peak[1]), 300)


if __name__ == "__main__":
    rig.main()
