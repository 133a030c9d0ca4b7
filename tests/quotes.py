#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The C that a page of docs/ quotes from docs/examples stands there word for word; those are compiled and run.
A page that links to none of them quotes from elsewhere.

usage: quotes.py [ROOT]        (ROOT defaults to $srcdir)
"""
import glob
import os
import re
import sys

root = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("srcdir", ".")


def text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


examples = [text(path) for path in glob.glob(os.path.join(root, "docs/examples/*.c"))]
quotes = faults = 0
for page in sorted(glob.glob(os.path.join(root, "docs/*.md"))):
    if "](examples/" not in text(page):
        continue
    for quote in re.finditer(r"^```c\n(.*?)^```", text(page), re.MULTILINE | re.DOTALL):
        quotes += 1
        if not any(quote.group(1) in example for example in examples):
            line = text(page)[:quote.start()].count("\n") + 1
            print(f"{page}:{line}: this stands in no example", file=sys.stderr)
            faults += 1
print(f"{quotes} quotes in docs/, {faults} faults")
sys.exit(1 if faults or not quotes else 0)
