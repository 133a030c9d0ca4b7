#!/bin/sh
# SPDX-License-Identifier: MIT
# Pages a second, and CPU a page, of a crawl of the synthetic web by trawl on one CPU, with the origin on another.
#
# usage: perf/crawl.sh [HOSTS,PAGES [OPTIONS...]]     in the build directory; 1000,50 unless said otherwise
web=${1:-1000,50}
[ $# -gt 0 ] && shift
out=$(mktemp -d)
trap 'kill $origin 2>/dev/null; rm -rf "$out"' EXIT
pin() { if command -v taskset > /dev/null; then cpu=$1; shift; taskset -c "$cpu" "$@"; else shift; "$@"; fi; }
last=$(($(nproc) - 1))
port=$((20000 + $$ % 20000))
pin $last ./trawl serve -p $port --web "$web" --dns $((port + 1)) > "$out/serve" 2>&1 &
origin=$!
tries=0
until grep -q listening "$out/serve"; do sleep 0.1; tries=$((tries + 1)); [ $tries -lt 100 ] || exit 1; done
pin 0 sh -c 'time -p "$@"' sh ./trawl crawl --contact perf@example.org --allow-private --dns-servers 127.0.0.1:$((port + 1)) \
	--host-delay 0 --max-crawl-delay 0 --no-adapt --per-host 8 -j 256 --scope any -o "$out/records" "$@" http://h0.web.test:$port/ 2> "$out/said"
cat "$out/said"
awk -v pages="$(wc -l < "$out/records")" '/^real/ { wall = $2 } /^(user|sys)/ { cpu += $2 }
	END { printf "crawl: %d pages, %.0f a second, %.1f us of CPU each\n", pages, pages / wall, 1e6 * cpu / pages }' "$out/said"
