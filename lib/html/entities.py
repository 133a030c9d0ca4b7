#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes lib/html/entity_table.def from the table of Python's standard library.

usage: entities.py > lib/html/entity_table.def
"""
from html.entities import html5

print("// SPDX-License-Identifier: MIT")
print("// The named character references of HTML (https://html.spec.whatwg.org, §13.5), in the order of strcmp, made by")
print("// lib/html/entities.py: name, whether it also counts without its semicolon, and the one or two code points.")
for name in sorted({name.rstrip(";") for name in html5}):
    points = [ord(c) for c in html5[name + ";"]]
    first, second = points[0], points[1] if len(points) > 1 else 0
    bare = "true" if name in html5 else "false"
    print(f'{{ "{name}", {bare}, 0x{first:X}, {hex(second) if second else 0} }},')
