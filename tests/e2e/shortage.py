# SPDX-License-Identifier: MIT
"""Too few descriptors, too few ports, and a network that goes away for a while: less is done at once, and every URL gets its record."""
import os
import re
import resource
import shutil
import signal
import subprocess
import threading
import time
import unittest

import rig

ENGINES = ("coro", "threads:8", "threads:64", "forks:4", "forks:2/coro:8", "threads:2/coro:16", "callback", "green")
DNS = rig.free_port()
PORT = rig.serve("--web", "60,3", "--dns", str(DNS), "--dns-ttl", "1")
NAMES = ("--dns-servers", f"127.0.0.1:{DNS}", "--allow-private")
TOO_FEW = re.compile(r"error: ([0-9]+) open files are too few for this run, which takes ([0-9]+) at least: raise ulimit -n")
SAID = re.compile(r"out of ports, descriptors or memory: ([0-9]+) requests at once instead of ([0-9]+)")


def run(command, *options, urls, few=0, timeout=120):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))

    done = subprocess.run([*command, rig.TRAWL, "fetch", "-i", "-", *options], input="\n".join(urls).encode(), capture_output=True,
                          timeout=timeout, preexec_fn=limit if few else None, check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


def crawl(*options, port, names, few=0):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))

    done = subprocess.run([rig.TRAWL, "crawl", "--contact", "a@b.c", "--host-delay", "0", "--scope", "any", "-j", "32", *names, *options,
                           f"http://h0.web.test:{port}/"], capture_output=True, timeout=120, preexec_fn=limit if few else None, check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


def may_make_namespaces():
    return shutil.which("ip") and subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True,
                                                 check=False).returncode == 0


class Shortage(unittest.TestCase):
    def look_at(self, done, engine, count):
        self.assertEqual(sorted(done.by_line), list(range(1, count + 1)), (engine, done.err))
        self.assertEqual((done.status, [r for r in done.records if "error" in r]), (0, []), (engine, done.err))
        said = SAID.search(done.err)
        if said:
            self.assertLess(int(said[1]), int(said[2]))
        return bool(said)

    def test_with_few_descriptors_less_is_done_at_once(self):
        urls = [f"http://127.0.0.{i % 50 + 1}:{PORT}/delay/100/bytes/10?{i}" for i in range(150)]
        for engine in ENGINES:
            with self.subTest(engine=engine):
                done = run([], "-j", "256", "--engine", engine, urls=urls, few=40)
                said = self.look_at(done, engine, len(urls))
                few_are_enough = engine == "threads:8" or engine.startswith("forks")  # whose workers have 40 each
                self.assertTrue(said or few_are_enough, done.err)
                self.assertIn("raise ulimit -n", done.err)

    def test_with_few_descriptors_names_are_looked_up_all_the_same(self):
        """The coordinator keeps some for itself: no host is given up, nor a URL lost, for what we lack."""
        urls = [f"http://h{i % 30}.web.test:{PORT}/{i // 30 or ''}" for i in range(60)]
        wanted = {line: r["status"] for line, r in run([], *NAMES, urls=urls).by_line.items()}
        self.assertEqual(len(wanted), 60)
        for engine, few in ("forks:4", 30), ("forks:2,coro:4", 24), ("coro", 18), ("threads:64", 16):
            with self.subTest(engine=engine):
                done = run([], "--adapt", *NAMES, "--engine", engine, urls=urls, few=few)
                self.assertEqual({line: r["status"] for line, r in done.by_line.items()}, wanted, done.err)
                self.assertEqual([r for r in done.records if "error" in r], [], done.err)

    def test_a_crawl_with_few_descriptors_finds_what_there_is(self):
        dns = rig.free_port()
        web = {"port": rig.serve("--web", "8,6", "--dns", str(dns)), "names": ("--dns-servers", f"127.0.0.1:{dns}", "--allow-private")}
        whole = crawl(**web)
        for engine, few in ("forks:2/coro:8", 30), ("threads:8", 28):
            with self.subTest(engine=engine):
                out, home = (rig.path(f"crawl-{what}-{few}-{engine[:5]}") for what in ("out", "state"))
                done = crawl("--engine", engine, "--state", home, "-o", out, "--save", home + ".bodies", few=few, **web)
                with open(out, "rb") as f:
                    done.out = f.read()
                self.assertEqual(done.status, whole.status, done.err)
                self.assertEqual(sorted((r["url"], r.get("error")) for r in done.records),
                                 sorted((r["url"], r.get("error")) for r in whole.records), done.err)

    def test_with_too_few_for_anything_one_line_says_how_many_it_takes(self):
        urls = [f"http://127.0.0.{i + 1}:{PORT}/bytes/10" for i in range(8)]
        for engine in ("coro", "threads:8", "forks:4", "threads:2/coro:16"):
            with self.subTest(engine=engine):
                done = run([], "--engine", engine, urls=urls, few=9)
                said = TOO_FEW.search(done.err)
                self.assertTrue(said, done.err)
                self.assertEqual((done.status, done.out, said[1]), (1, b"", "9"))
                self.look_at(run([], "--engine", engine, urls=urls, few=int(said[2])), engine, len(urls))

    def test_with_few_ports_less_is_done_at_once(self):
        if not may_make_namespaces():
            self.skipTest("no network namespaces here")
        # One address to connect to, so that all connections share the range; whoever closes first keeps a port for a minute.
        script = ('ip link set lo up && echo "40000 40019" > /proc/sys/net/ipv4/ip_local_port_range || exit 77; '
                  '"$0" serve -q -p 8080 --max-time 600s > "$1" & until grep -q listening "$1"; do sleep 0.05; done; shift; '
                  '"$@"; r=$?; kill %1; wait; exit $r')
        urls = [f"http://127.0.0.1:8080/delay/100/bytes/10?{i}" for i in range(200)]
        for engine in ENGINES:
            with self.subTest(engine=engine):
                wrap = ["unshare", "-n", "bash", "-mc", script, rig.TRAWL, rig.path("ready-" + engine.replace("/", "-"))]
                done = run(wrap, "-j", "60", "--per-host", "60", "--engine", engine, urls=urls)
                if done.status == 77:
                    self.skipTest("the range of ports cannot be set")
                self.look_at(done, engine, len(urls))

    def test_a_network_that_goes_away_and_comes_back_costs_no_url(self):
        for engine in ("coro", "threads:4", "forks:4"):
            with self.subTest(engine=engine):
                self.outage(engine)

    def outage(self, engine):
        """The origin does not answer for 4 seconds; --host-give-up is longer than that, an exchange's time is shorter."""
        out = rig.path("outage-port")
        with open(out, "wb") as f:
            port = rig.free_port()
            origin = rig.start([rig.TRAWL, "serve", "-p", str(port), "--max-time", "7200s"], stdout=f, stderr=f)
        rig.wait_port(port)
        urls = [f"http://127.0.0.1:{port}/delay/50/bytes/10?{i}" for i in range(120)]
        done = []
        runner = threading.Thread(target=lambda: done.append(run([], "-j", "4", "--engine", engine, "--connect-timeout", "1s", "-m", "1s",
                                                                 "--retry", "5", urls=urls)))
        runner.start()
        time.sleep(0.3)
        os.kill(origin.pid, signal.SIGSTOP)
        time.sleep(4)
        os.kill(origin.pid, signal.SIGCONT)
        runner.join(120)
        rig.stop(origin)
        self.look_at(done[0], engine, len(urls))
        self.assertTrue(any(r.get("retries") or r.get("attempts", 1) > 1 for r in done[0].records), done[0].records[:2])


if __name__ == "__main__":
    rig.main()
