# SPDX-License-Identifier: MIT
"""Disks that fail and disks that forget: with --state nothing that was committed is lost, nothing is torn, and the run goes on.

Of the calls that can fail a sample is taken; DISK_ALL=1 has each of them fail in turn (make check-long).
"""
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest

import rig

rig.need_no_sanitizer("the faults of this test are loaded before libc, where it must be itself")
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import warc_reader  # noqa: E402

BUILD = os.path.dirname(os.path.abspath(rig.TRAWL)) if os.path.dirname(rig.TRAWL) else os.getcwd()
PRELOADS = next((d for d in (os.path.join(os.getcwd(), "tests/preload"), os.path.join(BUILD, "tests/preload"))
                 if os.path.exists(os.path.join(d, "io_fault.so"))), None)
if not PRELOADS:
    print("skipped: the disks that fail were not built (make tests/preload/io_fault.so)")
    sys.exit(77)
URLS = 60


class Disk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = rig.serve()
        base = f"http://127.0.0.1:{cls.port}"
        cls.urls = [f"{base}/" + ("bytes/3000", "redirect/1", "status/404", "gzip/2000")[k % 4] + f"?{k}" for k in range(URLS)]
        cls.list = rig.write("list", "".join(f"{u}\n" for u in cls.urls))

    def command(self, home, *more):
        return [rig.TRAWL, "fetch", "--state", f"{home}/state", "-o", f"{home}/out.jsonl", "--failed", f"{home}/failed", "-i",
                self.list, "--commit-interval", "20ms", "--warc-file", f"{home}/warc/a", "--per-host", "8", "-q", *more]

    def run_it(self, home, env=None, *more):
        return subprocess.run(self.command(home, *more), stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                              env={**os.environ, **(env or {})})

    def home(self, name):
        home = rig.path(name)
        os.makedirs(home)
        return home

    def check_complete(self, home):
        with open(f"{home}/out.jsonl", "rb") as f:
            records = [json.loads(line) for line in f.read().splitlines()]
        self.assertEqual(sorted(r["line"] for r in records), list(range(1, URLS + 1)))
        held = {(name, r.offset) for name in os.listdir(f"{home}/warc") for r in warc_reader.read_file(f"{home}/warc/{name}")
                if r.type in ("response", "revisit")}
        wanted = {(os.path.basename(w["file"]), w["offset"]) for r in records for w in r.get("warc", ())}
        self.assertEqual(held, wanted)

    def fail_at(self, nth, kind, onward, name):
        """One run whose disk fails at its `nth` call, and the one that goes on once the disk is well again."""
        home = self.home(name)
        env = {"LD_PRELOAD": f"{PRELOADS}/io_fault.so", "IO_FAULT_UNDER": home, "IO_FAULT_COUNT": rig.path(name + ".count"),
               "IO_FAULT_AT": str(nth), "IO_FAULT_KIND": kind}
        if onward:
            env["IO_FAULT_ON"] = "1"
        done = self.run_it(home, env)
        err = done.stderr.decode()
        self.assertIn(done.returncode, (1, 2, 3), err)
        if done.returncode != 3:
            self.assertNotEqual(err.strip(), "", f"{kind} at call {nth}: no word of it")
        with open(rig.path(name + ".count"), "rb") as f:
            count = struct.unpack("Q", f.read(8))[0]
        again = self.run_it(home)
        self.assertEqual(again.returncode, 3, f"{kind} at call {nth}, then: {again.stderr.decode()}")
        if nth == 0 or not self.has_lost_exchanges(home):
            self.check_complete(home)
        shutil.rmtree(home)
        return count

    def has_lost_exchanges(self, home):
        """Whether a body could not be archived: its record says no-resources, and its URL is in --failed."""
        with open(f"{home}/out.jsonl", "rb") as f:
            return any(json.loads(line).get("error") == "no-resources" for line in f)

    def test_every_call_that_fails_leaves_a_state_that_can_be_gone_on_with(self):
        calls = self.fail_at(0, "eio", False, "count")
        self.assertGreater(calls, 20)
        step = 1 if os.environ.get("DISK_ALL") else max(1, calls // 12)
        for kind, onward in (("enospc", True), ("eio", False), ("short", True)):
            for nth in range(1, calls + 1, step):
                with self.subTest(kind=kind, nth=nth, of=calls):
                    self.fail_at(nth, kind, onward, f"{kind}{nth}")

    # ---- power loss

    def restore(self, kept, home):
        """What is found below `home` when the power has come back: only what was synced."""
        names = {}
        directory = None
        with open(f"{kept}/names", encoding="utf-8") as f:
            for line in f:
                what, rest = line.rstrip("\n").split(" ", 1)
                if what == "F":
                    inode, path = rest.split(" ", 1)
                    names[path] = inode
                elif what == "D":
                    directory = rest
                    inside = (directory + "/") if directory else ""
                    for path in [p for p in names if os.path.dirname(p) == directory]:
                        del names[path]
                else:
                    inode, name = rest.split(" ", 1)
                    names[inside + name] = inode
        shutil.rmtree(home)
        os.makedirs(home)
        for path, inode in names.items():
            target = f"{home}/{path}"
            content = f"{kept}/ino/{inode}"
            if not os.path.exists(content):
                continue  # a directory, or a file of which nothing was synced
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(content, target)

    def test_what_was_committed_survives_a_loss_of_power(self):
        for run in range(3 if not os.environ.get("DISK_ALL") else 30):
            with self.subTest(run=run):
                home, kept = self.home(f"power{run}"), self.home(f"kept{run}")
                os.makedirs(f"{kept}/ino")
                env = {"LD_PRELOAD": f"{PRELOADS}/powerloss.so", "POWERLOSS_FROM": home, "POWERLOSS_TO": kept}
                process = subprocess.Popen(self.command(home, "--rate", "60/s"), stdin=subprocess.DEVNULL, env={**os.environ, **env},
                                           stderr=subprocess.PIPE, stdout=subprocess.PIPE)
                time.sleep(0.4 + 0.2 * run)
                while not os.path.exists(f"{kept}/names") and process.poll() is None:  # nothing has been synced yet
                    time.sleep(0.02)
                process.send_signal(signal.SIGKILL)
                process.communicate()
                self.restore(kept, home)
                held = 0
                if os.path.exists(f"{home}/state"):
                    status = subprocess.run([rig.TRAWL, "status", "--json", f"{home}/state"], capture_output=True, check=False)
                    self.assertEqual(status.returncode, 0, status.stderr.decode())
                    held = json.loads(status.stdout).get("records", 0)
                    if held:
                        with open(f"{home}/out.jsonl", "rb") as f:
                            self.assertGreaterEqual(len(f.read().splitlines()), held, "records that were committed are gone")
                again = self.run_it(home)
                self.assertEqual(again.returncode, 3, again.stderr.decode())
                self.check_complete(home)


if __name__ == "__main__":
    rig.main()
