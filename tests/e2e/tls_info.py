# SPDX-License-Identifier: MIT
"""--tls-info and --http2 against nginx, under both engines; bodies are saved whole over HTTP/2, too."""
import os
import subprocess
import unittest

import rig

rig.need("nginx", "openssl")
CA, KEY, CERT = rig.path("ca.pem"), rig.path("key.pem"), rig.path("cert.pem")
WWW = rig.path("www")


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", rig.path("ca.key"),
        "-out", CA, "-days", "30", "-subj", "/O=Made up/CN=The Authority")
openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", KEY, "-out", rig.path("csr"),
        "-subj", "/O=Made, up/CN=host.test")
openssl("x509", "-req", "-in", rig.path("csr"), "-CA", CA, "-CAkey", rig.path("ca.key"), "-CAcreateserial", "-days", "20",
        "-out", CERT, "-extfile", rig.write("ext", "subjectAltName=DNS:host.test"))
os.makedirs(WWW)
os.chmod(rig.DIR, 0o755)
BODIES = {f"f{i}": os.urandom(300_000 + i) for i in range(20)}
for file_name, content in BODIES.items():
    with open(f"{WWW}/{file_name}", "wb") as f:
        f.write(content)
PORT = rig.nginx(f"ssl_certificate {CERT}; ssl_certificate_key {KEY}; root {WWW}; ssl_protocols TLSv1.3;"
                 " listen 127.0.0.1:%d ssl http2;" % (TLS := rig.free_port()))
PLAIN, HTTPS = f"http://host.test:{PORT}", f"https://host.test:{TLS}"
COMMON = ["-q", "--cacert", CA, "--resolve", f"host.test:{TLS}:127.0.0.1", "--resolve", f"host.test:{PORT}:127.0.0.1"]


class TlsInfo(unittest.TestCase):
    def test_the_record_says_what_the_connection_was_when_asked(self):
        expires = subprocess.run(["openssl", "x509", "-in", CERT, "-noout", "-enddate", "-dateopt", "iso_8601"], check=True,
                                 capture_output=True, timeout=30).stdout.decode().strip().split("=")[1].replace(" ", "T")
        for engine in ("coro", "forks:2"):
            for more, version in (([], "1.1"), (["--http2"], "2")):
                run = rig.fetch(*COMMON, *more, "--engine", engine, "--tls-info",
                                urls=[f"{HTTPS}/f1", f"{HTTPS}/f2", f"{PLAIN}/f1", f"{HTTPS}/none"])
                self.assertEqual(run.status, 3, run.err)
                for line in (1, 2, 4):  # on a connection used again, too
                    r = run.by_line[line]
                    self.assertEqual(r["http_version"], version)
                    facts = r["tls"]
                    self.assertEqual(facts["version"], "TLSv1.3")
                    self.assertTrue(facts["cipher"].startswith("TLS_"))
                    self.assertEqual(facts["issuer"], "CN=The Authority,O=Made up")
                    self.assertEqual(facts["subject"], "CN=host.test,O=Made\\, up")
                    self.assertEqual(facts["expires"], expires)
                self.assertNotIn("tls", run.by_line[3])
            run = rig.fetch(*COMMON, "--engine", engine, urls=[f"{HTTPS}/f1"])
            self.assertNotIn("tls", run.records[0])

    def test_bodies_over_one_shared_connection_are_saved_whole(self):
        for engine in ("coro", "forks:2"):
            out = rig.path(f"out-{engine[:5]}")
            run = rig.fetch(*COMMON, "--http2", "--engine", engine, "--save", out,
                            urls=[f"{HTTPS}/{name}" for name in BODIES])
            self.assertEqual(run.status, 0, run.err + run.out.decode())
            for r in run.records:
                self.assertEqual(r["http_version"], "2")
                with open(r["saved"], "rb") as f:
                    self.assertEqual(f.read(), BODIES[os.path.basename(r["url"])])


if __name__ == "__main__":
    rig.main()
