#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--proxy, --noproxy and the environment, against tinyproxy and microsocks, under both engines; client certificates."""
import os
import socket
import subprocess
import unittest

import rig

rig.need("tinyproxy", "microsocks", "nginx", "openssl", "dnsmasq")
ENGINES = ("coro", "forks:2")
SECRET = "s%33cret"  # percent-encoded: the password is s3cret
CA, KEY, CERT, BOTH = (rig.path(name) for name in ("ca.pem", "key.pem", "cert.pem", "both.pem"))


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", rig.path("ca.key"),
        "-out", CA, "-days", "30", "-subj", "/CN=The Authority")
openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", KEY, "-out", rig.path("csr"),
        "-subj", "/CN=far.test")
openssl("x509", "-req", "-in", rig.path("csr"), "-CA", CA, "-CAkey", rig.path("ca.key"), "-CAcreateserial", "-days", "20",
        "-out", CERT, "-extfile", rig.write("ext", "subjectAltName=DNS:localhost,DNS:far.test,IP:127.0.0.1"))
with open(CERT, encoding="ascii") as one, open(KEY, encoding="ascii") as other:
    rig.write("both.pem", one.read() + other.read())
os.chmod(rig.DIR, 0o755)

HEADS = []  # what the origin is sent


def origin(connection, _):
    while head := rig.read_head(connection):
        HEADS.append(head.decode())
        target = head.split()[1].decode()
        if target.startswith("/to="):
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {target[4:]}\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


