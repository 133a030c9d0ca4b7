#!/bin/bash
# SPDX-License-Identifier: MIT
# Requests a second of `trawl serve` and of nginx, small responses over kept-alive connections, in one run: the server on one CPU,
# wrk on another, the two taking turns. Prints each median and the ratio.
#
#   perf/serve.sh path/to/trawl          RUNS=5 SECONDS_EACH=3 CONNECTIONS=64 CPUS="0 1"
#
# Needs wrk and nginx (Debian's nginx-light). Loopback only.
set -eu
trawl=${1:?path to trawl}
runs=${RUNS:-5} each=${SECONDS_EACH:-3} connections=${CONNECTIONS:-64}
read -r server_cpu client_cpu <<<"${CPUS:-0 1}"
dir=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT

# What nginx answers is as long as what we do, heads included, give or take a field.
cat >"$dir/nginx.conf" <<END
daemon off;
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/nginx.log crit;
events { worker_connections 20000; }
http {
  access_log off;
  keepalive_requests 100000000;
  default_type text/plain;
  server {
    listen 127.0.0.1:18480 backlog=65535;
    location / { return 200 "$(printf 'x%.0s' $(seq 100))"; }
  }
}
END
taskset -c "$server_cpu" nginx -c "$dir/nginx.conf" &
pids+=($!)
taskset -c "$server_cpu" "$trawl" serve --port 0 --quiet >"$dir/ready" &
pids+=($!)
for _ in $(seq 50); do
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$dir/ready")
    [ -n "$port" ] && [ -e "$dir/nginx.pid" ] && break
    sleep 0.1
done

measure() { # name, URL
    taskset -c "$client_cpu" wrk -t1 -c"$connections" -d"$each" "$2" |
        awk '/Requests\/sec/ {print $2} /Non-2xx|Socket errors/ {print > "/dev/stderr"}' >>"$dir/$1"
}
for ((i = 0; i < runs; i++)); do
    measure nginx http://127.0.0.1:18480/
    measure trawl "http://127.0.0.1:$port/bytes/100"
done
median() { sort -n "$dir/$1" | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
echo "nginx: $(tr '\n' ' ' <"$dir/nginx")"
echo "trawl: $(tr '\n' ' ' <"$dir/trawl")"
awk -v n="$(median nginx)" -v t="$(median trawl)" \
    'BEGIN {printf "median requests/s: nginx %.0f, trawl %.0f, ratio %.2f\n", n, t, t/n}'
