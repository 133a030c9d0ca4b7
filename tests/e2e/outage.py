# SPDX-License-Identifier: MIT
"""The network goes away and comes back: nothing is lost, and no host is given up because of us. In network namespaces of its own: the
run in one, its origin and name server in another, a cable between them that is pulled at either end. TRAWL_LONG=1: for a minute."""
import itertools
import json
import os
import subprocess
import sys
import time
import unittest

import rig

INSIDE = "TRAWL_E2E_OUTAGE"
LONG = "TRAWL_LONG" in os.environ
AWAY = 60 if LONG else 3  # seconds
ALIKE = 60 if LONG else 15  # where hosts are treated all alike, with these: long enough to use up all attempts of what is under way
SHORT = ("-j", "16", "--connect-timeout", "500ms", "-m", "1s")
PAGES = 40 if LONG else 12  # a host


def enter():
    """Goes on in a network namespace of its own."""
    if os.environ.get(INSIDE):
        return
    rig.need("ip", "unshare", "nsenter")
    setup = "ip link set lo up && ip link add near type veth peer name far && ip addr add 127.9.9.9/8 dev lo"
    tried = subprocess.run(["unshare", "-n", "sh", "-c", setup], capture_output=True, check=False)
    if tried.returncode != 0:
        print("skipped: no network namespace can be made here:", tried.stderr.decode().strip())
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, *sys.argv])


def ip(*arguments, there=None):
    where = ["nsenter", "-t", str(there), "-n"] if there else []
    subprocess.run([*where, "ip", *arguments], check=True, capture_output=True)


class Cable:
    """Two ends in two namespaces, an origin and a name server at the far one."""

    numbers = itertools.count(1)

    def __init__(self, ttl):
        self.number = next(self.numbers)
        self.near = f"near{self.number}"
        self.here, self.there = f"198.51.100.{self.number * 4 + 1}", f"198.51.100.{self.number * 4 + 2}"
        self.pid = rig.start(["unshare", "-n", "sleep", "1000"]).pid
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.pid}/ns/net") == own:
            time.sleep(0.01)
        ip("link", "add", self.near, "type", "veth", "peer", "name", f"far{self.number}", "netns", str(self.pid))
        ip("addr", "add", f"{self.here}/30", "dev", self.near)
        ip("link", "set", self.near, "up")
        for command in (["addr", "add", f"{self.there}/30", "dev", f"far{self.number}"], ["link", "set", "lo", "up"], ["link", "set", f"far{self.number}", "up"]):
            ip(*command, there=self.pid)
        err = open(rig.path(f"origin{self.number}"), "wb")  # noqa: SIM115
        rig.start(["nsenter", "-t", str(self.pid), "-n", rig.TRAWL, "serve", "-p", "80", "--bind", self.there, "--dns",
                   f"{self.there}:53", "--dns-ttl", str(ttl), "--web", f"6,{PAGES}", "--web-delay", "30ms", "--max-time", "900s"],
                  stdout=err, stderr=err)
        rig.wait_port(80, self.there)

    def pull(self, end):
        if end == "near":
            ip("link", "set", self.near, "down")
        else:
            ip("link", "set", f"far{self.number}", "down", there=self.pid)

    def plug(self, end):
        if end == "near":
            ip("link", "set", self.near, "up")
        else:
            ip("link", "set", f"far{self.number}", "up", there=self.pid)


