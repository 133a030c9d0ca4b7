#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Links through the program: trawl inspect links, as a filter with every public case, and as people use it."""
import base64
import json
import os
import subprocess
import unittest

SRCDIR = os.environ.get("srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
TRAWL = os.environ.get("TRAWL", "./trawl")


def cases():
    with open(os.path.join(SRCDIR, "tests", "data", "links.jsonl"), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def inspect(*arguments, text=b""):
    return subprocess.run([TRAWL, "inspect", "links", *arguments], input=text, timeout=60, capture_output=True,
                          check=False)


def ask(objects):
    answer = inspect("--json", text=b"".join(json.dumps(one).encode() + b"\n" for one in objects))
    assert answer.returncode == 0, answer
    return [json.loads(line) for line in answer.stdout.splitlines()]


def links(html, base="http://a.example/b/c", content_type="text/html; charset=utf-8"):
    data = html if isinstance(html, bytes) else html.encode()
    one = {"html_b64": base64.b64encode(data).decode(), "base": base}
    if content_type:
        one["content_type"] = content_type
    return ask([one])[0]["links"]


class InspectLinks(unittest.TestCase):
    def test_every_case_agrees(self):
        """Tier B are those where the source of the case is stricter than somebody who looks for links should be."""
        wanted = [one for one in cases() if one["tier"] != "B"]
        self.assertEqual(len(wanted), 279)
        answers = ask({k: one[k] for k in ("html_b64", "base", "content_type")} for one in wanted)
        self.assertEqual(len(answers), len(wanted))
        for case, answer in zip(wanted, answers):
            with self.subTest(case["id"]):
                found = answer["links"]
                if case["mode"] == "none":
                    self.assertEqual(found, [])
                for href in case["expected_norm"]:
                    self.assertIn(href, found)
                for href in case["must_not"]:
                    self.assertNotIn(href, found)

    def test_each_once_absolute_without_fragment_in_document_order(self):
        html = "<a href=z>1<img src=/y#f><a href='z#1'>2<a href=//x.example>3<A HREF=\"http://a.example/b/z\">4<a href=mailto:a@b>"
        self.assertEqual(links(html), ["http://a.example/b/z", "http://a.example/y", "http://x.example/"])

    def test_the_charset_of_header_mark_and_meta(self):
        page = "<a href='/ü?ü'>"
        latin = "http://a.example/%C3%BC?%FC"
        utf8 = "http://a.example/%C3%BC?%C3%BC"
        meta = "<meta charset=iso-8859-1>".encode()
        self.assertEqual(links(page.encode("latin-1"), content_type="text/html; charset=ISO-8859-1"), [latin])
        self.assertEqual(links(meta + page.encode("latin-1"), content_type="text/html"), [latin])
        self.assertEqual(links(b"\xef\xbb\xbf" + meta + page.encode(), content_type="text/html;charset=latin1"), [utf8])
        self.assertEqual(links(("\ufeff" + page).encode("utf-16-le"), content_type="text/html"), [utf8])
        self.assertEqual(links(page.encode("utf-16-be"), content_type="text/html;charset=utf-16be"), [utf8])
        # Nobody said: UTF-8 where it is.
        self.assertEqual(links(page, content_type=None), [utf8])
        self.assertEqual(links(page.encode("latin-1"), content_type=None), [latin])
        self.assertEqual(links("<a href='/日?日'>".encode("shift_jis"), content_type="text/html; charset=sjis"),
                         ["http://a.example/%E6%97%A5?%93%FA"])
        self.assertEqual(links("<a href='/?日'>".encode("iso2022_jp"), content_type="text/html; charset=iso-2022-jp"),
                         ["http://a.example/?%1B$BF|%1B(B"])
        self.assertEqual(links("<a href='?&euro;&#x65e5;'>".encode(), content_type="text/html; charset=windows-1252"),
                         ["http://a.example/b/c?%80%26%2326085%3B"])

    def test_each_line_gives_one_line_whatever_it_is(self):
        lines = [b"{", b"[1]", b"{}", b'{"html":"","base":"x"}', b'{"html_b64":"?","base":"http://h/"}',
                 b'{"html":5,"base":"http://h/"}', b'{"html":"","base":"http://h/"}']
        answer = inspect("--json", text=b"\n".join(lines))
        out = [json.loads(line) for line in answer.stdout.splitlines()]
        self.assertEqual(len(out), len(lines))
        for one in out[:-1]:
            self.assertEqual(one["error"], "bad-input")
        self.assertEqual(out[-1], {"links": []})

    def test_people_see_where_a_link_stood(self):
        html = (b"<meta name=robots content='noindex, \x1b[2J'><link rel=canonical href=/c><a rel=nofollow href=n>"
                b"<form action=f></form><form method=post action=p></form>")
        answer = inspect("-", "http://a.example/", text=html)
        self.assertEqual(answer.returncode, 0, answer)
        self.assertEqual(answer.stdout.decode().splitlines(), [
            "robots    noindex, \\x1b[2J", "link      http://a.example/c", "a         http://a.example/n  (nofollow)",
            "form      http://a.example/f", "canonical http://a.example/c"])
        self.assertEqual(inspect("-", text=html).returncode, 2)
        self.assertEqual(inspect("-", "no url", text=html).returncode, 2)
        self.assertEqual(inspect("/nonexistent", "http://a.example/").returncode, 2)


if __name__ == "__main__":
    unittest.main()
