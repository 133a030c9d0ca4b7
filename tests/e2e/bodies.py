# SPDX-License-Identifier: MIT
"""10,000 URLs of Debian's HTML documentation come back byte for byte from nginx, under both engines."""
import glob
import hashlib
import unittest

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


if __name__ == "__main__":
    rig.main()
