# SPDX-License-Identifier: MIT
"""Lists as people have them: every line gets its record, whatever it holds, and comes as soon as it can."""
import gzip
import json
import os
import pty
import select
import subprocess
import threading
import time
import unittest

import rig

PORT = rig.serve()
BASE = f"http://127.0.0.1:{PORT}"


class Lists(unittest.TestCase):
    def test_every_line_has_exactly_one_record(self):
        urls = [f"{BASE}/bytes/{k}" for k in range(300)] + [f"{BASE}/bytes/1"] * 50
        run = rig.fetch(urls=urls)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(sorted(r["line"] for r in run.records), list(range(1, 351)))
        for r in run.records:
            self.assertEqual(r["url"], urls[r["line"] - 1])
            self.assertEqual(r["status"], 200)
            self.assertEqual(r["size_download"], int(r["url"].rsplit("/", 1)[1]))

    def test_comments_blank_lines_crlf_and_bom(self):
        text = b"\xef\xbb\xbf# a list\r\n\r\n" + f"{BASE}/bytes/1\r\n  {BASE}/bytes/2  \r\n#x\r\n{BASE}/bytes/3".encode()
        run = rig.fetch("-i", "-", stdin=text)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual({n: r["size_download"] for n, r in run.by_line.items()}, {3: 1, 4: 2, 6: 3})

    def test_a_line_that_is_no_url_gets_its_record_and_the_run_goes_on(self):
        text = (b"not a url\n" + b"ftp://example.org/x\n" + b"http://\xff\xfe/\n" + b"http://" + b"x" * 1000000 + b"/\n"
                + b"\x00\x01\n" + f"{BASE}/bytes/1\n".encode())
        run = rig.fetch("-i", "-", stdin=text)
        self.assertEqual(run.status, 3)
        errors = {n: r.get("error") for n, r in run.by_line.items()}
        self.assertEqual(errors, {1: "bad-url", 2: "blocked-scheme", 3: "bad-url", 4: "bad-url", 5: "bad-url", 6: None})
        for r in run.records:
            if "error" in r:
                self.assertTrue(r["errormsg"])

    def test_the_checked_in_list_of_malformed_lines_is_survived(self):
        name = os.path.join(os.environ["srcdir"], "urls", "malformed.txt")
        with open(name, "rb") as f:
            lines = [n for n, line in enumerate(f.read().lstrip(b"\xef\xbb\xbf").split(b"\n"), 1)
                     if line.strip(b" \t\r\f\v") and not line.strip(b" \t\r\f\v").startswith(b"#")]
        run = rig.fetch("-i", name, "--retry", "0", "--max-time", "2", "--connect-timeout", "1", "--dns-servers",
                        "127.0.0.1:9")
        self.assertEqual(sorted(r["line"] for r in run.records), lines)
        self.assertEqual(run.status, 3)

    def test_passwords_reach_no_record_and_no_failed_list(self):
        failed = rig.path("failed-secret")
        run = rig.fetch("--failed", failed, urls=[f"http://user:hunter2@127.0.0.1:{PORT}/status/404",
                                                  "http://user:hunter2@bad host/", "ftp://user:hunter2@x/"])
        with open(failed) as f:
            listed = f.read()
        self.assertNotIn("hunter2", run.out.decode() + run.err + listed)
        self.assertEqual(len(listed.splitlines()), 3)

    def test_gzip_and_zstd_lists_are_read_as_they_are(self):
        text = "".join(f"{BASE}/bytes/{k}\n" for k in range(200)).encode()
        plain = rig.write("list", text)
        gz = rig.write("list.gz", gzip.compress(text[:3000]) + gzip.compress(text[3000:]))
        subprocess.run(["zstd", "-q", "-f", plain, "-o", plain + ".zst"], check=True)
        for name in (plain, gz, plain + ".zst"):
            run = rig.fetch("-i", name)
            self.assertEqual((run.status, len(run.records)), (0, 200), run.err)

    def test_a_damaged_gzip_list_says_so_and_fetches_what_it_got(self):
        text = "".join(f"{BASE}/bytes/{k}\n" for k in range(2000)).encode()
        run = rig.fetch("-i", rig.write("cut.gz", gzip.compress(text)[:2000]))
        self.assertEqual(run.status, 1)
        self.assertIn("cut.gz", run.err)
        self.assertGreater(len(run.records), 0)

    def test_a_pipe_that_stays_open_is_fetched_as_it_comes(self):
        with subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
            for k in range(3):
                p.stdin.write(f"{BASE}/bytes/{k}\n".encode())
                p.stdin.flush()
                self.assertTrue(select.select([p.stdout], [], [], 10)[0], "no record within ten seconds")
                self.assertEqual(json.loads(p.stdout.readline())["size_download"], k)
            p.stdin.close()
            self.assertEqual(p.wait(10), 0)

    def test_a_reader_that_goes_away_ends_the_run(self):
        urls = "".join(f"{BASE}/bytes/100\n" for _ in range(20000)).encode()
        p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE)
        threading.Thread(target=lambda: _feed(p.stdin, urls), daemon=True).start()
        p.stdout.readline()
        p.stdout.close()
        self.assertEqual(p.wait(20), 141)
        self.assertEqual(p.stderr.read(), b"")
        p.stderr.close()

    def test_output_and_failed_files_hold_what_they_promise(self):
        out, failed = rig.path("out.jsonl"), rig.path("failed.txt")
        run = rig.fetch("-o", out, "--failed", failed, "--retry", "0",
                        urls=[f"{BASE}/bytes/1", f"{BASE}/status/404", "nonsense", f"{BASE}/status/500"])
        self.assertEqual((run.status, run.out), (3, b""))
        with open(out) as f:
            self.assertEqual(len([json.loads(line) for line in f]), 4)
        with open(failed) as f:
            self.assertEqual(sorted(f.read().splitlines()), sorted([f"{BASE}/status/404", "nonsense", f"{BASE}/status/500"]))
        again = rig.fetch("-i", failed, "--retry", "0")
        self.assertEqual(len(again.records), 3)

    def test_arguments_are_urls_too(self):
        run = rig.fetch(f"{BASE}/bytes/1", f"{BASE}/bytes/2")
        self.assertEqual((run.status, len(run.records)), (0, 2), run.err)

    def test_an_input_that_cannot_be_read_is_one_line_and_status_2(self):
        run = rig.fetch("-i", "/nonexistent/list")
        self.assertEqual((run.status, len(run.err.splitlines())), (2, 1))
        self.assertIn("/nonexistent/list", run.err)

    def test_no_escape_code_reaches_a_pipe_and_a_terminal_gets_one_live_line(self):
        run = rig.fetch(urls=[f"{BASE}/delay/300?{k}" for k in range(20)])
        self.assertNotIn("\x1b", run.err)
        self.assertNotIn("\r", run.err)
        for extra, wanted in (({}, True), ({"TERM": "dumb"}, False)):
            text = self._on_a_terminal({**os.environ, "TERM": "xterm", **extra})
            self.assertEqual("\r" in text.replace("\r\n", "\n"), wanted, text)

    def _on_a_terminal(self, env):
        master, slave = pty.openpty()
        name = rig.write("tty-list", "".join(f"{BASE}/delay/300?{k}\n" for k in range(20)))
        p = subprocess.Popen([rig.TRAWL, "fetch", "-i", name, "-o", rig.path("tty.jsonl")], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=slave, env=env)
        os.close(slave)
        text, end = b"", time.monotonic() + 20
        while time.monotonic() < end:
            try:
                more = os.read(master, 4096)
            except OSError:
                break
            if not more:
                break
            text += more
        self.assertEqual(p.wait(10), 0)
        os.close(master)
        return text.decode()


def _feed(pipe, data):
    try:
        pipe.write(data)
        pipe.close()
    except OSError:
        pass


if __name__ == "__main__":
    rig.main()
