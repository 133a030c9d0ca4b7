#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""That tests/layers.py refuses what it is there to refuse: a made-up tree, one fault each."""
import os
import subprocess
import sys
import tempfile
import unittest

LAYERS = os.path.join(os.environ.get("srcdir", "."), "tests", "layers.py")
HEAD = "// SPDX-License-Identifier: MIT\n"
GOOD = {
    "lib/data/list.h": HEAD,
    "lib/sys/clock.h": HEAD,
    "lib/sys/clock.c": HEAD + '#include "sys/clock.h"\n#include "data/list.h"\n#include <sys/stat.h>\n',
    "lib/fiber/switch.h": HEAD,
    "lib/fiber/switch_ucontext.c": HEAD + '#include "config.h"\n#include "fiber/switch.h"\n',
    "lib/sched/loop.h": HEAD + '#include "fiber/switch.h"\n',
    "lib/web/url.h": HEAD + '#include "data/list.h"\n',
    "lib/fetch/multi.h": HEAD + '#include "sched/loop.h"\n',
    "src/engine/lane.h": HEAD,
    "src/frontier/gate.h": HEAD + '#include "sched/loop.h"\n',
    "src/serve/origin.h": HEAD + '#include "sched/loop.h"\n',
    "src/cmd/bench.h": HEAD + '#include "frontier/gate.h"\n',
    "src/main.c": HEAD + '#include "cmd/bench.h"\n',
}


def check(changes):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **changes}.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as out:
                out.write(text)
        return subprocess.run([sys.executable, LAYERS, root], capture_output=True, text=True, timeout=60, check=False)


class Layers(unittest.TestCase):
    def refuses(self, path, text, *said):
        run = check({path: text})
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)
        for words in said:
            self.assertIn(words, run.stderr)

    def test_a_tree_that_points_down_is_accepted(self):
        run = check({})
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_an_include_that_points_up_is_refused(self):
        for path, include in [
                ("lib/data/list.h", "sys/clock.h"), ("lib/sys/clock.h", "fiber/switch.h"),
                ("lib/fiber/switch.h", "sched/loop.h"), ("lib/sched/loop.h", "web/url.h"),
                ("lib/web/url.h", "sched/loop.h"), ("lib/web/url.h", "fetch/multi.h"),
                ("lib/fetch/multi.h", "engine/lane.h"), ("src/engine/lane.h", "frontier/gate.h"),
                ("src/frontier/gate.h", "cmd/bench.h"), ("src/serve/origin.h", "engine/lane.h"),
                ("src/serve/origin.h", "frontier/gate.h"), ("src/serve/origin.h", "fetch/multi.h")]:
            with self.subTest(path=path, include=include):
                self.refuses(path, HEAD + f'\n#  include "{include}"\n', f"{path}:3: ", "point down only")

    def test_a_folder_that_is_no_layer_is_refused(self):
        self.refuses("lib/extra/thing.h", HEAD, "lib/extra/:1: ", "is no layer")
        self.refuses("src/cmd/more/thing.h", HEAD, "src/cmd/more/:1: ", "is no layer")

    def test_an_include_that_names_no_layer_is_refused(self):
        self.refuses("src/cmd/bench.h", HEAD + '#include "gate.h"\n', "src/cmd/bench.h:2: ", "names no layer")
        self.refuses("src/cmd/bench.h", HEAD + '#include "cmd/../crawl/gate.h"\n', "names no layer")
        self.refuses("src/cmd/bench.h", HEAD + '#include "crawl/missing.h"\n', "is in no layer")
        self.refuses("src/cmd/bench.h", HEAD + "#include <frontier/gate.h>\n", "is ours")

    def test_a_dumping_ground_is_refused(self):
        self.refuses("lib/data/util.h", HEAD, "lib/data/util.h:1: ", "name the concept")
        self.refuses("src/crawl/helpers.c", HEAD, "src/crawl/helpers.c:1: ", "name the concept")
        for count, name, said in (25, "concept{}", "25 concepts"), (33, "sink_{}", "33 sources"):
            run = check({f"src/crawl/{name.format(n)}.c": HEAD for n in range(count)})
            self.assertEqual(run.returncode, 1)
            self.assertIn(f"src/crawl/:1: holds {said}", run.stderr)
        self.assertEqual(check({f"src/crawl/concept{n}.c": HEAD for n in range(24)}).returncode, 0)

    def test_a_source_of_the_library_without_its_header_is_refused(self):
        self.refuses("lib/data/heap.c", HEAD, "lib/data/heap.c:1: ", "has no heap.h")

    def test_a_header_that_hides_one_of_the_systems_is_refused(self):
        self.refuses("lib/sys/poll.h", HEAD, "lib/sys/poll.h:1: ", "hides")

    def test_a_file_without_its_licence_is_refused(self):
        self.refuses("src/cmd/bench.h", "#include <stdio.h>\n", "src/cmd/bench.h:1: ", "SPDX")


if __name__ == "__main__":
    unittest.main()
