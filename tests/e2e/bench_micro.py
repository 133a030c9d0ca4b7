# SPDX-License-Identifier: MIT
"""`trawl bench --micro`: every measurement is there, whatever it came to."""
import json
import subprocess
import unittest

import rig


def micro_of(*options):
    done = subprocess.run([rig.TRAWL, "bench", "--micro", *options], capture_output=True, timeout=240, check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


class Micro(unittest.TestCase):
    def test_every_row_is_there_or_says_why_not(self):
        run = micro_of("--json", "-q")
        self.assertEqual(run.status, 0, run.err)
        micro = json.loads(run.out)["micro"]
        self.assertEqual([u["name"] for u in micro["units"]], ["coroutine", "thread", "process"])
        self.assertGreater(len(micro["rows"]), 20)
        for row in micro["rows"]:
            self.assertTrue("wall_ns" in row or "resident_bytes" in row or row.get("note"), row)
        self.assertEqual(micro["units"][0]["parked"], 10000)

    def test_a_table_and_a_page_come_of_it_alone(self):
        path = rig.path("micro.html")
        run = micro_of("--html", path)
        self.assertEqual(run.status, 0, run.err)
        self.assertIn(b"spawn and join", run.out)
        with open(path, encoding="utf-8") as f:
            page = f.read()
        self.assertIn('id="micro-switch-t"', page)
        self.assertNotIn('id="waiting"', page)


if __name__ == "__main__":
    rig.main()
