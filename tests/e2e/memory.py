# SPDX-License-Identifier: MIT
"""Memory does not grow with the list, whatever keeps its lines from being fetched."""
import json
import os
import subprocess
import time
import unittest

import rig

rig.need_no_sanitizer("it keeps what was freed, and memory is all that is looked at here")
PORT = rig.serve("--web", "1,1")  # which any address of 127.0.0.0/8 answers for
SMALL, BIG = 20000, 20000000 if os.environ.get("TRAWL_LONG") else 400000


def peak(lines, make, options=(), seconds=None):
    """Peak resident kilobytes of a run over a list that `make` gives the lines of, through a pipe, stopped after `seconds`."""
    p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", "-", "-o", "/dev/null", *options], stdin=subprocess.PIPE,
                         stderr=subprocess.DEVNULL)
    block, most, end = 10000, 0, time.monotonic() + seconds if seconds else None
    try:
        for at in range(0, lines, block):
            p.stdin.write("".join(make(k) for k in range(at, min(at + block, lines))).encode())
            most = max(most, rig.peak_kb(p.pid))
            if end and time.monotonic() > end:
                break
        most = max(most, rig.peak_kb(p.pid))
        if seconds:
            time.sleep(1)
            most = max(most, rig.peak_kb(p.pid))
            p.kill()
        p.stdin.close()
    except BrokenPipeError:
        pass
    p.wait()
    return most


class Memory(unittest.TestCase):
    def check(self, make, options=(), seconds=None):
        small, big = peak(SMALL, make, options, seconds and 3), peak(BIG, make, options, seconds)
        print(f"peak memory: {small} KB for {SMALL} lines, {big} KB for {BIG}")
        self.assertLess(big, small * 1.25 + 8192)

    def test_a_long_list_of_one_paced_host_takes_no_more_than_a_short_one(self):
        self.check(lambda k: f"http://127.0.0.1:{PORT}/bytes/1?{k}\n", ("--host-rate", "5/s"), 12)

    def test_a_long_list_of_lines_that_are_no_urls_takes_no_more_than_a_short_one(self):
        self.check(lambda k: f"line {k} is no url\n")

    def test_a_list_sorted_by_host_starves_none(self):
        """Each of 1,000 hosts may be asked once, and the last one's lines stand behind 120,000 of others."""
        name = rig.write("sorted", "".join(f"http://127.0.{h // 250}.{1 + h % 250}:{PORT}/bytes/1?{k}\n" for h in range(1000) for k in range(120)))
        for options in [], ["--state", rig.path("sorted.state")]:
            with self.subTest(options=options):
                out = rig.path(f"sorted{len(options)}.out")
                p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", name, "-o", out, "--host-delay", "1h", *options], stdin=subprocess.DEVNULL)
                end, hosts = time.monotonic() + 100, set()
                while len(hosts) < 1000 and time.monotonic() < end and p.poll() is None:
                    time.sleep(0.1)
                    if os.path.exists(out):
                        with open(out, encoding="utf-8") as f:
                            hosts = {json.loads(line)["url"].split("/")[2] for line in f if line.endswith("\n")}
                p.kill()
                p.wait()
                self.assertEqual(len(hosts), 1000)

    def test_many_hosts_take_no_more_than_a_few(self):
        self.check(lambda k: f"http://127.{k % 200}.{k // 200 % 250}.{k // 50000 % 250}:1/\n", ("--retry", "0"))


if __name__ == "__main__":
    rig.main()
