#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is found by reading the sources of lib/ and src/ only: by clang-tidy, or by gcc's -fanalyzer.

usage: lint.py tidy|analyze ROOT COMPILER... -- FLAGS...     (in the build directory; `make tidy`, `make analyze`)

tidy      asks for what ROOT/.clang-tidy names. A finding that is none is explained where it stands: // NOLINT(check): reason.
analyze   asks gcc; what is none is explained in ROOT/tests/proof/analyzer.txt. An entry there that is found no more is a
          fault as well.

What was said of each file is kept in proof/ and asked again only when the file or its object is newer. $LINT_JOBS at once,
otherwise as many as there are processors; $LINT_FILES ("lib/web/*.c src/crawl/*.c") instead of all.
Exit status: 0 nothing found, 1 something, 2 the tool is missing.
"""
import collections
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys

ALL = "lib/**/*.c src/**/*.c"
Finding = collections.namedtuple("Finding", "source function where what check more")


class Lint:
    def __init__(self, root, command, flags):
        self.root, self.command, self.flags = root, command, flags

    def sources(self):
        found = []
        for pattern in os.environ.get("LINT_FILES", ALL).split():
            found += glob.glob(os.path.join(self.root, pattern), recursive=True)
        return sorted(os.path.relpath(p, self.root) for p in found)

    def is_fresh(self, said, source):
        about = [os.path.join(self.root, source), source[:-2] + ".o", *self.settings()]
        return os.path.exists(said) and os.path.getmtime(said) > max(map(os.path.getmtime, filter(os.path.exists, about)))

    def ask(self, source):
        """The findings in one file; what was said of it is on disk then."""
        said = os.path.join("proof", self.name, source + ".txt")
        if not self.is_fresh(said, source):
            done = subprocess.run(self.arguments(os.path.join(self.root, source)), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, errors="replace",
                                  env={**os.environ, "LC_ALL": "C"})
            os.makedirs(os.path.dirname(said), exist_ok=True)
            with open(said + ".new", "w") as f:
                f.write(done.stdout)
            if done.returncode and not list(self.read(source, done.stdout)):
                return [Finding(source, "", source, done.stdout.strip()[:2000], f"{self.command[0]} ended by {done.returncode}", [])]
            os.replace(said + ".new", said)
        with open(said) as f:
            return list(self.read(source, f.read()))

    def ask_all(self):
        """All findings, once each: a header is read by many."""
        jobs = int(os.environ.get("LINT_JOBS") or len(os.sched_getaffinity(0)))
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            found = [f for some in pool.map(self.ask, self.sources()) for f in some]
        return list({(f.where, f.what, f.check): f for f in reversed(found)}.values())[::-1]

    def place(self, path, line):
        return f"{os.path.relpath(path, self.root)}:{line}"


class Tidy(Lint):
    name = "tidy"
    line = re.compile(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*) \[([\w.,-]+)\]$")

    def settings(self):
        return [os.path.join(self.root, ".clang-tidy")]

    def arguments(self, source):
        return [*self.command, "--quiet", source, "--", *self.flags]

    def read(self, source, said):
        found = None
        for line in said.splitlines():
            if m := self.line.match(line):
                found = Finding(source, "", self.place(m[1], m[2]), m[3], m[4], [])
                yield found
            elif found:
                found.more.append(line)

    def judge(self, found):
        return [f for f in found if not f.where.startswith("..")], []  # what system headers do is theirs


class Analyze(Lint):
    name = "analyze"

    def settings(self):
        return []

    def arguments(self, source):
        # Of one level of optimization, so that what is found does not depend on CFLAGS; and the checked copies of memcpy
        # and its like would hide what they do.
        return [*self.command, *self.flags, "-O2", "-U_FORTIFY_SOURCE", "-fanalyzer", "-fdiagnostics-format=json", "-Wno-error", "-c",
                "-o", os.devnull, source]

    def read(self, source, said):
        for line in said.splitlines():
            for d in json.loads(line) if line.startswith("[") else []:
                if d.get("option", "").startswith("-Wanalyzer"):
                    yield self.finding(source, d)

    def finding(self, source, d):
        at, path = d["locations"][0]["caret"], d.get("path", [])
        more = [f"    {self.place(e['location']['file'], e['location']['line'])}: {e['description']}"
                for e in path if "location" in e]
        return Finding(source, path[-1]["function"] if path else "", self.place(at["file"], at["line"]), d["message"],
                       d["option"].removeprefix("-W"), more)

    def judge(self, found):
        known = collections.Counter()
        with open(os.path.join(self.root, "tests/proof/analyzer.txt")) as f:
            for line in f:
                if line.strip() and not line.startswith("#"):
                    known[tuple(line.split(":", 1)[0].split())] += 1
        left = []
        for f in found:
            known[f.source, f.function, f.check] -= 1
            if known[f.source, f.function, f.check] < 0:
                left.append(f)
        stale = [" ".join(k) for k, n in sorted(known.items()) if n > 0]
        return left, [] if "LINT_FILES" in os.environ else stale


def main():
    at = sys.argv.index("--")
    kind, root, *command = sys.argv[1:at]
    lint = {"tidy": Tidy, "analyze": Analyze}[kind](os.path.relpath(root), command, sys.argv[at + 1:])
    if not shutil.which(command[0]):
        package = {"tidy": "clang-tidy", "analyze": "gcc"}[kind]
        print(f"{kind}: there is no {command[0]}: apt-get install {package}", file=sys.stderr)
        return 2
    left, stale = lint.judge(lint.ask_all())
    for f in left:
        print(f"{f.where}: {f.what} [{f.check}]", *[f"    in {f.function}() of {f.source}"] * bool(f.function), *f.more, sep="\n")
    for entry in stale:
        print(f"tests/proof/analyzer.txt: this is found no more, take it out: {entry}")
    print(f"{kind}: {len(lint.sources())} files, {len(left)} findings")
    return 1 if left or stale else 0


if __name__ == "__main__":
    sys.exit(main())
