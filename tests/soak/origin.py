# SPDX-License-Identifier: MIT
"""The origin of a soak: `trawl serve --web` with its log, what it serves (the reference), and what its log says of a run's pace."""
import bisect
import hashlib
import http.client
import json
import os
import queue
import subprocess
import threading
import time
from urllib.parse import urlsplit

import network
import rig

SLACK = 0.003  # seconds by which two clocks, the log's and the run's, may differ over a delay


class Origin:
    """A synthetic web on a port of the other namespace, with DNS for its names."""

    def __init__(self, net, name, port, hosts, pages, errors, delay):
        self.net, self.port, self.dns, self.log = net, port, port + 1, rig.path(f"{name}.log")
        self.read, self.requests, self.asked = 0, {}, 0
        err = open(rig.path(f"{name}.err"), "ab")
        self.process = rig.start(net.there(
            rig.TRAWL, "serve", "-p", str(port), "--bind", network.THERE, "--dns", f"{network.THERE}:{self.dns}",
            "--web", f"{hosts},{pages}", "--web-errors", str(errors), "--web-delay", delay, "--log", self.log), stdout=err, stderr=err)
        rig.wait_port(port, network.THERE, process=self.process)
        self.hosts = hosts

    def url(self, host, path):
        return f"http://{host}.web.test:{self.port}{path}"

    @property
    def names(self):
        return ("--dns-servers", f"{network.THERE}:{self.dns}")

    def get(self, connection, host, path):
        connection.request("GET", path, headers={"Host": f"{host}.web.test:{self.port}", "User-Agent": "reference"})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location"), answer.read()

    def connect(self):
        return http.client.HTTPConnection(network.THERE, self.port, timeout=30)

    def take_log(self):
        """Reads what has come to the log: agent -> host -> [(start, end, path, status)], in seconds."""
        with open(self.log, "rb") as f:
            f.seek(self.read)
            block = f.read()
        whole = block.rfind(b"\n") + 1
        self.read += whole
        for line in block[:whole].splitlines():
            r = json.loads(line)
            if "path" not in r:
                continue
            self.asked += 1
            agent = r.get("agent", "").partition("/")[0]
            host = r.get("host", "").partition(".")[0]
            self.requests.setdefault(agent, {}).setdefault(host, []).append(
                (r["start"] / 1e6, r["end"] / 1e6, r["path"], r["status"]))

    def of(self, agent):
        """All that a run has asked for until now."""
        time.sleep(0.2)  # lines are gathered for 20 ms
        self.take_log()
        return self.requests.get(agent, {})


class Page:
    """What a URL comes to when it is asked for without any disturbance."""

    def __init__(self, status, error=None, location=None, body=b""):
        self.status, self.error, self.location = status, error, location
        self.digest = hashlib.sha256(body).hexdigest() if status == 200 else None


class Reference:
    """All pages of a web, each asked for once, by nothing of ours."""

    def __init__(self, origin, threads=8):
        self.origin = origin
        connection = origin.connect()
        _, _, body = origin.get(connection, "reference", "/web/urls")
        urls = body.decode().split()
        self.lost = self.lost_names({urlsplit(u).hostname for u in urls})
        self.rules = {}  # host -> status of its robots.txt, 0: none came
        self.pages = {}
        todo = queue.SimpleQueue()
        for host in sorted({urlsplit(u).hostname.partition(".")[0] for u in urls}):
            todo.put((host, "/robots.txt", None))
        for url in urls:
            todo.put((urlsplit(url).hostname.partition(".")[0], urlsplit(url).path, url))
        workers = [threading.Thread(target=self.work, args=(todo,)) for _ in range(threads)]
        for w in workers:
            w.start()
        for w in workers:
            w.join()

    def lost_names(self, names):
        """Those that the name server does not know."""
        asked = subprocess.run([rig.TRAWL, "inspect", "dns", "--json", *self.origin.names], capture_output=True, text=True, check=False,
                               input="".join(json.dumps({"name": n}) + "\n" for n in sorted(names)))
        answers = [json.loads(line) for line in asked.stdout.splitlines()]
        return {n.partition(".")[0] for n, a in zip(sorted(names), answers) if a.get("error")}

    def work(self, todo):
        connection = self.origin.connect()
        while True:
            try:
                host, path, url = todo.get_nowait()
            except queue.Empty:
                return
            try:
                status, location, body = self.origin.get(connection, host, path)
                page = Page(status, None, location, body)
            except http.client.IncompleteRead:
                page = Page(0, "truncated")
            except (http.client.HTTPException, OSError):
                page = Page(0, "reset")
            if page.error:
                connection.close()
                connection = self.origin.connect()
            if url:
                self.pages[url] = page
            else:
                self.rules[host] = page.status

    def host_is_sound(self, host):
        return host not in self.lost and self.rules[host] in (200, 404)


def host_of(url):
    return urlsplit(url).hostname.partition(".")[0]


class Pace:
    """What a run has promised: no two requests to a host closer than `delay` seconds from the end of one to the start of the next;
    with `at_once`, no more than that many at a time."""

    def __init__(self, delay=0.0, at_once=1, patience=60.0):
        self.delay, self.at_once, self.patience = delay, at_once, patience

    def check(self, asked, unheard, disturbed):
        """asked: host -> requests. unheard: spans in which an arrival may be late. disturbed: moments at which something was killed,
        or the link lost, sorted. Returns (violations, least gap, most at once, pairs not judged)."""
        wrong, least, most, skipped = [], None, 0, 0
        for host, requests in asked.items():
            requests = sorted(requests)
            running = []
            for k, b in enumerate(requests):
                running = [e for e in running if e > b[0]] if not self.delay else []
                running.append(b[1])
                if any(lo <= b[0] <= hi for lo, hi in unheard):
                    skipped += 1
                    continue
                if self.delay and k:
                    a = requests[k - 1]
                    gap = b[0] - a[0] if self.cut_short(a, b, disturbed) else b[0] - a[1]
                    least = gap if least is None else min(least, gap)
                    if gap < self.delay - SLACK:
                        wrong.append(f"{host}: {b[2]} came {gap:.3f} s after {a[2]}, not {self.delay}")
                elif not self.delay and not self.touched(b[0] - self.patience, b[0], disturbed):
                    most = max(most, len(running))
                    if len(running) > self.at_once:
                        wrong.append(f"{host}: {len(running)} at once at {b[2]}, not {self.at_once}")
        return wrong, least, most, skipped

    @staticmethod
    def touched(begin, end, disturbed):
        at = bisect.bisect_left(disturbed, begin)
        return at < len(disturbed) and disturbed[at] <= end

    def cut_short(self, a, b, disturbed):
        """Whether the run may have let go of `a` before the origin did: then the origin does not know when that was."""
        return a[1] - a[0] > self.patience - 0.5 or a[3] == 0 or self.touched(a[0] - 0.05, b[0], disturbed)
