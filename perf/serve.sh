#!/bin/bash
# SPDX-License-Identifier: MIT
# What `trawl serve` and nginx make of small responses over kept-alive connections, in one run: the server on one CPU, wrk on
# another, the two taking turns. Requests a second, and microseconds of the server's CPU a request, which
# neighbours on the machine hardly touch. Prints each run, the medians and their ratios.
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
master_process off;
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
nginx=$!
taskset -c "$server_cpu" "$trawl" serve --port 0 --quiet >"$dir/ready" &
trawl=$!
pids=("$nginx" "$trawl")
for _ in $(seq 50); do
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$dir/ready")
    [ -n "$port" ] && [ -e "$dir/nginx.pid" ] && break
    sleep 0.1
done

cpu() { # process: hundredths of a second that it has used, user and system
    awk '{print $14 + $15}' "/proc/$1/stat"
}
measure() { # name, process, URL
    local before
    before=$(cpu "$2")
    taskset -c "$client_cpu" wrk -t1 -c"$connections" -d"$each" "$3" >"$dir/wrk"
    awk -v used=$(($(cpu "$2") - before)) '
        /Non-2xx|Socket errors/ {print > "/dev/stderr"}
        /requests in/ {all = $1}
        /Requests\/sec/ {print $2, used * 1e4 / all}' "$dir/wrk" >>"$dir/$1"
}
for ((i = 0; i < runs; i++)); do
    measure nginx "$nginx" http://127.0.0.1:18480/
    measure trawl "$trawl" "http://127.0.0.1:$port/bytes/100"
done

median() { # name, column
    sort -n -k"$2" "$dir/$1" | awk -v c="$2" '{v[NR] = $c} END {print v[int((NR + 1) / 2)]}'
}
for name in nginx trawl; do
    awk -v name=$name '{printf "%s: %8.0f requests/s %6.2f us\n", name, $1, $2}' "$dir/$name"
done
awk -v nr="$(median nginx 1)" -v tr="$(median trawl 1)" -v nc="$(median nginx 2)" -v tc="$(median trawl 2)" 'BEGIN {
    printf "median requests/s: nginx %.0f, trawl %.0f, ratio %.2f\n", nr, tr, tr / nr
    printf "median CPU us a request: nginx %.2f, trawl %.2f; so at full load ratio %.2f\n", nc, tc, nc / tc }'
