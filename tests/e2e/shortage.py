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
PORT = rig.serve("--web", "60,3")
SAID = re.compile(r"out of ports, descriptors or memory: ([0-9]+) requests at once instead of ([0-9]+)")


def run(command, *options, urls, few=0, timeout=120):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (few, few))

    done = subprocess.run([*command, rig.TRAWL, "fetch", "-i", "-", *options], input="\n".join(urls).encode(), capture_output=True,
                          timeout=timeout, preexec_fn=limit if few else None, check=False)
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
