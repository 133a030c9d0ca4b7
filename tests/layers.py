#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the tree: includes point down, a folder is a layer and no dumping ground.

usage: layers.py [ROOT]        (ROOT defaults to $srcdir)

Each fault is a line FILE:LINE: SENTENCE on standard error; with one the exit status is 1.
"""
import glob
import os
import re
import sys

# What each folder may include, besides itself. Whoever adds a folder decides here what it stands on.
LAYERS = {
    "lib/data": [],
    "lib/sys": ["lib/data"],
    "lib/fiber": ["lib/data", "lib/sys"],
    "lib/sched": ["lib/data", "lib/sys", "lib/fiber"],
    # Pure: no loop, no clock of their own; never lib/sched.
    "lib/web": ["lib/data", "lib/sys"],
    "lib/html": ["lib/data", "lib/sys", "lib/web"],
    "lib/cookie": ["lib/data", "lib/sys", "lib/web"],
    "lib/store": ["lib/data", "lib/sys"],
    "lib/resolve": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "lib/web"],
    "lib/fetch": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "lib/web", "lib/resolve"],
    # A worker knows how, not where: no resolver.
    "src/visit": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "lib/web", "lib/html", "lib/store", "lib/fetch"],
    "src/engine": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "lib/web", "lib/store", "lib/fetch", "src/visit"],
    "src/input": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "lib/web", "lib/store"],
    "src/frontier": ["lib/*", "src/input"],
    # The store thread, and what a committed state says: above what it keeps, below who decides.
    "src/ledger": ["lib/*", "src/input", "src/frontier"],
    # What a run writes: lines, and bodies by their names.
    "src/output": ["lib/*", "src/visit", "src/input", "src/frontier", "src/ledger"],
    "src/discover": ["lib/data", "lib/sys", "lib/web"],
    "src/crawl": ["lib/*", "src/discover", "src/output", "src/ledger", "src/visit", "src/engine", "src/input", "src/frontier"],
    # What broken and malicious servers do: tables.
    "src/hostile": ["lib/data"],
    # TLS that does as those tables say.
    "src/secure": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "src/hostile"],
    # The origin shares the library with what it tests, and nothing of the crawler.
    "src/serve": ["lib/data", "lib/sys", "lib/fiber", "lib/sched", "lib/web", "lib/store", "src/hostile", "src/secure"],
    # What the kernel says of processes and of the machine.
    "src/proc": ["lib/data", "lib/sys"],
    # Measurements of coroutines, threads and processes by themselves.
    "src/micro": ["lib/data", "lib/sys", "lib/fiber", "lib/sched"],
    "src/report": ["lib/data", "lib/sys", "lib/fetch", "src/engine", "src/discover", "src/crawl"],
    "src/bench": ["lib/*", "src/visit", "src/engine", "src/input", "src/frontier", "src/crawl", "src/serve", "src/hostile", "src/secure", "src/report", "src/micro", "src/proc"],
    # A bench as a page: what to show is in its result.
    "src/page": ["lib/data", "lib/sys", "src/report", "src/micro", "src/bench"],
    # What the user says of how hosts are treated.
    "src/manners": ["lib/*", "src/visit", "src/engine", "src/input", "src/frontier", "src/crawl", "src/report"],
    # What the demo is made of: its origin, its list.
    "src/demo": ["lib/*", "src/serve", "src/bench"],
    # What a state says of its run, from outside.
    "src/status": ["lib/data", "lib/sys", "lib/web", "lib/store", "lib/fetch", "src/input", "src/frontier", "src/ledger", "src/crawl", "src/report"],
    # A rule at a time, with nothing of a run.
    "src/inspect": ["lib/data", "lib/sys", "lib/web", "lib/html", "lib/store"],
    # What a command line can say, as tables.
    "src/options": ["lib/*", "src/manners", "src/input", "src/crawl", "src/serve", "src/report", "src/bench"],
    "src/cmd": ["lib/*", "src/options", "src/discover", "src/inspect", "src/manners", "src/visit", "src/engine", "src/input", "src/frontier", "src/ledger", "src/crawl", "src/serve", "src/hostile", "src/report",
                "src/bench", "src/page", "src/status", "src/demo"],
    "src": ["lib/*", "src/*"],
}

# A folder with more concepts than this is two: split it. What shares its first word is one (sink_digest, sink_save:
# sinks), but not without end.
CONCEPTS = 24
SOURCES = 32
NO_NAMES = {"util", "utils", "utility", "utilities", "misc", "common", "helper", "helpers", "stuff", "base", "core",
            "shared", "general", "lib", "tools"}
GENERATED = {"config.h"}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
SPDX = "SPDX-License-Identifier: MIT"


class Tree:
    def __init__(self, root):
        self.root = root
        self.faults = []
        self.files = []  # relative paths, with the folder that each is in
        for top in ("lib", "src"):
            for folder, folders, names in os.walk(os.path.join(root, top)):
                folders[:] = sorted(f for f in folders if not f.startswith("."))
                for name in sorted(names):
                    if name.endswith((".c", ".h", ".S", ".def")):
                        self.files.append((os.path.relpath(folder, root), name))

    def fault(self, path, line, sentence):
        self.faults.append(f"{path}:{line}: {sentence}")

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def check(self):
        for folder, name in self.files:
            self.check_names(folder, name)
            self.check_file(folder, name)
        for folder in sorted({folder for folder, _ in self.files}):
            self.check_folder(folder)
        return self.faults

    def check_names(self, folder, name):
        path = os.path.join(folder, name)
        stem = name.rsplit(".", 1)[0]
        for part in folder.split("/")[1:] + [stem]:
            if part.lower() in NO_NAMES:
                self.fault(path, 1, f"'{part}' says nothing of what is in it: name the concept")
        if folder == "lib/sys" and name.endswith(".h"):
            for hidden in glob.glob("/usr/include/sys/" + name) + glob.glob("/usr/include/*-linux-gnu/sys/" + name):
                self.fault(path, 1, f"hides the system's {hidden} from every file of the tree")
        if folder.startswith("lib") and name.endswith(".c") and not self.header_of(folder, stem):
            self.fault(path, 1, f"has no {stem}.h beside it (nor is it a variant, NAME_VARIANT.c, of one that has)")

    def header_of(self, folder, stem):
        """The header whose concept this is: of the same name, or of a shorter one that it is a variant of."""
        parts = stem.split("_")
        for n in range(len(parts), 0, -1):
            header = "_".join(parts[:n])
            if self.exists(os.path.join(folder, header + ".h")):
                return header
        return None

    def check_folder(self, folder):
        path = os.path.join(folder, "")
        if folder not in LAYERS:
            self.fault(path, 1, "is no layer: add it, and what it stands on, to LAYERS in tests/layers.py")
        sources = [name[:-2] for where, name in self.files if where == folder and name.endswith(".c")]
        concepts = {name.split("_")[0] for name in sources}
        for count, most, what in (len(concepts), CONCEPTS, "concepts"), (len(sources), SOURCES, "sources"):
            if count > most:
                self.fault(path, 1, f"holds {count} {what}, more than {most}: it is becoming a dumping ground, split it")

    def check_file(self, folder, name):
        path = os.path.join(folder, name)
        with open(os.path.join(self.root, path), encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if number == 1 and SPDX not in line:
                    self.fault(path, 1, f"does not begin with '{SPDX}'")
                match = INCLUDE.match(line)
                if match:
                    self.check_include(folder, path, number, match[1] == '"', match[2])

    def check_include(self, folder, path, number, quoted, name):
        target = next((top for top in ("lib", "src") if self.exists(os.path.join(top, name))), None)
        if not quoted:
            if target and "/" in name:
                self.fault(path, number, f"<{name}> is ours: include it with quotes")
            return
        if name in GENERATED:
            return
        if "/" not in name or ".." in name:
            self.fault(path, number, f'"{name}" names no layer: write "LAYER/{os.path.basename(name)}"')
        elif not target:
            self.fault(path, number, f'"{name}" is in no layer')
        else:
            self.check_direction(folder, path, number, os.path.dirname(os.path.join(target, name)))

    def check_direction(self, folder, path, number, target):
        allowed = LAYERS.get(folder)
        if allowed is None or target == folder:
            return  # an unknown folder is a fault of its own
        if target not in LAYERS:
            self.fault(path, number, f"includes {target}, which is no layer: see LAYERS in tests/layers.py")
        elif target not in allowed and os.path.dirname(target) + "/*" not in allowed:
            self.fault(path, number, f"{folder} must not include {target}: dependencies point down only")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", ".")
    tree = Tree(root)
    if not tree.files:
        print(f"{root}: has neither lib nor src to read", file=sys.stderr)
        return 1
    faults = tree.check()
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{len(tree.files)} files in {len({f for f, _ in tree.files})} folders, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
