#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""robots.txt through the program: trawl inspect robots, as a filter with every public case, and as people use it."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SRCDIR = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
TRAWL = os.environ.get("TRAWL", "./trawl")
FILE = b"User-agent: *\r\nDisallow: /private # mine\r\nCrawl-delay: 2.5\r\nUser-agent: Other\r\nDisallow: /\r\n" \
       b"Sitemap: http://a.example/map\x1b.xml\r\n"


def cases():
    with open(os.path.join(SRCDIR, "tests", "data", "robots.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def inspect(*arguments, text=b""):
    return subprocess.run([TRAWL, "inspect", "robots", *arguments], input=text, timeout=60, capture_output=True,
                          check=False)


def ask(objects):
    answer = inspect("--json", text=b"".join(json.dumps(one).encode() + b"\n" for one in objects))
    assert answer.returncode == 0, answer
    return [json.loads(line) for line in answer.stdout.splitlines()]


class InspectRobots(unittest.TestCase):
    def test_every_case_agrees(self):
        wanted = cases()
        self.assertEqual(len(wanted), 140)
        answers = ask({"robots_b64": one["robots_b64"], "agent": one["ua"], "url": one["url"]} for one in wanted)
        self.assertEqual(len(answers), len(wanted))
        for case, answer in zip(wanted, answers):
            with self.subTest(case["id"]):
                self.assertEqual(answer["allowed"], case["allowed"])

    def test_the_line_that_decided(self):
        text = "User-agent: a\nDisallow: /x\n\nUser-agent: b\nDisallow: /\nUser-agent: a\nAllow: /x/y\n"
        answers = ask([{"robots": text, "agent": agent, "url": url} for agent, url in
                       (("a", "http://h/x"), ("a", "/x/y?q"), ("b", "http://h"), ("c", "http://h/x"), ("a", "http://h?x"))])
        self.assertEqual(answers, [{"allowed": False, "line": 2}, {"allowed": True, "line": 7}, {"allowed": False, "line": 5},
                                   {"allowed": True, "line": None}, {"allowed": True, "line": None}])

    def test_each_line_gives_one_line_whatever_it_is(self):
        lines = [b"{", b"[1]", b"{}", b'{"robots":"","agent":"a"}', b'{"robots_b64":"?","agent":"a","url":"/"}',
                 b'{"robots":5,"agent":"a","url":"/"}', b'{"robots":"","agent":"","url":""}']
        answer = inspect("--json", text=b"\n".join(lines))
        out = [json.loads(line) for line in answer.stdout.splitlines()]
        self.assertEqual(len(out), len(lines))
        for one in out[:-1]:
            self.assertEqual(one["error"], "bad-input")
        self.assertEqual(out[-1], {"allowed": True, "line": None})

    def test_people_see_the_line(self):
        with tempfile.NamedTemporaryFile() as f:
            f.write(FILE)
            f.flush()
            answer = inspect(f.name, "http://a.example/private/x", "/index.html")
            self.assertEqual(answer.returncode, 3)
            self.assertEqual(answer.stdout.decode(),
                             "disallowed  http://a.example/private/x\n            line 2: Disallow: /private # mine\n"
                             "allowed     /index.html\ndelay       2.5 s\nsitemap     http://a.example/map\\x1b.xml\n")
            self.assertEqual(inspect(f.name, "/index.html").returncode, 0)
            self.assertEqual(inspect("-A", "Other/2.0", f.name, "/index.html").returncode, 3)
        self.assertEqual(inspect("-", "/private", text=FILE).returncode, 3)

    def test_people_are_told_what_is_missing(self):
        for arguments in ((), ("/nowhere",), ("--json", "x"), ("--json", "-A", "x"), ("-4", "-")):
            answer = inspect(*arguments)
            self.assertEqual(answer.returncode, 2, arguments)
            self.assertEqual(answer.stderr.count(b"\n"), 1)


if __name__ == "__main__":
    sys.exit(unittest.main())
