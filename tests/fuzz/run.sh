#!/bin/sh
# SPDX-License-Identifier: MIT
# Looks for bytes that break a parser: make fuzz, in a build made with --enable-fuzz and CC=clang. Each target has
# FUZZ_TIME seconds (60); FUZZ_TARGETS names some of them. What breaks one is left in fuzz-found/, what is new goes to
# fuzz-corpus/NAME, from which the checked-in corpus is grown: tests/fuzz/run.sh --merge.
set -eu
srcdir=${srcdir:-.}
status=0
for program in tests/fuzz/fuzz_*; do
    [ -x "$program" ] && [ -f "$program" ] || continue
    name=${program#tests/fuzz/fuzz_}
    case " ${FUZZ_TARGETS:-$name} " in *" $name "*) ;; *) continue ;; esac
    corpus=$srcdir/tests/fuzz/corpus/$name
    mkdir -p "fuzz-corpus/$name" fuzz-found
    if [ "${1:-}" = --merge ]; then
        # Few and small ones only, of those that reach an edge of the program that no other does: what a test reads is
        # to be read by people, too.
        "$program" -set_cover_merge=1 -use_counters=0 -max_len=600 "$corpus" "fuzz-corpus/$name"
        for file in "$corpus"/????????????????????????????????????????; do
            [ -f "$file" ] && mv "$file" "${file%????????????????????????????}"
        done
        continue
    fi
    if "$program" -max_total_time="${FUZZ_TIME:-60}" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
        -artifact_prefix="fuzz-found/$name-" "fuzz-corpus/$name" "$corpus" >"fuzz-found/$name.log" 2>&1; then
        reached=$(sed -n 's/^#\([0-9]*\).*DONE.* cov: \([0-9]*\) .*/\1 runs, \2 edges reached/p' "fuzz-found/$name.log" | tail -1)
        echo "$name: nothing found in $reached"
    else
        echo "$name: see fuzz-found/$name.log" >&2
        status=1
    fi
done
exit $status
