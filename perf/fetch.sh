#!/bin/bash
# SPDX-License-Identifier: MIT
# perf/fetch and a bare libcurl program by turns, on the same origin, so that a busy machine is unfair to neither:
# least and median CPU microseconds an exchange, and the largest resident size. The latter takes N, the
# concurrency and a URL as arguments, and MULTIS, ADDRESS, CACERT from the environment.
#
# usage: fetch.sh BARE_PROGRAM N CONCURRENCY URL        environment: RUNS (5), CPU (1), MULTIS, KEEP, ADDRESS, CACERT
set -eu
bare=$1 n=$2 c=$3 url=$4
ours=${FETCH:-perf/fetch}
runs=${RUNS:-5} cpu=${CPU:-1}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ulimit -n "$(ulimit -Hn)"

one() { # name, command...
    local name=$1
    shift
    /usr/bin/time -q -f '%U %S %M' -o "$dir/time" taskset -c "$cpu" "$@" > "$dir/out"
    grep -q 'bad=0' "$dir/out" || { cat "$dir/out"; exit 1; }
    awk -v n="$n" '{ print ($1 + $2) * 1e6 / n, $3 / 1024 }' "$dir/time" >> "$dir/$name"
}

for _ in $(seq "$runs"); do
    one bare env -u KEEP "$bare" "$n" "$c" "$url"
    one ours "$ours" "$n" "$c" "$url"
done
for name in bare ours; do
    sort -n "$dir/$name" | awk -v name="$name" \
        '{ a[NR] = $1; if ($2 > mb) mb = $2 }
         END { printf "%s: least %.1f us, median %.1f us, %.0f MB\n", name, a[1], a[int((NR + 1) / 2)], mb }'
done
