# SPDX-License-Identifier: MIT
"""Sites without an end: a calendar, paths that grow, one segment over and over. usage: traps.py ADDRESS PORT"""
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What a crawl with these limits comes to: the seed, and what is followed from there.
LIMITS = ("--max-queries", "50", "--max-path-depth", "20", "--max-repeats", "3")
SEEDS = {"/calendar": 51, "/same/": 3, "/deep/": 20}


def links(path):
    kind, _, query = path.partition("?")
    if kind == "/calendar":
        day = int(query.partition("=")[2] or 0)
        return [f"/calendar?day={n}" for n in range(day + 1, day + 20)]
    if kind.startswith("/same/"):
        return ["same/"]
    if kind.startswith("/deep/"):
        return [f"{len(path)}/"]
    return None


class Trap(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = links(self.path)
        body = "".join(f"<a href='{t}'>x</a>" for t in found or ()).encode()
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Trap).serve_forever()
