# SPDX-License-Identifier: MIT
"""Servers that answer a byte now and then, 500 at once: whoever has room for them does not wait for them, and who has not gets through
all the same. Nothing here looks at the time: what counts is what was recorded before what."""
import concurrent.futures
import json
import signal
import subprocess
import time
import unittest

import rig

PORT = rig.serve("--web", "2,2")  # on all of 127.0.0.0/8
GOOD = [f"http://127.2.{k % 40}.1:{PORT}/bytes/100?{k}" for k in range(200)]
DRIPS = [f"http://127.1.{k // 250}.{k % 250 + 1}:{PORT}/hostile/{('head-drip', 'body-drip')[k % 2]}" for k in range(500)]

TOO_LONG = rig.seconds(2.5)  # to be slow: a processor of a virtual machine may stand still for more than one


def mixed(drips, good):
    """First some that drip, then in turn, then the rest of the good ones."""
    urls = drips[:len(drips) // 2]
    for k, url in enumerate(drips[len(urls):]):
        urls += [url, *good[k:k + 1]]
    return urls + good[len(drips) - len(drips) // 2:]


# An engine, what it can hold, and how many drip.
ROOM = [("coro", 700, 500), ("threads:520", 520, 500), ("forks:2/coro:300", 600, 500), ("forks:24", 24, 20)]


class Drips(unittest.TestCase):
    def test_those_that_have_room_for_all_do_not_wait_for_any(self):
        """A worker that blocks is held by what drips: so there must be more of them than that."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for _ in pool.map(lambda row: self.drips_hold_nobody(*row), ROOM):
                pass

    def drips_hold_nobody(self, engine, room, count):
        urls = mixed(DRIPS[:count], GOOD)
        out = rig.path("out-" + engine.replace("/", "-"))
        with open(rig.write("list-" + engine.replace("/", "-"), "".join(f"{u}\n" for u in urls)), "rb") as lines, open(out + ".err", "wb") as err:
            run = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", "-", "-o", out, "--engine", engine, "-j", str(room), "--max-time",
                                    "500s", "--min-speed", "100,400s"], stdin=lines, stderr=err)
        try:
            end = time.monotonic() + 100
            while (got := rig.count_lines(out)) < len(GOOD) and run.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            self.assertEqual(got, len(GOOD))
            self.assertIsNone(run.poll())  # nothing that drips has ended: its time is far longer
        finally:
            run.kill()
            run.wait()
        with open(out) as f:
            records = [json.loads(line) for line in f]
        self.assertEqual({(r["url"].split("/")[2][:6], r["status"]) for r in records}, {("127.2.", 200)})

    def test_those_that_have_not_get_through_all_the_same(self):
        urls = DRIPS[:12] + GOOD[:40]
        for engine in ("threads:4", "forks:4"):
            with self.subTest(engine=engine):
                run = rig.fetch("-q", "--engine", engine, "-j", "4", "--retry", "0", "--min-speed", f"100,{TOO_LONG}", urls=urls, timeout=240)
                self.assertEqual(run.status, 3, run.err)
                ends = [run.by_line[n].get("error", run.by_line[n]["status"]) for n in range(1, len(urls) + 1)]
                self.assertEqual(ends, 12 * ["timeout"] + 40 * [200])

    def test_a_host_that_drips_gets_one_worker_and_not_all_of_them(self):
        drips = [f"http://127.1.0.1:{PORT}/hostile/body-drip?{k}" for k in range(9)]
        for engine in ("coro", "forks:4"):
            with self.subTest(engine=engine):
                run = rig.fetch("-q", "--engine", engine, "-j", "4", "--retry", "0", "--min-speed", f"100,{TOO_LONG}", urls=drips + GOOD[:40],
                                timeout=240)
                self.assertEqual(run.status, 3, run.err)
                order = [r["status"] if "error" not in r else r["error"] for r in run.records]
                self.assertEqual(sorted(map(str, order)), sorted(40 * ["200"] + 9 * ["timeout"]))
                # With all workers it would have gone on with four more, and then with one, before the first good one.
                self.assertLess(order.index(200), 8, order)
                self.assertEqual(order[-1], "timeout", order)

    def test_who_was_stopped_itself_blames_no_server(self):
        urls = [f"http://127.2.0.1:{PORT}/drip?bytes=6000&ms=100&piece=150&{k}" for k in range(4)]
        for engine in ("coro,callback", "threads:2"):
            with self.subTest(engine=engine):
                run = subprocess.Popen([rig.TRAWL, "fetch", "-q", "--engine", engine, "--retry", "0", "--min-speed", f"100,{TOO_LONG}", *urls],
                                       stdout=subprocess.PIPE)
                time.sleep(1.5)
                run.send_signal(signal.SIGSTOP)
                time.sleep(2.5 * float(TOO_LONG[:-1]))
                run.send_signal(signal.SIGCONT)
                records = [json.loads(line) for line in run.communicate(timeout=60)[0].splitlines()]
                self.assertEqual([(r["status"], r.get("errormsg")) for r in records], 4 * [(200, None)])


if __name__ == "__main__":
    rig.main(4)
