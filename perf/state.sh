#!/bin/bash
# SPDX-License-Identifier: MIT
# What --state costs: small URLs of one host over kept-alive connections, from nginx, fetched without and with --state by turns, so
# that a busy machine is unfair to neither. CPU microseconds a URL (user and system, all threads and processes): least and median of
# each, and of what each run with it took more than the one before it without.
#
#   perf/state.sh path/to/trawl [OPTION...]        RUNS=11 URLS=200000 ENGINE=coro
#
# The options go with both. A third row has --digest instead of --state, which implies it; a fourth is a --refresh of each run with
# --state, whose answers are the same, for this nginx knows of no conditions: what it takes more is what looking pages up costs. nginx (Debian's nginx-light) has the first
# processor and trawl the last. Loopback only.
set -eu
trawl=$(readlink -f "${1:?path to trawl}")
shift
runs=${RUNS:-11} urls=${URLS:-200000} engine=${ENGINE:-coro}
dir=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap 'kill "$nginx" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
port=$((20000 + $$ % 10000))
cat >"$dir/nginx.conf" <<END
daemon off; worker_processes 1; pid $dir/pid; error_log $dir/log crit;
events { worker_connections 4096; multi_accept on; }
http {
  access_log off; keepalive_requests 100000000; default_type text/html;
  server {
    listen 127.0.0.1:$port;
    location / { return 200 "a small body of about a hundred bytes, so that what is measured is the cost of one request itself..\n"; }
  }
}
END
taskset -c 0 "$(command -v nginx || echo /usr/sbin/nginx)" -c "$dir/nginx.conf" &
nginx=$!
seq -f "http://127.0.0.1:$port/s/%.0f" "$urls" >"$dir/list"

one() { # name, options...
    local name=$1
    shift
    [ "$name" = refresh ] || rm -rf "$dir/state"
    rm -f "$dir/out"
    /usr/bin/time -q -f '%U %S' -o "$dir/time" taskset -c "$(($(nproc) - 1))" "$trawl" fetch -q -o "$dir/out" -j 64 --per-host 64 \
        --engine "$engine" -i "$dir/list" "$@"
    [ "$(grep -c '"status":200' "$dir/out")" = "$urls" ] || { echo "not all were fetched" >&2; exit 1; }
    awk -v n="$urls" '{ print ($1 + $2) * 1e6 / n }' "$dir/time" >>"$dir/$name"
}

show() { # name: figures, one a line, on standard input
    sort -n | awk -v name="$1" '{ a[NR] = $1 } END { printf "%-10s least %.1f us, median %.1f us a URL\n", name, a[1], a[int((NR + 1) / 2)] }'
}

one warm "$@"
for _ in $(seq "$runs"); do
    one without "$@"
    one with --state "$dir/state" "$@"
    one refresh --state "$dir/state" --refresh "$@"
    size=$(du -s --block-size=1 "$dir/state" | cut -f1)
    one digest --digest "$@"
done
show without <"$dir/without"
show --digest <"$dir/digest"
show --state <"$dir/with"
show --refresh <"$dir/refresh"
paste "$dir/without" "$dir/digest" | awk '{ print $2 - $1 }' | show "+ digest"
paste "$dir/without" "$dir/with" | awk '{ print $2 - $1 }' | show "+ state"
paste "$dir/with" "$dir/refresh" | awk '{ print $2 - $1 }' | show "+ refresh"
echo "$((size / urls)) bytes a URL on disk"