class Outage(unittest.TestCase):
    def outage(self, end, command, *options, away=AWAY, ttl=1, look=lambda: None):
        cable = Cable(ttl)
        out = rig.path(f"out{cable.number}")
        run = subprocess.Popen([rig.TRAWL, command, "-o", out, "--dns-servers", cable.there, "--allow-private", "--connect-timeout",
                                "2s", "-m", "3s", *options], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            while rig.count_lines(out) < 10 and run.poll() is None:
                time.sleep(0.02)
            cable.pull(end)
            time.sleep(away)
            self.assertIsNone(run.poll(), run.poll() is None or run.stderr.read())
            look()
            cable.plug(end)
            err = run.communicate(timeout=400)[1]
        finally:
            run.kill()
        with open(out, "rb") as f:
            return rig.Run(run.returncode, f.read(), err)

    def crawl(self, end, engine):
        self.check_crawl(4, end, "--engine", engine, "--scope", "any")

    def check_crawl(self, hosts, end, *options, **how):
        run = self.outage(end, "crawl", "--contact", "t@example.org", "--robots", "ignore", "--host-delay", "10ms", *options,
                          "http://h0.web.test/", **how)
        self.assertEqual([(r["url"], r["error"], r.get("errormsg")) for r in run.records if "error" in r], [], run.err)
        self.assertGreaterEqual(sum(r["status"] in (200, 301) for r in run.records), hosts * PAGES, run.err)
        self.assertIn(run.status, (0, 3), run.err)

    def fetch(self, end, engine, *options, hosts=6, **how):
        urls = [f"http://h{k % hosts}.web.test/" + (f"bytes/100?{k}" if k % 2 else "") for k in range(10 * PAGES)]
        name = rig.write(f"list-{end}-{engine[:4]}-{len(options)}-{hosts}", "".join(u + "\n" for u in urls))
        run = self.outage(end, "fetch", "--engine", engine, "-j", "4", "--host-delay", "10ms", "-i", name, *options, **how)
        self.assertEqual([(r["url"], r["error"], r.get("errormsg")) for r in run.records if "error" in r], [], run.err)
        self.assertEqual(sorted(run.by_line), list(range(1, len(urls) + 1)))

    def test_a_crawl_whose_own_end_is_pulled(self):
        self.crawl("near", "coro")

    def test_a_crawl_whose_far_end_is_pulled(self):
        self.crawl("far", "threads:4")

    def test_a_crawl_of_processes_whose_far_end_is_pulled(self):
        self.crawl("far", "forks:4")

    def test_a_list_whose_own_end_is_pulled(self):
        self.fetch("near", "forks:4", "--adapt")

    def test_a_list_whose_far_end_is_pulled(self):
        self.fetch("far", "coro", "--adapt")

    def test_a_list_of_threads_whose_own_end_is_pulled(self):
        self.fetch("near", "threads:4", "--adapt")

    def test_a_list_whose_own_end_is_pulled_while_hosts_are_treated_all_alike(self):
        self.fetch("near", "coro", *SHORT, away=ALIKE)

    def test_a_list_whose_far_end_is_pulled_while_hosts_are_treated_all_alike(self):
        self.fetch("far", "forks:4", *SHORT, away=ALIKE, ttl=600)

    # With one host only the machine itself can tell, and it does where its own end is pulled.

    def test_a_list_of_one_host_whose_own_end_is_pulled(self):
        self.fetch("near", "coro", *SHORT, "--retry", "1", hosts=1, away=ALIKE)

    def test_a_list_of_one_host_is_not_charged_with_what_was_under_way(self):
        self.fetch("near", "threads:4", "--retry", "0", hosts=1, away=2 * AWAY, ttl=600)

    def test_a_crawl_of_one_host_whose_own_end_is_pulled(self):
        """Nor is its pace slowed."""
        state = rig.path("state-of-one")
        delay = []

        def look():
            said = subprocess.run([rig.TRAWL, "status", "--json", state], capture_output=True, check=True).stdout
            delay.extend(h["delay"] for h in json.loads(said)["hosts"])

        self.check_crawl(1, "near", "--engine", "coro", "--host-give-up", "1s", "--state", state, "--min-delay", "100ms",
                         "--delay-factor", "0", away=2 * AWAY, look=look)
        self.assertEqual(delay, [0.1])


if __name__ == "__main__":
    enter()
    rig.main(11)
