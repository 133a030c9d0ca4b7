# SPDX-License-Identifier: MIT
"""Rates, delays and limits as the server sees them; and that no host holds up another."""
import time
import unittest

import rig


class Pace(unittest.TestCase):
    def test_no_more_at_once_than_asked(self):
        for options, most in ((("-j", "3"), 3), (("--per-host", "2"), 2), ((), 8), (("--engine", "forks:6"), 6)):
            meter = rig.Meter(0.05)
            run = rig.fetch(*options, urls=[f"{meter.base}/{k}" for k in range(40)])
            self.assertEqual(run.status, 0, run.err)
            self.assertLessEqual(meter.most, most)
            self.assertGreaterEqual(meter.most, most - 1)

    def test_the_delay_is_from_the_end_of_one_to_the_start_of_the_next(self):
        for engine in ("coro", "forks:4"):
            meter = rig.Meter(0.1)
            run = rig.fetch("--engine", engine, "--host-delay", "0.2", "--per-host", "1",
                            urls=[f"{meter.base}/{k}" for k in range(5)])
            self.assertEqual(run.status, 0, run.err)
            spans = sorted(meter.spans)
            for (_, ended), (began, _) in zip(spans, spans[1:]):
                self.assertGreaterEqual(began - ended, 0.199)

    def test_two_requests_are_never_closer_than_the_delay(self):
        meter = rig.Meter(0.1)
        rig.fetch("--host-delay", "0.15", "--per-host", "8", urls=[f"{meter.base}/{k}" for k in range(8)])
        self.assertGreaterEqual(min(meter.gaps()), 0.249)
        self.assertEqual(meter.most, 1)

    def test_rates_are_kept_over_all_workers(self):
        for options in (("--rate", "20/s"), ("--host-rate", "20/s"), ("--rate", "20", "--engine", "coro:2,forks:4")):
            meter = rig.Meter()
            run = rig.fetch(*options, urls=[f"{meter.base}/{k}" for k in range(21)])
            self.assertEqual(run.status, 0, run.err)
            took = meter.starts[-1] - meter.starts[0]
            self.assertGreaterEqual(took, 0.95)

    def test_a_paced_a_slow_and_a_dead_host_hold_up_no_other(self):
        quick, slow = rig.Meter(), rig.Meter(3.0, "127.0.0.2")
        paced = [f"{slow.base}/{k}" for k in range(3000)]
        dead = [f"http://127.0.0.3:{rig.free_port(address='127.0.0.3')}/{k}" for k in range(100)]
        listed = rig.write("mixed", "\n".join(paced + dead + [f"{quick.base}/{k}" for k in range(100)]))
        out = rig.path("mixed.jsonl")
        p = rig.start([rig.TRAWL, "fetch", "-q", "-j", "32", "-i", listed, "-o", out, "--retry", "1"])
        end = time.monotonic() + 20
        while time.monotonic() < end and len(quick.spans) < 100:
            time.sleep(0.05)
        self.assertEqual(len(quick.spans), 100)
        self.assertLess(len(slow.spans), 100)
        rig.stop(p)

    def test_waiting_at_gates_is_told_apart_from_the_exchange(self):
        meter = rig.Meter()
        run = rig.fetch("--host-delay", "0.2", urls=[f"{meter.base}/{k}" for k in range(3)])
        last = run.records[-1]
        self.assertGreaterEqual(last["time_queue"], 0.35)
        self.assertLess(last["time_total"], 0.2)


if __name__ == "__main__":
    rig.main()
