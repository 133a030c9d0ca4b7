#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a person at a terminal sees: one live line that fits, steps aside for messages and is gone at the end; and nothing of it
anywhere else."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

import rig

CLEAR = b"\r\x1b[K"


class Terminal:
    """Runs trawl with standard error (and perhaps input and output) on a terminal of this width."""

    def __init__(self, *argv, columns=100, stdin=False, stdout=False, env=None):
        self.master, slave = pty.openpty()
        self.resize(columns)
        found = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}  # where a sanitizer says what it found
        environment = {"PATH": os.environ["PATH"], "TERM": "xterm", **found, **(env or {})}
        if "TRAWL_TERM_UNSET" in environment:
            del environment["TERM"]
        self.process = subprocess.Popen(
            [rig.TRAWL, *argv], stderr=slave, stdin=slave if stdin else subprocess.DEVNULL,
            stdout=slave if stdout else subprocess.DEVNULL, env=environment, start_new_session=True)
        os.close(slave)
        self.seen = b""

    def resize(self, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))

    def read(self, seconds):
        """Reads for so long, or to the end."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                break
            try:
                more = os.read(self.master, 65536)
            except OSError:  # the other side is closed
                break
            if not more:
                break
            self.seen += more
        return self.seen

    def finish(self, seconds=30):
        self.read(seconds)
        status = self.process.wait(timeout=10)
        os.close(self.master)
        return status

    @property
    def frames(self):
        """The live lines that were drawn, without escape codes."""
        drawn = re.findall(rb"\r([^\r\n]*?)\x1b\[K", self.seen)
        return [re.sub(rb"\x1b\[\d*m", b"", one).decode() for one in drawn if one]


class LiveLine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = rig.serve()

    def slow_list(self, count=60, ms=100):
        """About count * ms / 4 of work when four are in flight."""
        return rig.write("slow.txt", "".join(f"http://127.0.0.1:{self.port}/delay/{ms}?{n}\n" for n in range(count)))

    def run_slow(self, *options, **how):
        t = Terminal("fetch", "-i", self.slow_list(), "-j", "4", "-o", rig.path("out.jsonl"), *options, **how)
        status = t.finish()
        return t, status

    def test_it_is_drawn_says_how_it_goes_and_is_gone_at_the_end(self):
        t, status = self.run_slow()
        self.assertEqual(status, 0)
        self.assertGreater(len(t.frames), 5)
        # 60 waits of 100 ms, four at a time, take 1.5 s: about 15 draws, and never more than ten a second.
        self.assertLess(len(t.frames), 40)
        self.assertTrue(any(re.match(r"\d+/60  \d+%  [\d.]+ URLs/s  .*/s  4 in flight  ETA \ds$", one)
                            for one in t.frames), t.frames)
        before, after = t.seen.rsplit(CLEAR, 1)
        self.assertIn(b"60 URLs in ", after)
        self.assertNotIn(b"\x1b", after)
        self.assertNotIn(b"\n", before)

    def test_draws_are_at_most_ten_a_second(self):
        started = time.monotonic()
        t, _ = self.run_slow()
        self.assertLessEqual(len(t.frames), 11 * (time.monotonic() - started) + 2)

    def test_it_fits_the_terminal_and_follows_its_width(self):
        t = Terminal("fetch", "-i", self.slow_list(120), "-j", "4", "-o", rig.path("out.jsonl"), columns=40)
        t.read(1)
        narrow = list(t.frames)
        t.resize(90)
        t.finish()
        wide = t.frames[len(narrow) + 1:]
        self.assertTrue(narrow and wide)
        self.assertLess(max(map(len, narrow)), 40)
        self.assertLess(max(map(len, wide)), 90)
        self.assertGreater(max(map(len, wide)), 40)

    def test_failures_are_named_and_red_unless_no_color(self):
        name = rig.write("bad.txt", "".join(f"http://127.0.0.1:{self.port}/delay/100/status/{status}?{n}\n"
                                            for n in range(10) for status in (404, 204, 204)))
        for env, red in (({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)):
            with self.subTest(env):
                t = Terminal("fetch", "-i", name, "-j", "4", "-o", rig.path("out.jsonl"), env=env)
                self.assertEqual(t.finish(), 3)
                self.assertTrue(any(" failed  404 " in one for one in t.frames), t.frames)
                self.assertEqual(bool(re.search(rb"\x1b\[31m\d failed\x1b\[0m", t.seen)), red)
                self.assertEqual(b"\x1b[3" in t.seen, red)

    def test_messages_stand_on_lines_of_their_own(self):
        t = Terminal("fetch", "-i", self.slow_list(), "-j", "4", "-o", rig.path("out.jsonl"))
        t.read(0.7)
        t.process.send_signal(signal.SIGINT)
        self.assertEqual(t.finish(), 130)
        at = t.seen.index(b"trawl: stopping")
        self.assertTrue(t.seen[:at].endswith(CLEAR), t.seen[at - 40:at])

    def test_no_live_line_where_there_should_be_none(self):
        for options, env in ((["-q"], {}), ([], {"TERM": "dumb"}), ([], {"TRAWL_TERM_UNSET": "1"})):
            with self.subTest(f"{options} {env}"):
                t, status = self.run_slow(*options, env=env)
                self.assertEqual(status, 0)
                self.assertNotIn(b"\x1b", t.seen)
                self.assertEqual(t.seen == b"", "-q" in options)

    def test_records_on_the_same_terminal_are_progress_enough(self):
        t = Terminal("fetch", "-i", self.slow_list(4), "-j", "4", stdout=True)
        self.assertEqual(t.finish(), 0)
        self.assertNotIn(b"\x1b", t.seen)
        self.assertEqual(t.seen.count(b'{"url":'), 4)

    def test_a_pipe_gets_no_escape_code(self):
        run = rig.fetch("-i", self.slow_list(8))
        self.assertNotIn("\x1b", run.err)
        self.assertIn("8 URLs in ", run.err)
        self.assertEqual(rig.fetch("-q", "-i", self.slow_list(8)).err, "")


class Waiting(unittest.TestCase):
    def test_a_terminal_is_not_waited_on_for_a_list(self):
        for argv in (["fetch"], ["inspect", "url"], []):
            with self.subTest(argv):
                t = Terminal(*argv, stdin=True)
                self.assertEqual(t.finish(5), 2)
                self.assertEqual(t.seen.count(b"\n"), 1, t.seen)
                self.assertIn(b"give", t.seen)


if __name__ == "__main__":
    rig.main()