def tinyproxy(more=""):
    port = rig.free_port()
    conf = rig.write(f"tinyproxy{port}.conf", f"Port {port}\nListen 127.0.0.1\nTimeout 20\nMaxClients 50\nLogLevel Connect\n"
                     f'LogFile "{rig.path(f"tinyproxy{port}.log")}"\n{more}\n')
    rig.start(["tinyproxy", "-d", "-c", conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rig.wait_port(port)
    return port


def microsocks(*options):
    port = rig.free_port()
    rig.start(["microsocks", "-i", "127.0.0.1", "-p", str(port), *options], stderr=subprocess.DEVNULL)
    rig.wait_port(port)
    return port


ORIGIN = rig.RawOrigin(origin).port
TLS = rig.free_port()
rig.nginx(f"ssl_certificate {CERT}; ssl_certificate_key {KEY}; ssl_client_certificate {CA}; ssl_verify_client optional;"
          f" listen 127.0.0.1:{TLS} ssl; location / {{ add_header X-Who $ssl_client_verify; return 200 tls; }}"
          " location /only { if ($ssl_client_verify != SUCCESS) { return 403; } return 200 you; }")
HTTP, LOCKED, SOCKS, SOCKS_LOCKED = tinyproxy(), tinyproxy("BasicAuth me s3cret"), microsocks(), microsocks("-u", "me", "-P", "s3cret")
# A name that only the proxy can look up: no name server is asked, for there is none at that address.
# (Where the system knows no localhost, as in a bare root without /etc/hosts, the proxies are given the address.)
try:
    HERE = socket.getaddrinfo("localhost", None) and "localhost"
except OSError:
    HERE = "127.0.0.1"
PLAIN, HTTPS = f"http://{HERE}:{ORIGIN}", f"https://{HERE}:{TLS}"
COMMON = ("-q", "--retry", "0", "--cacert", CA, "--dns-servers", "127.0.0.1:9")


def used(port):
    """How many requests have gone through this tinyproxy."""
    with open(rig.path(f"tinyproxy{port}.log"), encoding="utf-8") as f:
        return f.read().count("Request (file descriptor")


class Proxy(unittest.TestCase):
    def fetch(self, engine, *options, urls=(f"{PLAIN}/a", f"{HTTPS}/b"), env=None):
        before = dict(os.environ)
        os.environ.update(env or {})
        try:
            failed = rig.path("failed")
            run = rig.fetch(*COMMON, "--engine", engine, "--failed", failed, *options, urls=urls)
        finally:
            os.environ.clear()
            os.environ.update(before)
        with open(failed, "rb") as f:
            shown = run.out + f.read() + run.err.encode()
        for secret in (b"cret", b"bWU6"):  # as it is, and in base64
            self.assertNotIn(secret, shown)
        return run

    def good(self, run, n=2):
        self.assertEqual([(r.get("error"), r["status"]) for r in run.records], [(None, 200)] * n, run.err)

    def errors(self, run):
        return [r.get("error") for _, r in sorted(run.by_line.items())]

    def test_http_and_a_tunnel_for_https(self):
        for engine in ENGINES:
            before = used(HTTP)
            self.good(self.fetch(engine, "-x", f"127.0.0.1:{HTTP}"))
            self.assertEqual(used(HTTP), before + 2)
            self.good(self.fetch(engine, "-x", f"http://proxy.test:{HTTP}", "--resolve", f"proxy.test:{HTTP}:127.0.0.1"))
            self.assertEqual(used(HTTP), before + 4)

    def test_socks(self):
        for engine in ENGINES:
            for scheme in ("socks5", "socks5h"):
                self.good(self.fetch(engine, "-x", f"{scheme}://127.0.0.1:{SOCKS}"))
            self.good(self.fetch(engine, "-x", f"socks5h://me:{SECRET}@127.0.0.1:{SOCKS_LOCKED}"))
            run = self.fetch(engine, "-x", f"socks5h://me:{SECRET}x@127.0.0.1:{SOCKS_LOCKED}")
            self.assertEqual(self.errors(run), ["proxy-failed"] * 2)

    def test_credentials_are_for_the_proxy_alone(self):
        for engine in ENGINES:
            HEADS.clear()
            self.good(self.fetch(engine, "-x", f"me:{SECRET}@127.0.0.1:{LOCKED}"))
            # After a redirect that is reached straight they are not sent either.
            run = self.fetch(engine, "-x", f"me:{SECRET}@127.0.0.1:{LOCKED}", "--noproxy", "127.0.0.1",
                             urls=[f"{PLAIN}/to=http://127.0.0.1:{ORIGIN}/x", f"http://127.0.0.1:{ORIGIN}/y"])
            self.good(run)
            self.assertEqual(len(HEADS), 4)
            for head in HEADS:
                self.assertNotIn("proxy-authorization", head.lower())
            run = self.fetch(engine, "-x", f"127.0.0.1:{LOCKED}")
            self.assertEqual(self.errors(run), ["proxy-failed"] * 2)
            self.assertIn(b"(407)", run.out)
            self.assertEqual(run.status, 3)
            # A wrong password tinyproxy answers with 401, which for http any origin might have said.
            run = self.fetch(engine, "-x", f"me:{SECRET}x@127.0.0.1:{LOCKED}")
            self.assertEqual((run.by_line[1]["status"], run.by_line[2].get("error")), (401, "proxy-failed"))

    def test_a_proxy_that_is_not_there_is_proxy_failed(self):
        for engine in ENGINES:
            for proxy in (f"127.0.0.1:{rig.free_port()}", f"socks5h://127.0.0.1:{rig.free_port()}", "no-such.invalid:3128"):
                run = self.fetch(engine, "-x", proxy, "--dns-servers", f"127.0.0.1:{DNS}")
                self.assertEqual(self.errors(run), ["proxy-failed"] * 2, proxy)

    def test_the_environment_has_the_word_as_for_curl(self):
        there = f"http://127.0.0.1:{HTTP}"
        gone = "http://127.0.0.1:9"
        straight = [f"http://127.0.0.1:{ORIGIN}/a", f"https://127.0.0.1:{TLS}/b"]
        cases = [
            ({"all_proxy": there}, (), 2),
            ({"ALL_PROXY": there}, (), 2),
            ({"http_proxy": there}, (), 1),
            ({"HTTP_PROXY": gone}, (), 0),  # what a CGI client could set
            ({"HTTPS_PROXY": there}, (), 1),
            ({"https_proxy": there, "HTTPS_PROXY": gone, "http_proxy": there}, (), 2),
            ({"all_proxy": gone, "no_proxy": "x.test,127.0.0.1"}, (), 0),
            ({"all_proxy": gone, "NO_PROXY": "*"}, (), 0),
            ({"all_proxy": gone}, ("--noproxy", "127.0.0.1"), 0),
            ({"all_proxy": there, "no_proxy": "*"}, ("--noproxy", ""), 2),
            ({"all_proxy": gone}, ("-x", ""), 0),
            ({"all_proxy": gone}, ("-x", there), 2),
            ({"no_proxy": "127.0.0.1"}, ("-x", gone), 0),
        ]
        for engine in ENGINES:
            for env, options, through in cases:
                with self.subTest(f"{engine} {env} {options}"):
                    before = used(HTTP)
                    self.good(self.fetch(engine, *options, urls=straight, env=env))
                    self.assertEqual(used(HTTP) - before, through)

    def test_redirects_to_special_addresses_stay_blocked(self):
        for engine in ENGINES:
            x = ("-x", f"127.0.0.1:{HTTP}", "--resolve", f"far.test:{ORIGIN}:192.0.2.1")
            for place in ("127.0.0.9:1", "[::ffff:127.0.0.9]:1", "[::1]:1", "2130706441:1", "a.localhost"):
                run = self.fetch(engine, *x, urls=[f"{PLAIN}/to=http://{place}/x"])
                self.assertEqual(self.errors(run), ["blocked-address"], place)
            to = f"{PLAIN}/to=http://127.0.0.1:{ORIGIN}/x"
            self.good(self.fetch(engine, *x, "--allow-private", urls=[to]), 1)
            # A line that names the place makes it the user's word.
            self.good(self.fetch(engine, *x, "-j", "1", urls=[f"http://127.0.0.1:{ORIGIN}/y", to]))

    def test_what_is_no_proxy_is_said_without_its_password(self):
        for options, env in ((("-x", f"ftp://me:{SECRET}@h"), {}), ((), {"http_proxy": f"http://me:{SECRET}@h:0"})):
            run = rig.fetch("-q", *options, urls=[f"{PLAIN}/"]) if not env else self.fetch("coro", urls=(), env=env)
            self.assertEqual((run.status, run.out, run.err.count("\n")), (2, b"", 1))
            self.assertNotIn("cret", run.err)
            self.assertIn(options[0].replace("-x", "--proxy") if options else "http_proxy", run.err)


class Self(unittest.TestCase):
    def test_a_client_certificate_is_shown(self):
        url = f"https://127.0.0.1:{TLS}/only"
        for engine in ENGINES:
            for more, status in (((), 403), (("--cert", BOTH), 200), (("--cert", CERT, "--key", KEY), 200)):
                run = rig.fetch(*COMMON, "--engine", engine, *more, urls=[url])
                self.assertEqual([r["status"] for r in run.records], [status], run.err)

    def test_connections_come_from_the_interface(self):
        peers = []
        server = rig.RawOrigin(lambda c, _: (peers.append(c.getpeername()[0]), origin(c, _)))
        for engine in ENGINES:
            for name, peer in (("127.0.0.7", "127.0.0.7"), ("lo", "127.0.0.1")):
                peers.clear()
                run = rig.fetch(*COMMON, "--engine", engine, "--interface", name, urls=[f"http://127.0.0.1:{server.port}/"])
                self.assertEqual(([r["status"] for r in run.records], peers), ([200], [peer]), run.err)

    def test_what_cannot_be_used_is_found_before_the_run(self):
        for options in (("--cert", "/nowhere"), ("--cert", "/tmp"), ("--key", KEY), ("--cert", CERT, "--key", "/nowhere"),
                        ("--interface", "no-such0"), ("--interface", "192.0.2.1"), ("--cacert", "/nowhere")):
            run = rig.fetch("-q", *options, urls=[f"{PLAIN}/"])
            self.assertEqual((run.status, run.out, run.err.count("\n")), (2, b"", 1), run.err)
            self.assertIn(options[-2], run.err)



DNS = rig.dnsmasq("--address=/invalid/")
rig.main()
