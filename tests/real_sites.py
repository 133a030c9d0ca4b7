#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real sites: the documentation of Debian's packages, served by nginx as four hosts, crawled by trawl and by a reference
that shares nothing with it; and, where it is installed, by wget2.

usage: real_sites.py [--wget2] [NAME...]     of java, postgresql, python, rust; all are tens of thousands of pages

By hand, or by `make check-sites`: it takes minutes. Prints what each has found that the other has not. Exit status 0: the
same, but for what is explained in docs/discover.md; 77: nothing of it is installed.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import reference_crawl

SITES = {
    "java": ("/usr/share/doc/openjdk-17-jre-headless", "api/index.html"),
    "postgresql": ("/usr/share/doc/postgresql-doc-15/html", "index.html"),
    "python": ("/usr/share/doc/python3.11/html", "index.html"),
    "rust": ("/usr/share/doc/rust-doc/html", "index.html"),
}
TRAWL = os.environ.get("TRAWL", "./trawl")


def serve(home, port, names):
    servers = "\n".join(f"server {{ listen 127.0.0.1:{port}; server_name {n}.test; root {SITES[n][0]}; }}" for n in names)
    with open(f"{home}/nginx.conf", "w", encoding="utf-8") as f:
        f.write(f"""daemon off; pid {home}/pid; error_log {home}/error.log crit; worker_processes 1;
events {{ worker_connections 1024; }}
http {{ access_log {home}/access.log; keepalive_requests 10000000; types {{ text/html html; text/css css;
text/javascript js; image/svg+xml svg; image/png png; text/plain txt; }} default_type application/octet-stream;
charset utf-8; port_in_redirect on;
client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u;
scgi_temp_path {home}/s; {servers} }}""")
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([binary, "-p", home, "-c", f"{home}/nginx.conf"], stderr=subprocess.DEVNULL)
    time.sleep(1)
    return process


def ours(home, port, seeds, names):
    resolve = [word for n in names for word in ("--resolve", f"{n}.test:{port}:127.0.0.1")]
    began = time.monotonic()
    subprocess.run([TRAWL, "crawl", "-q", "--contact", "test@example.org", "--host-delay", "0", "--no-adapt", "--per-host", "16",
                    "--robots", "ignore", "--max-queries", "0", *resolve, "-o", f"{home}/records", "--rejected-log",
                    f"{home}/rejected", *seeds], check=False)
    took = time.monotonic() - began
    with open(f"{home}/records", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    if len({r["url"] for r in records}) != len(records):
        print("a URL has more than one record")
        sys.exit(1)
    size = sum(r.get("size_download", 0) for r in records)
    print(f"trawl:     {len(records)} URLs in {took:.1f} s, {size / 1e6:.0f} MB", flush=True)
    return {r["url"]: r["status"] for r in records}


def reference(port, seeds):
    began = time.monotonic()
    found = dict(reference_crawl.crawl(port, seeds))
    print(f"reference: {len(found)} URLs in {time.monotonic() - began:.1f} s", flush=True)
    return found


def wget2(home, port, name, seed):
    """What wget2 -r asks this host for, read from nginx's log: names are resolved by asking through nginx as a proxy."""
    log = f"{home}/access.log"
    before = os.path.getsize(log)
    began = time.monotonic()
    subprocess.run(["wget2", "-r", "-l", "0", "-q", "--delete-after", "-P", f"{home}/wget2", "--no-robots", "--max-threads=2",
                    f"--http-proxy=http://127.0.0.1:{port}", f"--domains={name}.test", seed], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(log, encoding="utf-8") as lines:
        lines.seek(before)
        found = {m[1] for m in (re.search(r'"GET (?:http://[^/]*)?(\S+) HTTP', line) for line in lines) if m}
    print(f"wget2:     {len(found)} URLs of {name} in {time.monotonic() - began:.1f} s", flush=True)
    return found


def compare(what, one, other, most=20):
    only = sorted(set(one) - set(other))
    print(f"{what}: {len(only)}")
    for url in only[:most]:
        print(f"    {url}")
    return len(only)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wget2", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = [n for n in options.names or SITES if os.path.exists(os.path.join(*SITES[n]))]
    if not names or not (shutil.which("nginx") or os.path.exists("/usr/sbin/nginx")):
        print("skipped: neither the documentation nor nginx is installed")
        return 77
    home, port, wrong = tempfile.mkdtemp(prefix="trawl-sites-"), 8000 + os.getpid() % 20000, 0
    server = serve(home, port, names)
    try:
        seeds = [f"http://{n}.test:{port}/{SITES[n][1]}" for n in names]
        mine = ours(home, port, seeds, names)
        theirs = reference(port, seeds)
        wrong += compare("only trawl", mine, theirs)
        wrong += compare("only the reference", theirs, mine)
        wrong += compare("another status", {(u, s) for u, s in mine.items() if u in theirs},
                         {(u, s) for u, s in theirs.items() if u in mine})
        for name, seed in zip(names, seeds):
            if options.wget2:
                prefix = f"http://{name}.test:{port}"
                own = {u[len(prefix):] for u in mine if u.startswith(prefix + "/")}
                got = wget2(home, port, name, seed)
                compare(f"{name}: only trawl", own, got)
                compare(f"{name}: only wget2, without what pages are made of",
                        {u for u in got if not re.search(r"\.(css|js|png|svg|ico|woff2?|gif|jpe?g|ttf|eot|txt|zip|map)(\?|$)", u)}, own)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(home, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
