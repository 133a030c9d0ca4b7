#!/bin/bash
# SPDX-License-Identifier: MIT
# What an archive costs: real HTML pages of 9 to 21 KB (Debian's postgresql-doc-15 and python3.11-doc, from nginx), fetched without
# and with --warc-file by turns, so that a busy machine is unfair to neither. CPU microseconds a URL (user and system, all threads and
# processes), least and median of all runs, their difference, and what the archive took.
#
#   perf/warc.sh path/to/trawl [OPTION...]        RUNS=5 URLS=20000 ENGINE=coro
#
# The options go with --warc-file: --warc-level 1 when there are none. Needs nginx (Debian's nginx-light). Loopback only.
set -eu
trawl=$(readlink -f "${1:?path to trawl}")
shift
[ $# -gt 0 ] || set -- --warc-level 1
runs=${RUNS:-5} urls=${URLS:-20000} engine=${ENGINE:-coro}
dir=$(mktemp -d -p "${TMPDIR:-/var/tmp}")
trap 'kill "$nginx" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
cat >"$dir/nginx.conf" <<END
daemon off; worker_processes 1; pid $dir/pid; error_log $dir/log crit;
events { worker_connections 4096; multi_accept on; }
http {
  access_log off; sendfile on; keepalive_requests 100000000; types { text/html html; }
  server {
    listen 127.0.0.1:18483;
    location /p/ { alias /usr/share/doc/postgresql-doc-15/html/; }
    location /y/ { alias /usr/share/doc/python3.11/html/; }
  }
}
END
$(command -v nginx || echo /usr/sbin/nginx) -c "$dir/nginx.conf" &
nginx=$!
{
    find -L /usr/share/doc/postgresql-doc-15/html -name '*.html' -size +18 -size -42 -printf 'p/%P\n'
    find -L /usr/share/doc/python3.11/html -name '*.html' -size +18 -size -42 -printf 'y/%P\n'
} | sort >"$dir/pages"
[ -s "$dir/pages" ] || { echo "postgresql-doc-15 and python3.11-doc are not installed" >&2; exit 1; }
# Each a URL of its own: the same one twice would be a revisit.
for i in $(seq $((urls / $(wc -l <"$dir/pages") + 1))); do
    sed "s|.*|http://127.0.0.1:18483/&?$i|" "$dir/pages"
done | head -n "$urls" >"$dir/list"

one() { # name, options...
    local name=$1
    shift
    rm -rf "$dir/out"
    /usr/bin/time -q -f '%U %S' -o "$dir/time" "$trawl" fetch -q -o /dev/null -j 64 --per-host 64 --engine "$engine" \
        -i "$dir/list" "$@"
    awk -v n="$urls" '{ print ($1 + $2) * 1e6 / n }' "$dir/time" >>"$dir/$name"
}

one warm
for _ in $(seq "$runs"); do
    one without
    one with --warc-file "$dir/out/a" "$@"
done
bytes=$(du -sb "$dir/out" | cut -f1)
for name in without with; do
    sort -n "$dir/$name" | awk -v name="$name" '{ a[NR] = $1 }
        END { m = a[int((NR + 1) / 2)]; printf "%-8s least %.1f us, median %.1f us a URL\n", name, a[1], m; print a[1], m > "/dev/stderr" }' \
        2>>"$dir/both"
done
awk -v bytes="$bytes" -v n="$urls" 'NR == 1 { l = $1; m = $2 } NR == 2 { printf "archive  least %.1f us, median %.1f us a URL; %.0f bytes a URL\n", $1 - l, $2 - m, bytes / n }' "$dir/both"
