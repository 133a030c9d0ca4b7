#!/bin/bash
# SPDX-License-Identifier: MIT
# A frontier of ten million URLs within 300 MB of memory, the page cache among it: links a second in the first and the last million,
# the most memory that the run had, what its state takes on disk. The limit comes from outside, a control group of its own (version 1
# or 2, as root); without one the run is not limited, and that is said.
#
#   perf/frontier.sh DIR list|pages|links [OPTION...]        LINKS=10000000 HOSTS=100000 (list: 10000) LIMIT=300M
#
#   list   trawl fetch --state of a list, all of it of hosts that must not be asked yet, so that the list is read to its end
#   pages  trawl crawl --state of pages that have 10,000 links each (four of five to the host of the fifty that they are among, one to any), from
#          nginx; none of those links is fetched
#   links  perf/store alone: what a crawl tells its store, as fast as that takes it
#
# DIR is the build directory (trawl, perf/store). Loopback only; nginx (Debian's nginx-light) for pages.
set -eu
build=$(readlink -f "${1:?build directory}") mode=${2:?list, pages or links}
shift 2
links=${LINKS:-10000000} limit=${LIMIT:-300M}
hosts=${HOSTS:-$([ "$mode" = list ] && echo 10000 || echo 100000)}
dir=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
million=$((links / 10))
run='' group='' nginx=''

# ---- the limit

group_open() {
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        group=/sys/fs/cgroup/trawl-frontier-$$ most=memory.max peak=memory.peak
    else
        group=/sys/fs/cgroup/memory/trawl-frontier-$$ most=memory.limit_in_bytes peak=memory.max_usage_in_bytes
    fi
    if ! { mkdir "$group" && echo "$limit" >"$group/$most"; } 2>/dev/null; then
        echo "no control group can be made: memory is not limited" >&2
        group=''
    fi
}

inside() { # command...: in the group, in the background; $run is its process
    (
        [ -z "$group" ] || echo "$BASHPID" >"$group/cgroup.procs"
        exec "$@"
    ) &
    run=$!
}

close_all() {
    [ -z "$run" ] || kill -KILL "$run" 2>/dev/null || true
    [ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true
    wait 2>/dev/null || true
    [ -z "$group" ] || rmdir "$group" 2>/dev/null || true
    rm -rf "$dir"
}
trap close_all EXIT

# ---- what is shown

rates() { # lines "seconds links": when the tenths of all links were there
    awk -v step="$million" -v all="$links" 'BEGIN { next_at = step }
        { while ($2 >= next_at) { t = t0 + ($1 - t0) * (next_at - n0) / ($2 - n0); printf " %.0f", step / (t - last) / 1000; last = t; next_at += step }
          t0 = $1; n0 = $2 }
        END { printf " thousand links a second, by tenths; %.0f in all\n", all / last / 1000 }'
}

memory() {
    awk '/VmHWM/ { printf "resident at most %.0f MB", $2 / 1024 }' "/proc/$run/status" 2>/dev/null || true
    [ -z "$group" ] || awk '{ printf "; with page cache at most %.0f MB", $1 / 1048576 }' "$group/$peak"
    [ -z "$group" ] || printf ' of %s' "$limit"
    echo
}

disk() {
    du -s --block-size=1000000 "$dir/state" | awk '{ printf "the state has %d MB on disk\n", $1 }'
}

now() { date +%s.%N; }

# ---- a list

place_in() { # file: how far the run has read it
    local fd
    for fd in /proc/"$run"/fd/*; do
        if [ "$(readlink "$fd")" = "$1" ]; then
            awk '$1 == "pos:" { print $2 }' "/proc/$run/fdinfo/${fd##*/}"
            return
        fi
    done
    echo 0
}

list() {
    # Lines of one length, so that the place in the file tells how many were taken; sorted by host.
    awk -v n="$links" -v hosts="$hosts" 'BEGIN { each = int((n + hosts - 1) / hosts)
        for (i = 0; i < n; i++) { h = int(i / each)
            printf "http://127.%03d.%03d.%03d:9/directory/page-%08d.html\n", 1 + int(h / 62500), int(h / 250) % 250, 1 + h % 250, i } }' |
        sed 's/\([.]\)0*\([0-9]\)/\1\2/g' | awk '{ printf "%-60s\n", $0 }' >"$dir/list"
    local size at began
    size=$(stat -c %s "$dir/list")
    sync
    began=$(now)
    inside "$build/trawl" fetch -q -i "$dir/list" -o "$dir/out" --state "$dir/state" -j 64 --host-delay 1h --retry 0 "$@"
    while kill -0 "$run" 2>/dev/null; do
        at=$(place_in "$dir/list")
        echo "$(now) $began $at $size $links" | awk '{ print $1 - $2, $3 / $4 * $5 }' >>"$dir/progress"
        [ "$at" -lt "$size" ] || break
        sleep 0.1
    done
    sleep 3 # for a commit
    rates <"$dir/progress"
    memory
    kill -INT "$run"
    wait "$run" || true
    "$build/trawl" status "$dir/state" | head -n 6
    disk
}

# ---- pages

pages() {
    local port=$((20000 + $$ % 10000)) count=$((links / 10000)) began
    mkdir "$dir/www"
    chmod 755 "$dir"
    awk -v n="$count" -v hosts="$hosts" -v to="$dir/www/" 'BEGIN { srand(1)
        for (p = 0; p < n; p++) { f = to p ".html"; printf "<!DOCTYPE html><title>page</title>\n" > f
            for (i = 0; i < 10000; i++) { if (i % 50 == 0) own = int(rand() * hosts)
                printf "<a href=\"http://host%d.example.test/directory/page-%d.html\">more of it</a>\n", i % 5 ? own : int(rand() * hosts), p * 10000 + i > f }
            close(f) } }'
    cat >"$dir/nginx.conf" <<END
daemon off; worker_processes 1; pid $dir/pid; error_log $dir/log crit;
events { worker_connections 4096; multi_accept on; }
http {
  log_format times '\$msec'; access_log $dir/served times; sendfile on; keepalive_requests 100000000; types { text/html html; }
  server { listen 127.0.0.1:$port; root $dir/www; }
}
END
    "$(command -v nginx || echo /usr/sbin/nginx)" -c "$dir/nginx.conf" &
    nginx=$!
    seq -f "http://127.0.0.1:$port/%.0f.html" 0 $((count - 1)) >"$dir/list"
    sync
    sleep 1
    began=$(now)
    # Names that nobody answers for: what was found waits. -j leaves room for the pages beside the looking up.
    inside "$build/trawl" crawl -q -i "$dir/list" -o "$dir/out" --state "$dir/state" --scope any --robots ignore --contact perf@example.org \
        --host-delay 0 --per-host 16 -j 2048 --dns-servers 127.0.0.1:9 --retry 0 "$@"
    while kill -0 "$run" 2>/dev/null && [ "$(wc -l <"$dir/served")" -lt "$count" ]; do sleep 1; done
    sleep 5
    awk -v began="$began" '{ print $1 - began, NR * 10000 }' "$dir/served" | rates
    memory
    kill -INT "$run"
    wait "$run" || true
    "$build/trawl" status "$dir/state" | head -n 8
    disk
}

# ---- the store

links() {
    inside "$build/perf/store" "$links" "$hosts" "$dir/state" "$@"
    while kill -0 "$run" 2>/dev/null; do
        memory >"$dir/memory"
        sleep 1
    done
    wait "$run" || true
    cat "$dir/memory"
    disk
}

group_open
"$mode" "$@"
