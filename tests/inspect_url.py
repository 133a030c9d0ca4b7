#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every public case of URL parsing, through the program: trawl inspect url --json as a filter."""
import json
import os
import subprocess
import sys
import unittest

SRCDIR = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
TRAWL = os.environ.get("TRAWL", "./trawl")


def cases(name):
    with open(os.path.join(SRCDIR, "tests", "data", name), encoding="utf-8") as lines:
        return [case for case in map(json.loads, lines) if not case.get("volatile")]


def inspect(lines, *options):
    return subprocess.run([TRAWL, "inspect", "url", *options], input=b"".join(lines), timeout=60,
                          stdout=subprocess.PIPE, check=False)


def ask(objects):
    answer = inspect([json.dumps(one).encode() + b"\n" for one in objects], "--json")
    assert answer.returncode == 0, answer
    return [json.loads(line) for line in answer.stdout.splitlines()]


class InspectUrl(unittest.TestCase):
    def test_every_case_agrees(self):
        wanted = cases("url.jsonl")
        self.assertGreater(len(wanted), 500)
        answers = ask({"input": case["input"], "base": case["base"]} for case in wanted)
        self.assertEqual(len(answers), len(wanted))
        for case, answer in zip(wanted, answers):
            with self.subTest(case["id"]):
                if case["kind"] == "ok":
                    self.assertEqual(answer, {"href": case["href"]})
                else:
                    self.assertEqual(sorted(answer), ["error", "errormsg"])
                    self.assertIn(answer["error"], ("bad-url", "blocked-scheme"))

    def test_every_host_name_agrees(self):
        wanted = cases("url_idna.jsonl")
        self.assertGreater(len(wanted), 80)
        answers = ask({"input": f"https://{case['host']}/x"} for case in wanted)
        self.assertEqual(len(answers), len(wanted))
        for case, answer in zip(wanted, answers):
            with self.subTest(case["id"]):
                if case["ascii"] is None:
                    self.assertEqual(answer.get("error"), "bad-url")
                else:
                    self.assertEqual(answer, {"href": f"https://{case['ascii']}/x"})

    def test_each_line_gives_one_line_whatever_it_is(self):
        lines = [b"{\n", b"\n", b"[1]\n", b'{"input":5}\n', b'{"input":"http://a","base":7}\n',
                 b'{"input":"x","base":"y"}\n', b'{"input":"\xff"}\n', b"\0\n", b"[" * 100000 + b"\n",
                 b'{"input":"http://a/' + b"b" * 70000 + b'"}\n', b'{"input":"http://a"}\r\n',
                 b'{"input":"http://last"}']
        answer = inspect(lines, "--json")
        self.assertEqual(answer.returncode, 0)
        out = [json.loads(line) for line in answer.stdout.splitlines()]
        self.assertEqual(len(out), len(lines))
        for one in out[:-2]:
            self.assertIn("error", one)
        self.assertEqual(out[-2:], [{"href": "http://a/"}, {"href": "http://last/"}])

    def test_an_answer_does_not_wait_for_the_next_question(self):
        with subprocess.Popen([TRAWL, "inspect", "url", "--json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as child:
            for name in ("a", "b"):
                child.stdin.write(json.dumps({"input": f"http://{name}"}).encode() + b"\n")
                child.stdin.flush()
                self.assertEqual(json.loads(child.stdout.readline()), {"href": f"http://{name}/"})
            child.stdin.close()
            self.assertEqual(child.wait(timeout=10), 0)

    def test_a_reader_that_goes_away_ends_it(self):
        with subprocess.Popen([TRAWL, "inspect", "url", "--json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as child:
            child.stdout.close()
            child.stdin.write(b'{"input":"http://a"}\n')
            child.stdin.close()
            self.assertEqual(child.wait(timeout=10), 141)

    def test_people_see_the_parts(self):
        answer = subprocess.run([TRAWL, "inspect", "url", "HTTP://ex\u00e4mple.com:80/a/../b?c#d"],
                                timeout=10, stdout=subprocess.PIPE, check=False)
        self.assertEqual(answer.returncode, 0)
        self.assertEqual(answer.stdout.decode(),
                         "href      http://xn--exmple-cua.com/b?c#d\nscheme    http\n"
                         "host      xn--exmple-cua.com\nport      80\npath      /b\nquery     ?c\n"
                         "fragment  #d\n\n")

    def test_people_are_told_what_is_wrong_and_terminals_are_safe(self):
        answer = subprocess.run([TRAWL, "inspect", "url", "ftp://x/\x1b[2J"], timeout=10,
                                stdout=subprocess.PIPE, check=False)
        self.assertEqual(answer.returncode, 3)
        self.assertIn(b"input     ftp://x/\\x1b[2J\nerror     ", answer.stdout)
        self.assertNotIn(b"\x1b", answer.stdout)


if __name__ == "__main__":
    sys.exit(unittest.main())
