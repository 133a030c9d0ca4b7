#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The one table of options makes parsing, --help, manual and completion: none lacks an option that
another has, and the defaults they show are those in force."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

TRAWL = os.environ.get("TRAWL", "./trawl")


def run(*argv, **more):
    return subprocess.run([TRAWL, *argv], timeout=30, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def table():
    """command -> list of (name, letter, argument, default, negatable)"""
    commands = {}
    for line in run("--dump", "options").stdout.splitlines():
        command, *row = line.split("\t")
        commands.setdefault(command, []).append(row)
    return commands


def spellings(name, letter, negatable):
    out = [f"--{name}"]
    if letter != "-":
        out.append(f"-{letter}")
    if negatable == "yes":
        out.append(f"--no-{name}")
    return out


# An argument that each option takes, where it is not a number.
ARGUMENTS = {"FILE": "/dev/null", "TIME": "5s", "RATE": "5/s", "BYTES": "5M", "BYTES,TIME": "5,5",
             "TEXT": "words", "SPEC": "coro", "LIST": "127.0.0.1",
             "HOST:PORT:ADDRESS": "a:80:127.0.0.1", "HOSTS,PAGES": "5,5", "DIR": "/tmp", "METHOD": "PUT", "LINE": "X-A: b",
             "NAME=VALUE": "a=b", "PROXY": "socks5://127.0.0.1", "FORMAT": "jsonl", "USER:PASSWORD": "u:p", "SCHEME": "digest", "TOKEN": "abc",
             "ENGINES": "coro,forks:2", "NUMBERS": "5,6", "SCOPE": "host", "HOST": "a.example", "TYPE": "text/html", "TAGS": "a,img", "URL": "http://a.example/",
             "DIGEST": "sha256", "HOW": "obey", "WHAT": "host", "WORKLOADS": "mixed", "CPUS": "0"}


class Options(unittest.TestCase):
    def setUp(self):
        self.table = table()
        self.assertIn("fetch", self.table)

    def test_help_shows_an_example_first(self):
        for command in [(), *((one,) for one in self.table)]:
            with self.subTest(command):
                answer = run(*command, "--help")
                self.assertEqual((answer.returncode, answer.stderr), (0, ""))
                lines = answer.stdout.splitlines()
                self.assertRegex(lines[0], "^Examples?:$")
                self.assertIn("trawl " + "".join(command), lines[1])
                self.assertEqual(run("help", *command).stdout, answer.stdout)
                long = [line for line in lines if len(line) > 80 and "trawl inspect" not in line]
                self.assertEqual(long, [])

    def test_help_has_every_option_and_no_other(self):
        for command, rows in self.table.items():
            text = run(command, "--help").stdout
            shown = re.findall(r"^  (?:-(\S), |    )--(\[no-\])?([a-z0-9-]+)(?: (\S+))?(?: |$)", text, re.M)
            shown = {(name, letter or "-", argument or "-", "yes" if no else "-")
                     for letter, no, name, argument in shown}
            self.assertEqual(shown, {(row[0], row[1], row[2], row[4]) for row in rows}, command)

    def test_manual_has_every_option_and_no_other(self):
        page = run("--dump", "manual").stdout.replace(r"\-", "-")
        shown = set(re.findall(r"\\fB--(?:\[no-\])?([a-z0-9-]+)\\fR(?: \\fI|\n)", page))
        wanted = {row[0] for rows in self.table.values() for row in rows}
        self.assertEqual(wanted - shown, set())
        self.assertEqual(shown - wanted, set())
        letters = set(re.findall(r"^\\fB-(\w)\\fR, \\fB--", page, re.M))
        self.assertEqual(letters, {row[1] for rows in self.table.values() for row in rows} - {"-"})

    def test_documented_defaults_are_the_real_ones(self):
        page = run("--dump", "manual").stdout.replace(r"\-", "-")
        manual = {}
        for block in page.split("\n.TP\n"):
            name = re.match(r"(?:\\fB-\S\\fR, )?\\fB--(?:\[no-\])?([a-z0-9-]+)\\fR", block)
            if name:
                words = " ".join(re.split(r"\n\.S[SH]", block)[0].split())
                manual.setdefault(name[1], []).append(words)
        for command, rows in self.table.items():
            text = run(command, "--help").stdout
            blocks = re.split(r"\n(?=  (?:-\S, |    )--|\n)", text)
            for name, _, _, default, _ in rows:
                if default == "-":
                    continue
                block = [one for one in blocks if re.match(rf"  (-\S, |    )--(\[no-\])?{name}\s", one)]
                with self.subTest(f"{command} --{name}"):
                    self.assertEqual(len(block), 1)
                    self.assertTrue(" ".join(block[0].split()).endswith(f"(default: {default})"), block)
                    self.assertTrue(any(one.endswith(f"; default: {default}.") for one in manual[name]))

    def test_every_documented_option_is_parsed(self):
        for command, rows in self.table.items():
            for name, letter, argument, _, negatable in rows:
                for word in spellings(name, letter, negatable):
                    value = [] if argument == "-" else [ARGUMENTS.get(argument, "5")]
                    # --help comes last, so that nothing is done but reading what is before it.
                    answer = run(command, word, *value, "--help")
                    with self.subTest(f"{command} {word}"):
                        self.assertEqual((answer.returncode, answer.stderr), (0, ""))

    def test_completion_offers_every_option_and_no_other(self):
        for command, rows in self.table.items():
            offered = self.complete("trawl", command, "-")
            wanted = sorted(word for name, letter, _, _, negatable in rows
                            for word in spellings(name, letter, negatable))
            self.assertEqual(sorted(offered), wanted)

    def test_completion_knows_what_may_follow(self):
        self.assertEqual(set(self.complete("trawl", "")), set(self.table) | {"help"})
        self.assertEqual(self.complete("trawl", "ins"), ["inspect"])
        self.assertEqual(self.complete("trawl", "inspect", "u"), ["url"])
        self.assertIn("coro", self.complete("trawl", "fetch", "--engine", ""))
        self.assertIn("coro", self.complete("trawl", "fetch", "--engine", "=", "c"))
        self.assertEqual(self.complete("trawl", "fetch", "--rate", ""), [])
        with tempfile.TemporaryDirectory() as directory:
            open(os.path.join(directory, "a list"), "w", encoding="ascii").close()
            self.assertEqual(self.complete("trawl", "fetch", "-i", directory + "/a"), [directory + "/a list"])

    def complete(self, *words):
        script = run("--dump", "completion").stdout
        quoted = " ".join("'" + word + "'" for word in words)
        script += f"\nCOMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _trawl\n"
        script += "((${#COMPREPLY[@]})) && printf '%s\\n' \"${COMPREPLY[@]}\"; exit 0\n"
        answer = subprocess.run(["bash", "--norc", "-u"], input=script, timeout=30, check=True,
                                stdout=subprocess.PIPE, text=True)
        return answer.stdout.splitlines()

    @unittest.skipUnless(shutil.which("groff"), "groff is not installed")
    def test_manual_is_clean(self):
        page = run("--dump", "manual").stdout
        answer = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, timeout=30, check=False,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        if shutil.which("mandoc"):
            answer = subprocess.run(["mandoc", "-T", "lint"], input=page, timeout=30, check=False,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual((answer.returncode, answer.stdout), (0, ""))


class Mistakes(unittest.TestCase):
    def refused(self, *argv):
        answer = run(*argv)
        self.assertEqual(answer.returncode, 2, argv)
        self.assertEqual(answer.stdout, "")
        self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)
        return answer.stderr

    def test_one_line_names_the_option_the_value_and_the_cure(self):
        self.assertIn("--perhost; did you mean --per-host?", self.refused("fetch", "--perhost", "3"))
        self.assertIn("-j: 'many' is no whole number: write one from 1", self.refused("-j", "many"))
        self.assertIn("--rate: '5/w' is no rate: write", self.refused("fetch", "--rate=5/w"))
        self.assertIn("--engine: 'steam'", self.refused("fetch", "--engine", "steam"))
        self.assertIn("--retry: its N is missing", self.refused("fetch", "--retry"))
        self.assertIn("did you mean fetch?", self.refused("ftech"))
        self.assertIn("demo takes no arguments", self.refused("demo", "now"))

    def test_a_word_that_is_no_url_is_explained(self):
        self.assertIn("-i -", self.refused("fetch", "-"))
        self.assertIn("is a file", self.refused("fetch", TRAWL))
        self.assertIn("there is no command zebra", self.refused("zebra"))
        self.assertIn("nothing to do", self.refused())
        self.assertIn("--cacert: '/no/such' cannot be read", self.refused("--cacert", "/no/such", "http://a/"))

    def test_nothing_typed_reaches_the_terminal_raw(self):
        self.assertIn(r"\x1b[2J", self.refused("fetch", "--\x1b[2J"))

    def test_a_full_device_and_a_reader_that_went_away_are_told(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            answer = subprocess.run([TRAWL, "--help"], stdout=full, stderr=subprocess.PIPE, timeout=10,
                                    check=False)
        self.assertEqual(answer.returncode, 1)
        self.assertIn(b"cannot write to standard output", answer.stderr)
        gone, out = os.pipe()
        os.close(gone)
        answer = subprocess.run([TRAWL, "--help"], stdout=out, timeout=10, check=False)
        os.close(out)
        self.assertEqual(answer.returncode, 141)

    def test_version_names_the_libraries(self):
        for how in (["--version"], ["-V"], ["fetch", "--version"]):
            answer = run(*how)
            self.assertEqual(answer.returncode, 0)
            for name in ("trawl ", "libcurl/", "c-ares/", "libev/", "OpenSSL/", "jansson/"):
                self.assertIn(name, answer.stdout)


if __name__ == "__main__":
    unittest.main()
