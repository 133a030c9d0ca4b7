#!/bin/bash
# SPDX-License-Identifier: MIT
# Each header compiles alone, and twice in one file: it includes what it needs, and guards itself.
# From the environment: srcdir, and HEADER_CC, the compiler with the flags of the project.
: "${srcdir:?}" "${HEADER_CC:?}"
headers=$(cd "$srcdir" && find lib src -name '*.h' | sort)
if [ -z "$headers" ]; then
    echo "$srcdir: no headers to compile" >&2
    exit 1
fi

check_header() {
    local name=${1#*/}
    if ! printf '#include "%s"\n#include "%s"\ntypedef int nothing_else;\n' "$name" "$name" |
        $HEADER_CC -Werror -fsyntax-only -x c -; then
        echo "$1:1: does not compile alone" >&2
        return 1
    fi
}
export -f check_header
export HEADER_CC

# xargs ends with 123 when any of them failed.
if ! xargs -n 1 -P "$(nproc)" bash -c 'check_header "$1"' check_header <<<"$headers"; then
    exit 1
fi
echo "$(wc -l <<<"$headers") headers compile alone"
