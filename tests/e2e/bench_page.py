# SPDX-License-Identifier: MIT
"""The page of a bench, in a browser: what it shows, and that it asks nobody for anything.

A small bench gives the figures; nothing here depends on what they are.
"""
import html.parser
import http.server
import os
import shutil
import struct
import subprocess
import threading
import unittest
import zlib

import rig

rig.need("chromium")
EVIL = "X-Evil: </script></pre><script src=/evil.js></script><img src=/evil.png onerror=alert(1)>&\"'"
ENGINES = "coro,forks"


def bench(*options, timeout=240):
    done = subprocess.run([rig.TRAWL, "bench", *options], capture_output=True, timeout=timeout, check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


class Site:
    """Serves the page on loopback, and remembers what is asked for."""

    def __init__(self, page):
        self.asked = asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/page"


def browse(url, *options):
    """Headless Chromium with a profile of its own, which resolves no name. Returns (standard output, standard error)."""
    profile = os.path.join(rig.DIR, f"profile{browse.count}")
    browse.count += 1
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
               "--disable-dev-shm-usage", "--no-proxy-server", "--enable-logging=stderr",
               "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
               f"--user-data-dir={profile}", *options, url]
    env = dict(os.environ, HOME=rig.DIR, XDG_CONFIG_HOME=rig.DIR, XDG_CACHE_HOME=rig.DIR)
    done = subprocess.run(command, capture_output=True, timeout=180, check=True, env=env)
    shutil.rmtree(profile, ignore_errors=True)
    return done.stdout.decode(), done.stderr.decode("utf-8", "replace")


browse.count = 0


class Outline(html.parser.HTMLParser):
    """How often each element occurs, all text, and the identifiers."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.ids = {}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_data(self, data):
        self.texts.append(data)


def picture(path):
    """(width, height, the first pixel) of a PNG of 8 bits a colour. The first pixel has nothing before it to differ from."""
    with open(path, "rb") as f:
        data = f.read()
    width, height = struct.unpack(">II", data[16:24])
    at, packed = 8, b""
    while at < len(data):
        n = struct.unpack(">I", data[at:at + 4])[0]
        if data[at + 4:at + 8] == b"IDAT":
            packed += data[at + 8:at + 8 + n]
        at += n + 12
    return width, height, tuple(zlib.decompress(packed)[1:4])


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        path = rig.path("page.html")
        cls.run_of_it = bench("--engines", ENGINES, "-j", "2,8", "--workload", "waiting,computing", "--delay", "2ms",
                              "--cpu", "100us", "-D", "200ms", "--warm-up", "100ms", "--repeat", "2", "-H", EVIL,
                              "--html", path)
        with open(path, "rb") as f:
            cls.page = f.read()
        cls.site = Site(cls.page)
        cls.dom, cls.said = browse(cls.site.url, "--dump-dom")
        cls.outline = Outline(cls.dom)

    def test_the_bench_went_well(self):
        self.assertIn(self.run_of_it.status, (0, 3), self.run_of_it.err)
        self.assertIn(b"</html>", self.page)

    def test_a_browser_finds_every_plot(self):
        for plot in "rate", "memory", "cpu", "latency":
            self.assertTrue([i for i in self.outline.ids if i.startswith(f"{plot}-") and i.endswith("-t")], plot)
        self.assertGreaterEqual(self.outline.tags["figure"], 8)
        self.assertGreaterEqual(self.outline.tags["table"], 2)
        for engine in ENGINES.split(","):
            self.assertIn(engine, self.outline.texts)

    def test_nothing_else_is_asked_for(self):
        self.assertEqual(self.site.asked, ["/page"])

    def test_nothing_is_run_and_nothing_complained_of(self):
        self.assertNotIn("script", self.outline.tags)
        self.assertNotIn("img", self.outline.tags)
        self.assertNotIn("CONSOLE", self.said)
        self.assertIn(EVIL, "".join(self.outline.texts))

    def test_it_follows_the_choice_of_light_or_dark(self):
        url = Site(self.page).url
        light, dark = rig.path("light.png"), rig.path("dark.png")
        browse(url, f"--screenshot={light}", "--window-size=1200,1000", "--blink-settings=preferredColorScheme=1")
        browse(url, f"--screenshot={dark}", "--window-size=1200,1000", "--blink-settings=preferredColorScheme=0")
        self.assertEqual(picture(light)[:2], (1200, 1000))
        self.assertGreater(min(picture(light)[2]), 240)
        self.assertLess(max(picture(dark)[2]), 40)
        self.assertGreater(os.path.getsize(light), 10000)

    def test_it_prints(self):
        paper = rig.path("paper.pdf")
        browse(Site(self.page).url, f"--print-to-pdf={paper}")
        with open(paper, "rb") as f:
            self.assertEqual(f.read(5), b"%PDF-")


if __name__ == "__main__":
    rig.main()
