#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""trawl serve, from outside: http.client and raw sockets against every path, the synthetic web, DNS,
and clients that mean no good."""
import base64
import concurrent.futures
import gzip
import http.client
import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse
import zlib

TRAWL = os.environ.get("TRAWL", "./trawl")
SANITIZED = "\nbuilt with " in subprocess.run([TRAWL, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
PATIENCE = 60  # seconds, for what comes at once unless the machine has other things to do


def until(holds, what):
    """Waits for what is to be so by itself, and soon."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"after {PATIENCE} s: {what}")
        time.sleep(0.01)


class Server:
    """A server on free ports, until stop()."""

    def __init__(self, *options, limits=None):
        self.process = subprocess.Popen(
            [TRAWL, "serve", "-p", "0", "--max-time", "600", *options], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, preexec_fn=limits)
        self.address = self.port = self.dns = None
        for line in self.process.stdout:
            where = line.split()[-1]
            if line.startswith("answering DNS on "):
                self.dns = int(where.rsplit(":", 1)[1])
            if line.startswith("listening on http://"):
                self.address, port = where[7:].rsplit(":", 1)
                self.port = int(port)
                break
        if not self.port:
            raise AssertionError(self.process.communicate()[1])

    def stop(self, how=signal.SIGTERM, within=5 * PATIENCE):
        """Ends it and returns its last words; its status is then in process.returncode."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        words = self.process.communicate(timeout=within)[1]
        return words

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def connect(self, address="127.0.0.1"):
        return socket.create_connection((address, self.port), timeout=PATIENCE)

    def client(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)


def pattern(start, size):
    """What stands at offset `start`: lines that say their own offset."""
    first = start // 16
    text = "".join(f"{line * 16:015x}\n" for line in range(first, (start + size) // 16 + 1))
    return text.encode()[start - first * 16:][:size]


def read_all(sock):
    """Everything until the end; and whether that was a reset."""
    pieces = []
    while True:
        try:
            pieces.append(sock.recv(1 << 20))
        except ConnectionResetError:
            return b"".join(pieces), True
        if not pieces[-1]:
            return b"".join(pieces), False


class Case(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.options)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        assert cls.server.process.returncode == 0, cls.server.process.returncode

    def ask(self, path, method="GET", body=None, headers=None, client=None):
        """(status, fields, body) of one exchange."""
        mine = client or self.server.client()
        try:
            mine.request(method, path, body=body, headers=headers or {})
            answer = mine.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            if not client:
                mine.close()

    def raw(self, request, address="127.0.0.1"):
        """Sends bytes, and returns what came until the end and whether that was a reset."""
        with self.server.connect(address) as sock:
            sock.sendall(request if isinstance(request, bytes) else request.encode())
            return read_all(sock)

    def status_of(self, request):
        data, _ = self.raw(request)
        match = re.match(rb"HTTP/1\.1 (\d\d\d) ", data)
        self.assertTrue(match, data[:100])
        return int(match[1])


class Paths(Case):
    def test_bytes_come_in_the_size_asked_for_and_are_known(self):
        for text, size in (("0", 0), ("1", 1), ("100", 100), ("5000", 5000), ("10K", 10240),
                           ("3M", 3 << 20)):
            status, fields, body = self.ask("/bytes/" + text)
            self.assertEqual((status, fields["Content-Length"]), (200, str(size)))
            self.assertEqual(body, pattern(0, size))
        self.assertEqual(self.ask("/bytes/3?type=text%2Fcss")[1]["Content-Type"], "text/css")
        for bad in ("", "/x", "/-1", "/1KB", "/99999999999999999999"):
            self.assertEqual(self.ask("/bytes" + bad)[0], 400)

    def test_head_tells_the_length_and_sends_no_body(self):
        client = self.server.client()
        for path in ("/bytes/100", "/bytes/1000G", "/gzip/500", "/gzip/1G", "/chunked/100000G",
                     "/drip?bytes=5&ms=1", "/status/404", "/"):
            status, fields, body = self.ask(path, "HEAD", client=client)
            self.assertIn(status, (200, 404))
            self.assertEqual(body, b"", path)
        self.assertEqual(self.ask("/bytes/77", "HEAD", client=client)[1]["Content-Length"], "77")
        client.close()

    def test_chunked_bodies_are_whole(self):
        status, fields, body = self.ask("/chunked/100000?chunk=777")
        self.assertEqual((status, fields["Transfer-Encoding"]), (200, "chunked"))
        self.assertEqual(body, pattern(0, 100000))
        self.assertEqual(self.ask("/chunked/0")[2], b"")

    def test_a_delay_is_kept_and_answers_as_the_rest_would(self):
        start = time.monotonic()
        status, _, body = self.ask("/delay/200/delay/100/bytes/20")
        self.assertGreaterEqual(time.monotonic() - start, 0.3)
        self.assertEqual((status, body), (200, pattern(0, 20)))
        self.assertEqual(self.ask("/delay/1")[0], 200)
        self.assertEqual(self.ask("/delay/1/nowhere")[0], 404)
        self.assertEqual(self.ask("/delay/x")[0], 400)

    def test_a_drip_comes_piece_by_piece(self):
        for form in ("", "&chunked"):
            with self.server.connect() as sock:
                sock.sendall(f"GET /drip?bytes=6&ms=60&piece=2{form} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                start, seen = time.monotonic(), b""
                while b"00000" not in seen.partition(b"\r\n\r\n")[2].replace(b"\r\n2\r\n", b""):
                    seen += sock.recv(1000)
                self.assertGreaterEqual(time.monotonic() - start, 0.1)

    def test_every_status_can_be_had_with_its_fields(self):
        for status in (*range(200, 209), *range(300, 309), *range(400, 432), 451, *range(500, 512), 599):
            got, fields, _ = self.ask(f"/status/{status}")
            self.assertEqual(got, status)
            if 300 <= status < 400 and status != 304:
                self.assertEqual(fields["Location"], "/")
            if status in (429, 503):
                self.assertEqual(fields["Retry-After"], "1")
        self.assertEqual(self.ask("/status/401")[1]["WWW-Authenticate"], 'Basic realm="trawl"')
        self.assertEqual(self.ask("/status/503?retry-after=7")[1]["Retry-After"], "7")
        when = "Fri, 31 Dec 1999 23:59:59 GMT"
        self.assertEqual(self.ask("/status/503?retry-after=" + urllib.parse.quote(when))[1]["Retry-After"], when)
        for bad in ("99", "101", "600", "x", ""):
            self.assertEqual(self.ask("/status/" + bad)[0], 400)

    def test_an_interim_status_comes_before_an_answer(self):
        data, _ = self.raw("GET /status/103 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertTrue(data.startswith(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n"), data)

    def test_redirects_form_a_chain(self):
        path, hops = "/redirect/3?status=307", []
        while True:
            status, fields, body = self.ask(path)
            if status == 200:
                break
            hops.append((status, fields["Location"]))
            path = fields["Location"]
        self.assertEqual(hops, [(307, "/redirect/2?status=307"), (307, "/redirect/1?status=307"), (307, "/bytes/100")])
        self.assertEqual(body, pattern(0, 100))
        self.assertEqual(self.ask("/redirect/2?absolute", headers={"Host": "x.test:9"})[1]["Location"],
                         "http://x.test:9/redirect/1?absolute")
        self.assertEqual(self.ask("/redirect/1?to=http%3A%2F%2Fb.test%2F")[1]["Location"], "http://b.test/")
        self.assertEqual(self.ask("/redirect/0")[2], pattern(0, 100))

    def test_what_is_decoded_into_a_field_cannot_end_it(self):
        _, fields, _ = self.ask("/redirect/1?to=%2F%0d%0aX-Evil:%20yes")
        self.assertNotIn("X-Evil", fields)
        _, fields, _ = self.ask("/cookie/set?a=b%0d%0aX-Evil:%20yes")
        self.assertNotIn("X-Evil", fields)

    def test_a_reset_is_one(self):
        for path, begins in (("/reset", b""), ("/reset/head", b"HTTP/1.1 200"), ("/reset/body", b"HTTP/1.1 200")):
            data, reset = self.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertTrue(reset, path)
            self.assertTrue(data.startswith(begins), path)
        self.assertEqual(data.partition(b"\r\n\r\n")[2], pattern(0, 500))

    def test_a_truncated_answer_ends_early_and_in_order(self):
        data, reset = self.raw("GET /truncate HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertFalse(reset)
        self.assertIn(b"Content-Length: 1000\r\n", data)
        self.assertEqual(data.partition(b"\r\n\r\n")[2], pattern(0, 500))
        data, reset = self.raw("GET /truncate?chunked HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertFalse(reset or data.endswith(b"0\r\n\r\n"))
        data, reset = self.raw("GET /truncate/head HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertFalse(reset or b"\r\n\r\n" in data)
        with self.assertRaises(http.client.IncompleteRead):
            self.ask("/truncate")

    def test_content_codings_unpack_to_the_content(self):
        for size in (0, 1, 10240, 2000000):
            _, fields, body = self.ask(f"/gzip/{size}")
            self.assertEqual(fields["Content-Encoding"], "gzip")
            self.assertEqual("Content-Length" in fields, size < 1000000)
            self.assertEqual(gzip.decompress(body), pattern(0, size))
            _, fields, body = self.ask(f"/deflate/{size}")
            self.assertEqual(fields["Content-Encoding"], "deflate")
            self.assertEqual(zlib.decompress(body), pattern(0, size))
            self.assertEqual(zlib.decompress(self.ask(f"/deflate/{size}?raw")[2], -15), pattern(0, size))
        self.assertEqual(gzip.decompress(self.ask("/gzip")[2]), pattern(0, 10240))
        self.assertEqual(gzip.decompress(self.ask("/gzip/100000?members=7")[2]), pattern(0, 100000))
        small = self.ask("/gzip/50M?zeros")[2]
        self.assertLess(len(small), 1000000)
        self.assertEqual(gzip.decompress(small), bytes(50 << 20))
        for size in (10240, 2000000):
            with self.assertRaises(EOFError):
                gzip.decompress(self.ask(f"/gzip/{size}?cut")[2])

    def test_zstd_unpacks_to_the_content(self):
        try:
            subprocess.run(["zstd", "--version"], check=True, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            self.skipTest("zstd is not installed")
        for size in (0, 10240, 2000000):
            _, fields, body = self.ask(f"/zstd/{size}")
            self.assertEqual(fields["Content-Encoding"], "zstd")
            out = subprocess.run(["zstd", "-dc"], input=body, check=True, stdout=subprocess.PIPE).stdout
            self.assertEqual(out, pattern(0, size))

    def test_echo_gives_the_request_back(self):
        body = bytes(range(256)) * 3
        status, _, text = self.ask("/echo?a=b", "PUT", body, {"X-One": "two", "Content-Type": "x/y"})
        echo = json.loads(text)
        self.assertEqual((status, echo["method"], echo["target"], echo["version"]),
                         (200, "PUT", "/echo?a=b", "HTTP/1.1"))
        self.assertEqual(dict(echo["headers"])["X-One"], "two")
        self.assertEqual(echo["body_size"], len(body))
        self.assertEqual(base64.b64decode(echo["body_base64"]), body)
        self.assertEqual(json.loads(self.ask("/echo", "POST", "häh".encode())[2])["body"], "häh")
        fields = json.loads(self.ask("/headers", headers={"X-One": "two"})[2])["headers"]
        self.assertIn(["X-One", "two"], fields)

    def test_a_chunked_request_body_arrives(self):
        pieces = [b"a" * 10, b"b" * 100000, b"c"]
        mine = self.server.client()
        mine.request("POST", "/echo", body=iter(pieces), encode_chunked=True,
                     headers={"Transfer-Encoding": "chunked"})
        self.assertEqual(json.loads(mine.getresponse().read())["body"], b"".join(pieces).decode())
        mine.close()

    def test_a_body_too_large_to_echo_is_refused(self):
        self.assertEqual(self.status_of(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"
                                        + bytes(1500000)), 413)

    def test_conditional_requests_are_answered(self):
        status, fields, body = self.ask("/etag/abc")
        self.assertEqual((status, fields["ETag"], body), (200, '"abc"', b"abc"))
        for tags in ('"abc"', 'W/"abc"', '"x", "abc"', "*"):
            self.assertEqual(self.ask("/etag/abc", headers={"If-None-Match": tags})[0], 304)
        self.assertEqual(self.ask("/etag/abc", headers={"If-None-Match": '"abcd"'})[0], 200)
        date = self.ask("/modified/784111777")[1]["Last-Modified"]
        self.assertEqual(date, "Sun, 06 Nov 1994 08:49:37 GMT")
        self.assertEqual(self.ask("/modified/784111777", headers={"If-Modified-Since": date})[0], 304)
        self.assertEqual(self.ask("/modified/784111778", headers={"If-Modified-Since": date})[0], 200)

    def test_credentials_are_wanted(self):
        right = {"Authorization": "basic " + base64.b64encode(b"us er:p:w").decode()}
        status, fields, _ = self.ask("/auth/basic/us%20er/p%3Aw")
        self.assertEqual((status, fields["WWW-Authenticate"]), (401, 'Basic realm="trawl"'))
        self.assertEqual(self.ask("/auth/basic/us%20er/p%3Aw", headers=right)[0], 200)
        self.assertEqual(self.ask("/auth/basic/us%20er/other", headers=right)[0], 401)
        self.assertEqual(self.ask("/auth/bearer/t0k", headers={"Authorization": "Bearer t0k"})[0], 200)
        self.assertEqual(self.ask("/auth/bearer/t0k", headers={"Authorization": "Bearer t1k"})[0], 401)

    def test_cookies_are_set_and_shown(self):
        _, fields, _ = self.ask("/cookie/set?a=b&c=d;%20Path=/")
        self.assertEqual(fields.get_all("Set-Cookie"), ["a=b", "c=d; Path=/"])
        self.assertEqual(json.loads(self.ask("/cookie", headers={"Cookie": "a=b"})[2]), {"cookie": "a=b"})

    def test_flaky_fails_until_the_last_time(self):
        self.assertEqual([self.ask("/flaky/3/one")[0] for _ in range(5)], [503, 503, 200, 200, 200])
        self.assertEqual(self.ask("/flaky/3/two")[0], 503)
        self.assertEqual(self.ask("/flaky/2/x?retry-after=9")[1]["Retry-After"], "9")
        self.assertEqual(self.ask("/flaky/2/" + "x" * 300)[0], 400)

    def test_malformed_answers_are_what_they_say(self):
        kinds = {"status": b"HTTP/1.1 2x0", "length": b"3abc", "lengths": b"Content-Length: 4", "none": b"This",
                 "field": b"no colon", "chunk": b"\r\nzz\r\n", "smuggled": b"chunked", "nul": b"a\0b"}
        for kind, mark in kinds.items():
            data, reset = self.raw(f"GET /malformed/{kind} HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertFalse(reset)
            self.assertIn(mark, data)
        self.assertEqual(self.ask("/malformed/x")[0], 404)

    def test_the_first_page_lists_every_path(self):
        status, fields, body = self.ask("/")
        self.assertEqual((status, fields["Content-Type"]), (200, "text/html; charset=utf-8"))
        text = subprocess.run([TRAWL, "serve", "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout
        paths = re.findall(r"^  (/\S*)", text, re.M)
        self.assertGreater(len(paths), 20)
        for path in paths:
            self.assertIn("<code>" + path.replace("&", "&amp;"), body.decode())
        self.assertIn(b"Disallow: /private/", self.ask("/robots.txt")[2])
        self.assertEqual(self.ask("/nowhere")[0], 404)


class Protocol(Case):
    def test_a_connection_serves_many_requests(self):
        client = self.server.client()
        numbers = set()
        for i in range(1, 50):
            echo = json.loads(self.ask("/echo", "POST", "x" * i, client=client)[2])
            numbers.add(echo["connection"])
            self.assertEqual(echo["request"], i)
        self.assertEqual(len(numbers), 1)
        client.close()

    def test_pipelined_requests_are_answered_in_order_and_together(self):
        many = b"".join(b"GET /bytes/%d HTTP/1.1\r\nHost: a\r\n\r\n" % n for n in range(400))
        many += b"POST /bytes/3 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        many += b"GET /bytes/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        for step in (len(many), 1000, 37):
            with self.server.connect() as sock:
                sender = threading.Thread(target=lambda: [sock.sendall(many[i:i + step])
                                                          for i in range(0, len(many), step)])
                sender.start()
                data, reset = read_all(sock)
                sender.join()
            self.assertFalse(reset)
            for size in (*range(400), 3, 7):
                head, _, data = data.partition(b"\r\n\r\n")
                self.assertIn(b"Content-Length: %d\r\n" % size, head + b"\r\n")
                self.assertEqual(data[:size], pattern(0, size))
                data = data[size:]
            self.assertEqual(data, b"")

    def test_pipelined_answers_share_a_send(self):
        with self.server.connect() as sock:
            sock.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
            time.sleep(0.3)
            self.assertEqual(sock.recv(1 << 20).count(b"HTTP/1.1 200"), 20)

    def test_http_1_0_is_spoken(self):
        data, _ = self.raw("GET /bytes/5 HTTP/1.0\r\n\r\n")
        self.assertIn(b"Connection: close\r\n", data)
        self.assertTrue(data.endswith(b"\r\n\r\n00000"))
        data, _ = self.raw("GET /chunked/20 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        self.assertNotIn(b"chunked", data)
        self.assertTrue(data.endswith(b"\r\n\r\n" + pattern(0, 20)))
        data, _ = self.raw("GET /bytes/5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /bytes/6 HTTP/1.0\r\n\r\n")
        self.assertIn(b"Connection: keep-alive\r\n", data)
        self.assertEqual(data.count(b"HTTP/1.1 200"), 2)

    def test_connection_close_closes(self):
        data, reset = self.raw("GET /bytes/5 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertFalse(reset)
        self.assertIn(b"Connection: close\r\n", data)

    def test_a_body_is_asked_for_when_the_client_waits_to_be(self):
        with self.server.connect() as sock:
            sock.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            self.assertEqual(sock.recv(1000), b"HTTP/1.1 100 Continue\r\n\r\n")
            sock.sendall(b"ok")
            self.assertIn(b'"body":"ok"', sock.recv(10000))

    def test_bodies_nobody_wants_are_passed_over(self):
        client = self.server.client()
        for size in (0, 1, 5000, 3000000):
            self.assertEqual(self.ask("/bytes/3", "PUT", bytes(size), client=client)[2], b"000")
        client.close()

    def test_options_and_other_methods_are_known(self):
        status, fields, _ = self.ask("/bytes/1", "OPTIONS")
        self.assertEqual(status, 204)
        self.assertIn("GET", fields["Allow"])
        self.assertEqual(self.status_of("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 204)
        self.assertEqual(self.ask("/bytes/1", "DELETE")[0], 200)

    def test_bad_requests_get_their_status_and_the_end(self):
        cases = {400: ("nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n",
                       "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                 414: ("GET /" + "a" * 9000 + " HTTP/1.1\r\nHost: a\r\n\r\n", "GET /" + "a" * 17000),
                 431: ("GET / HTTP/1.1\r\nHost: a\r\nX: " + "b" * 16400, "GET / HTTP/1.1\r\nHost: a\r\n" + "A: b\r\n" * 100 + "\r\n"),
                 501: ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n",), 505: ("GET / HTTP/2.0\r\nHost: a\r\n\r\n",)}
        for status, requests in cases.items():
            for request in requests:
                self.assertEqual(self.status_of(request), status, request[:60])

    def test_a_head_may_come_a_byte_at_a_time(self):
        with self.server.connect() as sock:
            for byte in b"\r\nGET /bytes/4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":
                sock.sendall(bytes([byte]))
                time.sleep(0.001)
            self.assertTrue(read_all(sock)[0].endswith(b"\r\n\r\n0000"))

    def test_the_largest_heads_pass_at_any_offset(self):
        large = b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n"
        with self.server.connect() as sock:
            for _ in range(8):
                for fill in (16300, 1, 9000, 15000):
                    sock.sendall((large % (b"b" * fill)) * 2)
                    seen = b""
                    while seen.count(b"\r\n\r\n0") < 2:
                        piece = sock.recv(65536)
                        self.assertTrue(piece, seen)
                        seen += piece

    def test_a_client_that_reads_slowly_gets_all_of_it(self):
        with self.server.connect() as sock:
            sock.sendall(b"GET /bytes/40M HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            time.sleep(0.2)
            self.assertEqual(self.ask("/bytes/3")[0], 200)
            body = read_all(sock)[0].partition(b"\r\n\r\n")[2]
            self.assertEqual(len(body), 40 << 20)
            self.assertEqual(body[-1000:], pattern((40 << 20) - 1000, 1000))

    def test_an_endless_body_holds_up_nobody(self):
        for path in ("/bytes/1000G", "/chunked/1000G?chunk=10", "/gzip/1000G?zeros", "/zstd/1000G?zeros"):
            with self.server.connect() as sock:
                sock.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                stop = threading.Event()

                def swallow():
                    while not stop.is_set():
                        sock.recv(1 << 20)
                reader = threading.Thread(target=swallow)
                reader.start()
                try:
                    for _ in range(5):
                        self.assertEqual(self.ask("/bytes/3")[0], 200)
                    self.assertTrue(reader.is_alive(), path)
                finally:
                    stop.set()
                    reader.join()


class Patience(Case):
    """That of the server, which closes a connection here long before its own sixty seconds."""
    options = ("--idle-timeout", "700ms")

    def closed_after(self, sock, drip=None):
        start = time.monotonic()
        sock.settimeout(30)
        while True:
            try:
                if drip:
                    sock.sendall(drip)
                    sock.settimeout(0.1)
                if not sock.recv(1000):
                    return time.monotonic() - start
            except TimeoutError:
                self.assertLess(time.monotonic() - start, 30)
            except OSError:
                return time.monotonic() - start

    def test_idle_connections_are_closed(self):
        with self.server.connect() as sock:
            self.assertGreater(self.closed_after(sock), 0.5)
        with self.server.connect() as sock:
            sock.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n")
            self.closed_after(sock)

    def test_a_head_that_trickles_in_gets_no_more_time(self):
        with self.server.connect() as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nX: ")
            self.closed_after(sock, b"a")

    def test_a_body_that_does_not_come_is_not_waited_for(self):
        with self.server.connect() as sock:
            sock.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
            self.closed_after(sock)

    def test_an_answer_that_is_not_read_is_given_up(self):
        server = Server(*self.options)
        before = server.descriptors()
        with server.connect() as sock:
            sock.sendall(b"GET /bytes/1G HTTP/1.1\r\nHost: a\r\n\r\n")
            sock.recv(1)
            until(lambda: server.descriptors() <= before, "it is not given up")
            data = b""
            try:
                while piece := sock.recv(1 << 20):
                    data = piece
            except OSError:
                pass
            self.assertFalse(data.endswith(pattern((1 << 30) - 16, 16)))
        server.stop()

    def test_a_delay_is_not_idleness(self):
        self.assertEqual(self.ask("/delay/1500/bytes/3")[2], b"000")


class Crowds(unittest.TestCase):
    def test_ten_thousand_idle_connections_cost_little_and_hold_up_nobody(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 11000:
            self.skipTest("too few descriptors")
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        server = Server()
        try:
            socks = [server.connect() for _ in range(10000)]
            for sock in socks[::10]:
                sock.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n")
            for sock in socks[::10]:
                self.assertTrue(sock.recv(1000).startswith(b"HTTP/1.1 200"))
            with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
                resident = int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])
            print(f"{resident / 10000:.1f} KB resident a connection", end=" ", flush=True)
            if not SANITIZED:
                self.assertLess(resident, 150000)
            for sock in socks:
                sock.close()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
            self.assertIn("10000 connections, 1000 requests", server.stop())

    def test_who_hangs_up_is_not_waited_for(self):
        server = Server("--web", "9,9", "--web-delay", "60s")
        before = server.descriptors()
        for path, host in (("/delay/60000", "a"), ("/drip?ms=60000", "a"), ("/", "h1.web.test")):
            socks = [server.connect() for _ in range(20)]
            for sock in socks:
                sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            until(lambda: server.descriptors() >= before + 20, "they are not let in")
            for sock in socks:
                sock.close()
            until(lambda: server.descriptors() < before + 5, "they are waited for")
        server.stop()
        self.assertEqual(server.process.returncode, 0)

    def test_bodies_and_coders_together_are_bounded(self):
        server = Server()
        before = server.descriptors()
        socks = [socket.socket() for _ in range(300)]
        for sock in socks:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # which is soon full: nobody has to pack much
            sock.settimeout(5 * PATIENCE)
            sock.connect(("127.0.0.1", server.port))
        for sock in socks:
            sock.sendall(b"GET /gzip/1000G HTTP/1.1\r\nHost: a\r\n\r\n")
        codes = [sock.recv(12)[9:12] for sock in socks]
        self.assertEqual(set(codes), {b"200", b"503"})
        self.assertEqual(codes.count(b"200"), 256)
        for sock in socks:
            sock.close()
        until(lambda: server.descriptors() <= before, "connections that are gone are kept")
        client = server.client()
        for path, body in (("/gzip/10", None), ("/echo", b"x" * (1 << 20))):
            client.request("POST", path, body=body)
            answer = client.getresponse()
            answer.read()
            self.assertEqual(answer.status, 200)
        client.close()
        server.stop()

    def test_running_out_of_descriptors_only_makes_the_next_ones_wait(self):
        server = Server(limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)))
        socks = [server.connect() for _ in range(60)]
        for sock in socks:
            sock.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        for sock in socks:
            self.assertTrue(read_all(sock)[0].startswith(b"HTTP/1.1 200"))
            sock.close()
        held = [server.connect() for _ in range(60)]
        time.sleep(0.3)
        spent = sum(os.times()[:2])
        with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
            before = sum(map(int, stat.read().split()[13:15]))
        time.sleep(1)
        with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
            after = sum(map(int, stat.read().split()[13:15]))
        self.assertLess(after - before, 20)  # hundredths of a second: it does not spin
        for sock in held:
            sock.close()
        words = server.stop()
        self.assertIn("no more connections can be taken", words)


class Life(unittest.TestCase):
    def test_a_signal_ends_it_cleanly_with_a_summary(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            server = Server()
            with server.connect() as waiting, server.connect() as idle:
                waiting.sendall(b"GET /delay/60000 HTTP/1.1\r\nHost: a\r\n\r\n")
                idle.sendall(b"GET /bytes/1 HTTP/1.1\r\nHost: a\r\n\r\n")
                idle.recv(1000)
                words = server.stop(how, within=50)  # who waits a minute for his answer is not waited for
            self.assertEqual(server.process.returncode, 0)
            self.assertRegex(words, r"served 2 connections, 2 requests, \d+ bytes")

    def test_it_ends_after_its_time(self):
        answer = subprocess.run([TRAWL, "serve", "-p", "0", "--max-time", "300ms"], timeout=PATIENCE, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(answer.returncode, 0)
        self.assertIn("served 0 connections", answer.stderr)

    def test_a_port_in_use_is_told(self):
        server = Server()
        answer = subprocess.run([TRAWL, "serve", "-p", str(server.port)], timeout=PATIENCE, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(answer.returncode, 1)
        self.assertIn(f"127.0.0.1:{server.port}: Address already in use", answer.stderr)
        server.stop()

    def test_settings_that_cannot_be_are_refused(self):
        for options in (("--bind", "nowhere"), ("--suffix", "a..b"), ("--suffix", "x" * 64), ("--web", "5"),
                        ("--web", "0,5"), ("--web-errors", "101"), ("--dns", "5.5.5:x"), ("-p", "70000")):
            answer = subprocess.run([TRAWL, "serve", *options], timeout=PATIENCE, check=False,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertEqual((answer.returncode, answer.stdout), (2, ""), options)
            self.assertEqual(answer.stderr.count("\n"), 1, answer.stderr)

    def test_ipv6_is_served(self):
        if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
            self.skipTest("no IPv6")
        for bind in ("::1", "[::1]"):
            server = Server("--bind", bind)
            self.assertEqual(server.address, "[::1]")
            with socket.create_connection(("::1", server.port), timeout=PATIENCE) as sock:
                sock.sendall(b"GET /bytes/1 HTTP/1.0\r\n\r\n")
                self.assertIn(b" 200 OK", read_all(sock)[0])
            server.stop()

    def test_the_log_tells_of_each_request(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "log")
            server = Server("--log", path)
            begin = time.time() * 1e6
            client = server.client()
            for i in range(50):
                client.request("GET", f"/delay/2/bytes/{i}?q\"", headers={"Host": "x.test", "User-Agent": "me"})
                client.getresponse().read()
            client.close()
            with server.connect() as sock:
                sock.sendall(b"GET /reset HTTP/1.1\r\nHost: a\r\n\r\n")
                read_all(sock)
            until(lambda: os.path.exists(path) and open(path, "rb").read().count(b"\n") == 51, "the log does not have what was asked for")
            with server.connect() as sock:
                sock.sendall(b"nonsense\r\n\r\n")
                read_all(sock)
            server.stop()
            with open(path, encoding="ascii") as log:
                lines = [json.loads(line) for line in log]
            self.assertEqual(len(lines), 52)
            for i, line in enumerate(lines[:50]):
                self.assertEqual((line["connection"], line["request"], line["host"], line["path"], line["status"],
                                  line["bytes"], line["method"], line["agent"], line["local"]),
                                 (1, i + 1, "x.test", f"/delay/2/bytes/{i}?q\"", 200, i, "GET", "me", "127.0.0.1"))
                self.assertTrue(begin < line["start"] and line["start"] + 1990 <= line["end"] < begin + 60e6)
            self.assertEqual((lines[50]["status"], lines[51]["status"]), (0, 400))

    def test_a_log_that_cannot_be_written_is_told(self):
        answer = subprocess.run([TRAWL, "serve", "-p", "0", "--log", "/no/such/log"], timeout=PATIENCE, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((answer.returncode, answer.stdout), (1, ""))
        self.assertIn("/no/such/log: No such file", answer.stderr)


class Web(Case):
    options = ("--web", "12,150", "--seed", "7")

    def page(self, host, path, **more):
        return self.ask(path, headers={"Host": f"h{host}.web.test:{self.server.port}", **more})

    def links(self, host, path, html):
        for href in re.findall(r'<a href="([^"]*)"', html.decode()):
            url = urllib.parse.urljoin(f"http://h{host}.web.test:{self.server.port}{path}", href)
            parts = urllib.parse.urlsplit(url)
            self.assertEqual(parts.port, self.server.port)
            yield int(re.fullmatch(r"h(\d+)\.web\.test", parts.hostname)[1]), parts.path

    def test_every_page_can_be_reached_from_the_first_of_h0(self):
        seen, todo, kinds = {(0, "/")}, [(0, "/")], {}
        client = self.server.client()
        while todo:
            host, path = todo.pop()
            status, fields, body = self.ask(path, client=client,
                                            headers={"Host": f"h{host}.web.test:{self.server.port}"})
            kinds[status] = kinds.get(status, 0) + 1
            if status == 301:
                found = [(host, fields["Location"])]
            else:
                self.assertEqual(status, 200)
                found = self.links(host, path, body)
            for link in found:
                if link not in seen:
                    seen.add(link)
                    todo.append(link)
        client.close()
        self.assertEqual(len(seen), 12 * 150)
        self.assertGreater(kinds[301], 10)
        urls = self.ask("/web/urls")[2].decode().split()
        self.assertEqual(len(urls), len(seen))
        self.assertEqual({(int(u.split(".")[0][8:]), "/" + u.split("/", 3)[3]) for u in urls}, seen)

    def test_the_same_seed_gives_the_same_bytes_again_elsewhere_and_in_any_order(self):
        paths = [p.partition(str(self.server.port))[2] for p in self.ask("/web/urls?hosts=1&pages=40")[2].decode().split()]
        first = [self.page(3, path)[2] for path in paths if self.page(3, path)[0] == 200]
        self.assertTrue(first)
        again = [self.page(3, path)[2] for path in reversed(paths) if self.page(3, path)[0] == 200]
        self.assertEqual(first, again[::-1])
        other = Server(*self.options[:3], "8")
        same = Server(*self.options)
        try:
            def mine(server):
                client = server.client()
                client.request("GET", "/", headers={"Host": "h3.web.test"})
                body = client.getresponse().read()
                client.close()
                return body.replace(b":%d/" % server.port, b"/")
            self.assertEqual(mine(self.server), mine(same))
            self.assertNotEqual(mine(self.server), mine(other))
        finally:
            other.stop()
            same.stop()

    def test_robots_and_sitemaps_fit_the_pages(self):
        found = 0
        for host in range(12):
            status, _, robots = self.page(host, "/robots.txt")
            self.assertIn(status, (200, 404))
            if status == 200:
                self.assertIn(b"Disallow: /private/", robots)
                self.assertIn(f"Sitemap: http://h{host}.web.test:{self.server.port}/sitemap.xml".encode(), robots)
                found += 1
        self.assertGreater(found, 6)
        sitemap = self.page(2, "/sitemap.xml")[2].decode()
        urls = re.findall(r"<loc>(http:[^<]*)</loc><lastmod>\d{4}-\d\d-\d\d</lastmod>", sitemap)
        self.assertEqual(len(urls), 150)
        listed = [u for u in self.ask("/web/urls")[2].decode().split() if u.startswith("http://h2.")]
        self.assertEqual(urls, listed)

    def test_a_page_that_is_known_is_not_sent_again(self):
        status, fields, body = self.page(1, "/")
        self.assertEqual(status, 200)
        self.assertEqual(self.page(1, "/", **{"If-None-Match": fields["ETag"]})[0], 304)
        self.assertEqual(self.page(1, "/", **{"If-Modified-Since": fields["Last-Modified"]})[0], 304)
        self.assertEqual(self.page(1, "/", **{"If-None-Match": '"x"'})[2], body)

    def test_other_hosts_get_the_ordinary_paths(self):
        self.assertEqual(self.ask("/bytes/3", headers={"Host": "www.web.test"})[0], 200)
        self.assertEqual(self.ask("/bytes/3", headers={"Host": "h12.web.test"})[0], 200)
        self.assertEqual(self.page(1, "/bytes/3")[0], 404)
        self.assertEqual(self.page(1, "/?x")[0], 404)

    def test_all_of_127_8_is_listened_on_and_nothing_else(self):
        for address in ("127.0.0.1", "127.1.0.5", "127.127.255.255", "127.200.1.2"):
            data, _ = self.raw("GET / HTTP/1.0\r\nHost: h5.web.test\r\n\r\n", address)
            self.assertIn(b" 200 OK", data)
        own = subprocess.run(["hostname", "-I"], check=False, stdout=subprocess.PIPE, text=True).stdout.split()
        for address in own:
            if ":" in address:
                continue
            try:  # refused, or closed without a word
                data, _ = self.raw("GET / HTTP/1.0\r\n\r\n", address)
                self.assertEqual(data, b"")
            except OSError:
                pass


class BrokenWeb(Case):
    options = ("--web", "60,40", "--web-errors", "30", "--web-delay", "3ms")

    def kind(self, url):
        parts = urllib.parse.urlsplit(url)
        with self.server.connect() as sock:
            sock.settimeout(1.7 if SANITIZED else 1)  # slow ones take two seconds
            sock.sendall(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
            try:
                data, reset = read_all(sock)
            except TimeoutError:
                return "slow"
        length = re.search(rb"Content-Length: (\d+)", data)
        if reset and not data:
            return "reset"
        if length and len(data.partition(b"\r\n\r\n")[2]) < int(length[1]):
            return "truncated"
        return data[9:12].decode()

    def test_every_kind_of_trouble_is_there_and_stays_where_it_is(self):
        urls = self.ask("/web/urls")[2].decode().split()
        with concurrent.futures.ThreadPoolExecutor(6 if SANITIZED else 50) as pool:
            kinds = dict(zip(urls, pool.map(self.kind, urls)))
            again = dict(zip(urls[::7], pool.map(self.kind, urls[::7])))
        self.assertEqual(again, {url: kinds[url] for url in again})
        self.assertEqual(set(kinds.values()), {"200", "301", "404", "500", "503", "reset", "truncated", "slow"})


class Dns(Case):
    options = ("--web", "300,5", "--dns", "0", "--dns-ttl", "33")

    def query(self, name, kind=1, ident=7, tcp=False, timeout=60):
        packet = struct.pack(">6H", ident, 0x100, 1, 0, 0, 0)
        packet += b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
        packet += struct.pack(">2H", kind, 1)
        if tcp:
            with socket.create_connection(("127.0.0.1", self.server.dns), timeout=timeout) as sock:
                sock.sendall(struct.pack(">H", len(packet)) + packet)
                size = struct.unpack(">H", sock.recv(2, socket.MSG_WAITALL))[0]
                return sock.recv(size, socket.MSG_WAITALL)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.sendto(packet, ("127.0.0.1", self.server.dns))
            return sock.recv(4096)

    def address(self, answer):
        """The last record's address, or the code of an answer without one."""
        _, flags, _, answers, _, _ = struct.unpack(">6H", answer[:12])
        return socket.inet_ntoa(answer[-4:]) if answers else flags & 15

    def test_names_lead_to_the_hosts(self):
        self.assertEqual(self.address(self.query("h0.web.test")), "127.1.0.0")
        self.assertEqual(self.address(self.query("H299.Web.Test")), "127.1.1.43")
        self.assertEqual(self.address(self.query("h300.web.test")), 3)
        self.assertEqual(self.address(self.query("www.example.com")), 3)
        self.assertEqual(self.address(self.query("h1.web.test", 28)), 0)
        self.assertEqual(struct.unpack(">I", self.query("h1.web.test")[-10:-6])[0], 33)
        address = self.address(self.query("h7.web.test"))
        data, _ = self.raw("GET / HTTP/1.0\r\nHost: h7.web.test\r\n\r\n", address)
        self.assertIn(b" 200 OK", data)

    def test_labels_ask_for_trouble(self):
        self.assertEqual(self.address(self.query("nx.h1.web.test")), 3)
        self.assertEqual(self.address(self.query("servfail.h1.web.test")), 2)
        with self.assertRaises(TimeoutError):
            self.query("drop.h1.web.test", timeout=0.3)
        start = time.monotonic()
        self.assertEqual(self.address(self.query("slow-300.h1.web.test")), "127.1.0.1")
        self.assertGreater(time.monotonic() - start, 0.28)
        short = self.query("trunc.h1.web.test")
        self.assertTrue(short[2] & 2)
        self.assertEqual(self.address(self.query("trunc.h1.web.test", tcp=True)), "127.1.0.1")
        self.assertEqual(self.address(self.query("cname-3.h2.web.test")), "127.1.0.2")

    def test_many_queries_at_once_are_answered(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(60)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            seen = set()
            for burst in range(10):
                for i in range(burst * 100, burst * 100 + 100):
                    name = f"h{i % 300}"
                    packet = struct.pack(">6H", i, 0x100, 1, 0, 0, 0) + bytes([len(name)]) + name.encode()
                    sock.sendto(packet + b"\3web\4test\0\0\1\0\1", ("127.0.0.1", self.server.dns))
                for _ in range(100):
                    answer = sock.recv(4096)
                    i = struct.unpack(">H", answer[:2])[0]
                    self.assertEqual(self.address(answer), f"127.1.{i % 300 >> 8}.{i % 300 & 255}")
                    seen.add(i)
            self.assertEqual(len(seen), 1000)

    def test_garbage_is_survived(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for i in range(300):
                sock.sendto(os.urandom(i), ("127.0.0.1", self.server.dns))
        with socket.create_connection(("127.0.0.1", self.server.dns), timeout=60) as sock:
            sock.sendall(b"\xff\xff" + bytes(3000))
            try:
                self.assertEqual(sock.recv(10), b"")
            except ConnectionResetError:
                pass
        self.assertEqual(self.address(self.query("h0.web.test")), "127.1.0.0")


class OneAddress(Case):
    options = ("--web", "10,5", "--dns", "127.0.0.1:0", "--one-address")
    query, address = Dns.query, Dns.address

    def test_all_names_lead_to_the_address_listened_on(self):
        self.assertEqual(self.address(self.query("h5.web.test")), "127.0.0.1")
        with self.assertRaises(OSError):
            self.raw("GET / HTTP/1.0\r\n\r\n", "127.0.0.2")


if __name__ == "__main__":
    unittest.main()
