# SPDX-License-Identifier: MIT
"""10,000 URLs of Debian's HTML documentation come back byte for byte from nginx, under both engines."""
import glob
import hashlib
import http.client
import unittest
import zlib

import rig

rig.need("nginx")
DOCS = {"python": "/usr/share/doc/python3.11/html", "postgresql": "/usr/share/doc/postgresql-doc-15/html"}
rig.need_path(*DOCS.values())
PORT = rig.nginx("".join(f"location /{name}/ {{ alias {where}/; }}" for name, where in DOCS.items()))


class Bodies(unittest.TestCase):
    def test_ten_thousand_pages_come_back_byte_for_byte(self):
        pages = {}
        for name, where in DOCS.items():
            for page in glob.glob(f"{where}/**/*.html", recursive=True):
                with open(page, "rb") as f:
                    pages[f"http://127.0.0.1:{PORT}/{name}/{page[len(where) + 1:]}"] = hashlib.sha256(f.read()).hexdigest()
        urls = sorted(pages)
        self.assertGreater(len(urls), 1000)
        urls = (urls * (10000 // len(urls) + 1))[:10000]
        for engine in ("coro", "forks:8"):
            run = rig.fetch("-q", "--engine", engine, "--digest", urls=urls)
            self.assertEqual((run.status, len(run.records)), (0, 10000), run.err)
            for r in run.records:
                self.assertEqual(r["digest"], "sha256:" + pages[r["url"]], r["url"])

    def test_an_independent_client_gets_the_same_bodies(self):
        port = rig.serve()
        paths = ["/bytes/0", "/bytes/1", "/bytes/300000", "/chunked/70000", "/gzip/50000", "/deflate/50000", "/drip?bytes=20&ms=5"]
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        theirs = {}
        for path in paths:
            client.request("GET", path)
            answer = client.getresponse()
            body = answer.read()
            if answer.getheader("Content-Encoding"):
                body = zlib.decompress(body, 47)  # gzip or zlib, by its head
            theirs[f"http://127.0.0.1:{port}{path}"] = "sha256:" + hashlib.sha256(body).hexdigest()
        client.close()
        for engine in ("coro", "forks:2"):
            run = rig.fetch("-q", "--engine", engine, "--digest", urls=list(theirs))
            self.assertEqual({r["url"]: r.get("digest") for r in run.records}, theirs, run.err)


if __name__ == "__main__":
    rig.main()
