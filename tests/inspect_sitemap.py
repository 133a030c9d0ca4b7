#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sitemaps through the program: trawl inspect sitemap, as a filter and as people use it."""
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

TRAWL = os.environ.get("TRAWL", "./trawl")
URLSET = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>HTTP://A.example/x y</loc><lastmod>2005-01-01</lastmod></url><url><loc>/rel</loc></url>
<url><loc>ftp://a.example/</loc></url></urlset>"""


def inspect(*arguments, text=b""):
    return subprocess.run([TRAWL, "inspect", "sitemap", *arguments], input=text, timeout=60, capture_output=True,
                          check=False)


def ask(*objects):
    answer = inspect("--json", text=b"".join(json.dumps(one).encode() + b"\n" for one in objects))
    assert answer.returncode == 0, answer
    return [json.loads(line) for line in answer.stdout.splitlines()]


def question(body, url="http://a.example/sitemap.xml", **more):
    return {"body_b64": base64.b64encode(body).decode(), "url": url, **more}


class InspectSitemap(unittest.TestCase):
    def test_entries_are_absolute(self):
        wanted = {"kind": "urlset", "entries": [{"loc": "http://a.example/x%20y", "lastmod": "2005-01-01"},
                                                {"loc": "http://a.example/rel"}]}
        self.assertEqual(ask(question(URLSET), question(gzip.compress(URLSET), content_type="application/gzip")),
                         [wanted, wanted])

    def test_kinds(self):
        answers = ask(question(b"<sitemapindex><sitemap><loc>http://a.example/1</loc></sitemap></sitemapindex>"),
                      question(b"http://a.example/1\n"), question(b"<html></html>"), question(b"Not found"))
        self.assertEqual(answers[0], {"kind": "sitemapindex", "entries": [{"loc": "http://a.example/1"}]})
        self.assertEqual(answers[1], {"kind": "text", "entries": [{"loc": "http://a.example/1"}]})
        self.assertEqual([a["error"] for a in answers[2:]], ["no-sitemap", "no-sitemap"])

    def test_each_line_gives_one_line_whatever_it_is(self):
        lines = [b"{", b"[1]", b"{}", b'{"body_b64":"?"}', b'{"body_b64":"","url":"nowhere"}', b'{"body_b64":""}']
        out = [json.loads(line) for line in inspect("--json", text=b"\n".join(lines)).stdout.splitlines()]
        self.assertEqual([one.get("error") for one in out],
                         ["bad-input", "bad-input", "bad-input", "bad-input", "bad-url", None])

    def test_people_see_a_list(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(URLSET)
            f.flush()
            answer = inspect(f.name)
            self.assertEqual(answer.returncode, 0)
            self.assertEqual(answer.stdout, b"urlset, 1 entry\nhttp://a.example/x%20y 2005-01-01\n")
            self.assertEqual(inspect(f.name, "-", text=b"<html/>").returncode, 3)
        for arguments in ((), ("/nowhere",), ("--json", "x"), ("-A", "x", "-")):
            answer = inspect(*arguments)
            self.assertEqual(answer.returncode, 2, arguments)
            self.assertEqual(answer.stderr.count(b"\n"), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
