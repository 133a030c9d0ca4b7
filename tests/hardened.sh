#!/bin/sh
# SPDX-License-Identifier: MIT
# The program is built as hard to attack as compiler and linker make it. Exit status 77 is a skip.
set -eu
LC_ALL=C
export LC_ALL
command -v readelf >/dev/null || { echo "skipped: readelf is not installed"; exit 77; }
failed=0
must() {
    if ! printf '%s\n' "$2" | grep -Eq "$3"; then
        echo "$TRAWL: $1" >&2
        failed=1
    fi
}
head=$(readelf -hW "$TRAWL")
segments=$(readelf -lW "$TRAWL")
dynamic=$(readelf -dW "$TRAWL")
symbols=$(readelf --dyn-syms -W "$TRAWL")
case $symbols in *__asan_* | *__tsan_*) echo "skipped: built with a sanitizer"; exit 77 ;; esac
must "is at a fixed address (not PIE)" "$head" 'Type: +DYN'
must "its tables stay writable (no RELRO)" "$segments" 'GNU_RELRO'
must "its functions are bound late (no BIND_NOW)" "$dynamic" 'BIND_NOW|FLAGS.*NOW'
must "no stack is guarded" "$symbols" '__stack_chk_fail'
must "no call is fortified" "$symbols" '__(snprintf|memcpy|vsnprintf|fprintf)_chk'
if printf '%s\n' "$segments" | grep -E 'GNU_STACK' | grep -q 'RWE'; then
    echo "$TRAWL: its stack may be executed" >&2
    failed=1
fi
exit $failed
