# SPDX-License-Identifier: MIT
"""What is asked for: methods, bodies, headers, cookies and credentials, by options and by lines of JSON, under every engine."""
import base64
import hashlib
import json
import os
import re
import ssl
import subprocess
import threading
import time
import unittest

import rig

rig.need("nginx", "openssl")
ENGINES = ("coro", "forks:4")
each_engine = rig.each_engine(*ENGINES)


class Seen:
    """A request as it arrived."""

    def __init__(self, head, number):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = lines[0].split(" ")
        self.fields = [tuple(line.split(":", 1)) for line in lines[1:] if line]
        self.fields = [(name, value.strip()) for name, value in self.fields]
        self.body = b""
        self.number = number  # among the requests of its connection, from 1

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def get(self, name):
        return next(iter(self.all(name)), None)


class Origin:
    """Keeps what it was asked, and answers with what `answer(seen)` gives: (status, headers, body), or None to hang up."""

    def __init__(self, answer=lambda seen: (200, {}, b"fine")):
        self.seen = []
        self.answer = answer
        self.lock = threading.Lock()
        self.origin = rig.RawOrigin(self.handle)
        self.base = f"http://127.0.0.1:{self.origin.port}"

    def handle(self, connection, _):
        buffer = b""
        number = 0
        while True:
            while b"\r\n\r\n" not in buffer:
                more = connection.recv(65536)
                if not more:
                    return
                buffer += more
            head, buffer = buffer.split(b"\r\n\r\n", 1)
            number += 1
            seen = Seen(head, number)
            length = int(seen.get("Content-Length") or 0)
            while len(buffer) < length:
                buffer += connection.recv(65536)
            seen.body, buffer = buffer[:length], buffer[length:]
            with self.lock:
                self.seen.append(seen)
            answer = self.answer(seen)
            if answer is None:
                return
            status, headers, body = answer
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            out = f"HTTP/1.1 {status} Said\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode()
            connection.sendall(out + (b"" if seen.method == "HEAD" else body))


def ask(*options, origin=None, urls=None, **more):
    origin = origin or Origin()
    run = rig.fetch(*options, urls=urls or [f"{origin.base}/"], **more)
    return run, origin.seen


class Options(unittest.TestCase):
    @each_engine
    def test_a_plain_get_has_no_body_and_nothing_unasked(self, engine):
        run, (seen,) = ask("--engine", engine)
        self.assertEqual((run.status, seen.method, seen.body), (0, "GET", b""))
        self.assertEqual(sorted(name for name, _ in seen.fields), ["Accept", "Accept-Encoding", "Host", "User-Agent"])

    @each_engine
    def test_methods(self, engine):
        for method in ("DELETE", "OPTIONS", "PROPFIND"):
            _, (seen,) = ask("--engine", engine, "-X", method)
            self.assertEqual((seen.method, seen.body, seen.get("Content-Length")), (method, b"", None))
        for method in ("POST", "PUT", "PATCH"):
            _, (seen,) = ask("--engine", engine, "-X", method)
            self.assertEqual((seen.method, seen.get("Content-Length"), seen.get("Content-Type")), (method, "0", None))

    @each_engine
    def test_head_asks_for_no_body(self, engine):
        origin = Origin(lambda seen: (200, {}, b"x" * 5000))
        for option in (["-I"], ["-X", "HEAD"]):
            run, _ = ask("--engine", engine, *option, origin=origin, urls=[f"{origin.base}/{n}" for n in range(3)])
            self.assertEqual((run.status, [r["size_download"] for r in run.records]), (0, [0, 0, 0]))
        self.assertEqual({seen.method for seen in origin.seen}, {"HEAD"})

    @each_engine
    def test_data_makes_a_post(self, engine):
        _, (seen,) = ask("--engine", engine, "-d", "a=b", "-d", "c=ü")
        self.assertEqual((seen.method, seen.body), ("POST", "a=b&c=ü".encode()))
        self.assertEqual(seen.all("Content-Type"), ["application/x-www-form-urlencoded"])
        _, (seen,) = ask("--engine", engine, "-d", "{}", "-X", "PUT", "-H", "content-type: application/json")
        self.assertEqual((seen.method, seen.body, seen.all("Content-Type")), ("PUT", b"{}", ["application/json"]))
        _, (seen,) = ask("--engine", engine, "-d", "q", "-X", "GET")
        self.assertEqual((seen.method, seen.body), ("GET", b"q"))
        _, (seen,) = ask("--engine", engine, "-d", "")
        self.assertEqual((seen.method, seen.body, seen.get("Content-Length")), ("POST", b"", "0"))

    def test_data_comes_from_files_as_with_curl(self):
        name = rig.write("data", b"a=1\r\n&b=\0 2\n")
        _, (seen,) = ask("-d", f"@{name}", "-d", "c")
        self.assertEqual(seen.body, b"a=1&b= 2&c")
        origin = Origin()
        rig.fetch("-d", "@-", f"{origin.base}/", stdin=b"in\nput")
        self.assertEqual(origin.seen[0].body, b"input")

    def test_long_bodies_arrive_whole_and_have_a_bound(self):
        body = os.urandom(192 * 1024).hex()[:256 * 1024]
        name = rig.write("long", body)
        for engine in ENGINES:
            _, (seen,) = ask("--engine", engine, "-d", f"@{name}")
            self.assertEqual(seen.body.decode(), body)
            self.assertIsNone(seen.get("Expect"))
        name = rig.write("longer", body + "x")
        run = rig.fetch("-d", f"@{name}", "http://127.0.0.1:1/")
        self.assertEqual(run.status, 2)
        self.assertIn("256 KB", run.err)

    @each_engine
    def test_headers_are_added_replaced_left_out_and_empty(self, engine):
        _, (seen,) = ask("--engine", engine, "-H", "X-One: 1", "-H", "X-One: 2", "-H", "Accept:", "-H", "user-agent: me",
                         "-H", "X-Empty;", "-H", "X-Blank: ")
        self.assertEqual((seen.all("X-One"), seen.all("Accept"), seen.all("User-Agent")), (["1", "2"], [], ["me"]))
        self.assertEqual(seen.all("X-Empty"), [""])
        self.assertEqual(seen.all("X-Blank"), [])
        _, (seen,) = ask("--engine", engine, "-A", "robot", "-b", "a=b", "-b", "c=d; e=f")
        self.assertEqual((seen.all("User-Agent"), seen.all("Cookie")), (["robot"], ["a=b; c=d; e=f"]))

    def test_mistakes_are_explained(self):
        for options, words in ((["-X", "G T"], "is no method"), (["-X", "CONNECT"], "proxies"), (["-H", "nothing"], "'Name: value'"),
                               (["-H", "A: b\r\nC: d"], "control character"), (["-H", "Content-Length: 3"], "leave it out"),
                               (["-b", "cookie"], "NAME=VALUE"), (["-I", "-X", "GET"], "give one of them"),
                               (["-I", "-d", "x"], "has no body"), (["-d", "@/no/such"], "cannot be read"),
                               (["-b", "a=b", "-H", "cookie: c=d"], "twice"), (["--input-format", "csv"], "lines or jsonl")):
            run = rig.fetch(*options, "http://127.0.0.1:1/")
            self.assertEqual((run.status, run.out), (2, b""), options)
            self.assertIn(words, run.err)
        run = rig.fetch("-d", "@-", "-i", "-", stdin=b"http://127.0.0.1:1/\n")
        self.assertEqual(run.status, 2)
        self.assertIn("standard input", run.err)
        run = rig.fetch("-d", "@-", stdin=b"http://127.0.0.1:1/\n")
        self.assertEqual(run.status, 2)

    def test_nginx_takes_what_is_sent(self):
        port = rig.nginx("location / { return 200 $request_method:$content_length:$content_type:$http_x_a:$http_cookie; }")
        for engine in ENGINES:
            run = rig.fetch("--engine", engine, "--digest", "-d", "abc", "-H", "X-A: 1", "-b", "k=v", f"http://127.0.0.1:{port}/")
            text = b"POST:3:application/x-www-form-urlencoded:1:k=v"
            self.assertEqual(run.records[0]["digest"], "sha256:" + hashlib.sha256(text).hexdigest())


def redirects(status, place=None):
    """An origin whose /first answers with a redirect to `place`, or to its own /second."""
    origin = Origin(lambda seen: (status, {"Location": place or "/second"}, b"") if seen.target == "/first" else (200, {}, b""))
    return origin


class Redirects(unittest.TestCase):
    @each_engine
    def test_what_becomes_of_method_and_body(self, engine):
        cases = {301: {"POST": "GET", "PUT": "PUT", "GET": "GET"}, 302: {"POST": "GET", "PATCH": "PATCH"},
                 303: {"POST": "GET", "PUT": "GET", "DELETE": "GET"}, 307: {"POST": "POST"}, 308: {"POST": "POST", "PUT": "PUT"}}
        for status, methods in cases.items():
            for method, after in methods.items():
                with self.subTest(status=status, method=method):
                    origin = redirects(status)
                    body = [] if method == "GET" else ["-d", "body", "-H", "Content-Language: de", "-H", "X-Stays: 1"]
                    run, (first, second) = ask("--engine", engine, "-X", method, *body, origin=origin, urls=[f"{origin.base}/first"])
                    self.assertEqual((run.records[0]["status"], first.method, second.method), (200, method, after))
                    kept = after == method and method != "GET"
                    self.assertEqual(second.body, b"body" if kept else b"")
                    self.assertEqual(second.get("Content-Language"), "de" if kept else None)
                    if not kept:
                        self.assertEqual([n for n, _ in second.fields if n.lower().startswith("content-")], [])
                    if body:
                        self.assertEqual(second.get("X-Stays"), "1")

    @each_engine
    def test_head_stays_head(self, engine):
        for status in (301, 303, 307):
            origin = redirects(status)
            _, seen = ask("--engine", engine, "-I", origin=origin, urls=[f"{origin.base}/first"])
            self.assertEqual([s.method for s in seen], ["HEAD", "HEAD"])

    @each_engine
    def test_what_says_who_we_are_stays_at_home(self, engine):
        other = Origin()
        origin = redirects(307, f"{other.base}/there")
        secrets = ["-H", "Authorization: secret", "-H", "X-Open: 1", "-b", "a=b", "-H", "Host: made.up",
                   "-H", "Proxy-Authorization: x"]
        _, (first,) = ask("--engine", engine, *secrets, "--allow-private", "-d", "body", origin=origin, urls=[f"{origin.base}/first"])
        self.assertEqual((first.get("Authorization"), first.get("Cookie"), first.get("Host")), ("secret", "a=b", "made.up"))
        (there,) = other.seen
        self.assertEqual((there.method, there.body, there.get("X-Open")), ("POST", b"body", "1"))
        for name in ("Authorization", "Cookie", "Proxy-Authorization"):
            self.assertIsNone(there.get(name))
        self.assertEqual(there.get("Host"), other.base[7:])
        here = redirects(302)
        _, (_, second) = ask("--engine", engine, *secrets, origin=here, urls=[f"{here.base}/first"])
        self.assertEqual((second.get("Authorization"), second.get("Cookie"), second.get("Host")), ("secret", "a=b", "made.up"))


def basic(pair):
    return "Basic " + base64.b64encode(pair.encode()).decode()


class Credentials(unittest.TestCase):
    @each_engine
    def test_user_and_password_go_to_the_urls_own_host(self, engine):
        other = Origin()
        for option, word in ((["-u", "us er:pä:ss"], basic("us er:pä:ss")), (["--oauth2-bearer", "abc.def=="], "Bearer abc.def==")):
            for place, kept in (("/second", True), (f"{other.base}/there", False)):
                origin = redirects(302, place)
                run, seen = ask("--engine", engine, "--allow-private", *option, origin=origin, urls=[f"{origin.base}/first"])
                self.assertEqual((run.status, seen[0].get("Authorization")), (0, word))
                last = seen[1] if kept else other.seen[-1]
                self.assertEqual(last.get("Authorization"), word if kept else None)

    @each_engine
    def test_a_urls_own_user_goes_before(self, engine):
        origin = Origin()
        rig.fetch("--engine", engine, "-u", "run:1", urls=[f"{origin.base}/a", f"{origin.base.replace('//', '//url:2@')}/b"])
        self.assertEqual({s.target: s.get("Authorization") for s in origin.seen}, {"/a": basic("run:1"), "/b": basic("url:2")})

    @each_engine
    def test_digest_answers_a_challenge(self, engine):
        nonces = set()

        def md5(*words):
            return hashlib.md5(":".join(words).encode()).hexdigest()

        def answer(seen):
            word = seen.get("Authorization")
            if not word:
                nonce = os.urandom(8).hex()
                nonces.add(nonce)
                return 401, {"WWW-Authenticate": f'Digest realm="r {seen.get("Host")}", nonce="{nonce}", qop="auth"'}, b"go away"
            said = dict(re.findall(r'(\w+)="?([^",]*)"?', word))
            want = md5(md5("me", said["realm"], "secret"), said["nonce"], said["nc"], said["cnonce"], "auth",
                       md5(seen.method, seen.target))
            good = said["response"] == want and said["nonce"] in nonces and said["uri"] == seen.target
            return (200 if good else 403), {}, b"welcome"

        one, two = Origin(answer), Origin(answer)
        urls = [f"{o.base}/{n}" for n in range(4) for o in (one, two)]
        run = rig.fetch("--engine", engine, "--digest", "-u", "me:secret", "--auth-scheme", "digest", urls=urls)
        self.assertEqual([(r["status"], r["size_download"]) for r in run.records], [(200, 7)] * 8, run.out)
        self.assertEqual({r["digest"] for r in run.records}, {"sha256:" + hashlib.sha256(b"welcome").hexdigest()})
        for seen in one.seen + two.seen:
            self.assertFalse((seen.get("Authorization") or "").startswith("Basic"))
        run = rig.fetch("--engine", engine, "-d", "body", "-u", "me:secret", "--auth-scheme", "digest", f"{one.base}/post")
        self.assertEqual((run.records[0]["status"], one.seen[-1].method, one.seen[-1].body), (200, "POST", b"body"))
        run = rig.fetch("--engine", engine, "--retry", "0", "-u", "me:wrong", "--auth-scheme", "digest", f"{one.base}/")
        self.assertEqual(run.records[0]["status"], 403)
        run = rig.fetch("--engine", engine, "--retry", "0", "-u", "me:wrong", "--auth-scheme", "digest", f"{Origin().base}/open")
        self.assertEqual(run.records[0]["status"], 200)

    @each_engine
    def test_netrc(self, engine):
        netrc = rig.write("netrc", "# mine\nmachine a.test login u password 1\nmachine a.test login v password 2\n"
                                   "machine b.test login w password 3\ndefault login any password 4\n")
        other = Origin()
        place = {"/first-b": "b.test", "/first-c": "c.test"}
        origin = Origin(lambda seen: (302, {"Location": f"http://{place[seen.target]}:{other.origin.port}/there"}, b"")
                        if seen.target in place else (200, {}, b""))
        names = [f"{n}.test:{p}:127.0.0.1" for n in "abc" for p in (origin.origin.port, other.origin.port)]
        options = ["--engine", engine, "--allow-private", "--netrc-file", netrc, *[w for n in names for w in ("--resolve", n)]]
        port = origin.origin.port
        rig.fetch(*options, urls=[f"http://a.test:{port}/1", f"http://v@a.test:{port}/2", f"http://x:y@a.test:{port}/3",
                                  f"http://c.test:{port}/4", f"http://A.test:{port}/first-b", f"http://a.test:{port}/first-c"])
        self.assertEqual({s.target: s.get("Authorization") for s in origin.seen}, {
            "/1": basic("u:1"), "/2": basic("v:2"), "/3": basic("x:y"), "/4": basic("any:4"), "/first-b": basic("u:1"),
            "/first-c": basic("u:1")})
        self.assertEqual({s.get("Host").split(".")[0]: s.get("Authorization") for s in other.seen}, {"b": basic("w:3"), "c": None})
        origin.seen.clear()
        rig.fetch(*options, "-u", "run:5", f"http://a.test:{port}/1")
        self.assertEqual(origin.seen[0].get("Authorization"), basic("run:5"))

    def test_netrc_is_not_for_what_is_no_longer_https(self):
        cert, key = rig.path("cert.pem"), rig.path("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a.test", "-days", "2", "-keyout", key,
                        "-out", cert], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        other = Origin()

        def handler(connection, _):
            with context.wrap_socket(connection, server_side=True) as c:
                heads.append(rig.read_head(c))
                c.sendall(f"HTTP/1.1 302 F\r\nLocation: http://b.test:{other.origin.port}/\r\nContent-Length: 0\r\n\r\n".encode())

        heads = []
        origin = rig.RawOrigin(handler)
        netrc = rig.write("netrc-tls", "machine a.test login u password 1 machine b.test login w password 3")
        run = rig.fetch("-k", "--allow-private", "--netrc-file", netrc, "--resolve", f"a.test:{origin.port}:127.0.0.1",
                        "--resolve", f"b.test:{other.origin.port}:127.0.0.1", f"https://a.test:{origin.port}/")
        self.assertEqual(run.records[0]["status"], 200, run.out)
        self.assertIn(basic("u:1").encode(), heads[0])
        self.assertIsNone(other.seen[0].get("Authorization"))

    def test_the_default_netrc_is_at_home(self):
        home = rig.path("home")
        os.makedirs(home, exist_ok=True)
        with open(f"{home}/.netrc", "w") as f:
            f.write("machine 127.0.0.1 login u password p")
        origin = Origin()
        command = [rig.TRAWL, "fetch", "-q", "-n", f"{origin.base}/"]
        done = subprocess.run(command, env=dict(os.environ, HOME=home), capture_output=True, timeout=30, check=False)
        self.assertEqual((done.returncode, origin.seen[0].get("Authorization")), (0, basic("u:p")))
        done = subprocess.run(command, env=dict(os.environ, HOME="/no/such"), capture_output=True, timeout=30, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"-n: '/no/such/.netrc' cannot be read", done.stderr)

    def test_mistakes_are_explained(self):
        broken = rig.write("broken", "machine a login u\npassword \"p")
        for options, words in ((["-u", "alone"], "USER:PASSWORD"), (["-u", "a:b", "--oauth2-bearer", "t"], "leave one out"),
                               (["--oauth2-bearer", "a b"], "is no token"), (["--auth-scheme", "ntlm"], "basic or digest"),
                               (["--oauth2-bearer", "t", "-H", "authorization: x"], "only one of them"),
                               (["--netrc-file", "/no/such"], "cannot be read"),
                               (["--netrc-file", broken], "line 2 of")):
            run = rig.fetch(*options, "http://127.0.0.1:1/")
            self.assertEqual((run.status, run.out), (2, b""), options)
            self.assertIn(words, run.err)

    @each_engine
    def test_no_secret_is_left_where_others_can_see_it(self, engine):
        origin = Origin(lambda seen: (time.sleep(1), (404, {}, b""))[1])
        failed = rig.path("failed-secrets")
        for asked, option in enumerate((["-u", "user:s3cret"], ["--user=user:s3cret"], ["--oauth2-bearer", "s3cret"])):
            process = subprocess.Popen([rig.TRAWL, "fetch", "-v", "--engine", engine, *option, "--failed", failed, f"{origin.base}/"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while len(origin.seen) == asked and process.poll() is None:
                time.sleep(0.02)
            shown = b""
            for pid in [process.pid, *rig.children_of(process.pid)]:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    shown += f.read()
            out, err = process.communicate(timeout=30)
            self.assertIn(b"fetch", shown)
            with open(failed, "rb") as f:
                self.assertNotIn(b"s3cret", shown + out + err + f.read())
            self.assertIn("s3cret", base64.b64decode(origin.seen[-1].get("Authorization").split()[1] + "==").decode("latin-1")
                          + origin.seen[-1].get("Authorization"))


class Attempts(unittest.TestCase):
    def attempts(self, engine, answer, *options):
        origin = Origin(answer)
        run, seen = ask("--engine", engine, "--retry", "1", *options, origin=origin)
        return run.records[0]["attempts"], len(seen)

    @each_engine
    def test_what_may_have_been_done_is_not_done_twice(self, engine):
        self.assertEqual(self.attempts(engine, lambda seen: None, "-d", "x"), (1, 1))
        self.assertEqual(self.attempts(engine, lambda seen: None, "-X", "PATCH"), (1, 1))
        self.assertEqual(self.attempts(engine, lambda seen: (500, {}, b""), "-d", "x"), (1, 1))
        self.assertEqual(self.attempts(engine, lambda seen: (502, {}, b""), "-d", "x"), (1, 1))

    @each_engine
    def test_what_was_not_looked_at_is_asked_again(self, engine):
        for status in (408, 429, 503):
            self.assertEqual(self.attempts(engine, lambda seen, s=status: (s, {}, b""), "-d", "x"), (2, 2))
        self.assertEqual(self.attempts(engine, lambda seen: (500, {}, b""), "-X", "PUT"), (2, 2))
        run = rig.fetch("--engine", engine, "--retry", "1", "-d", "x", "http://127.0.0.1:1/")
        self.assertEqual((run.records[0]["error"], run.records[0]["attempts"]), ("connect-refused", 2))

    @each_engine
    def test_a_post_is_not_repeated_on_a_connection_that_died(self, engine):
        """The second request on each connection is read and never answered."""
        origin = Origin(lambda seen: (200, {}, b"") if seen.number == 1 else None)
        urls = [f"{origin.base}/{n}" for n in range(6)]
        run, seen = ask("--engine", engine.split(":")[0] + ":1", "--per-host", "1", "--retry", "2", "-d", "x", origin=origin, urls=urls)
        self.assertEqual(sorted(s.target for s in seen), sorted(u[len(origin.base):] for u in urls))
        failed = [r for r in run.records if r.get("error")]
        self.assertTrue(failed and all(r["error"] in ("reset", "empty-reply") for r in failed), run.out)


def jsonl(*options, lines, **more):
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return rig.fetch("--input-format", "jsonl", *options, stdin=text.encode(), **more)


class JsonLines(unittest.TestCase):
    @each_engine
    def test_each_line_is_asked_its_own_way(self, engine):
        origin = Origin()
        blob = bytes(range(256))
        run = jsonl("--engine", engine, lines=[
            {"url": f"{origin.base}/get"},
            {"url": f"{origin.base}/post", "body": "é\n", "headers": {"Content-Type": "text/plain", "X-A": "1"}},
            {"url": f"{origin.base}/put", "method": "PUT", "body_b64": base64.b64encode(blob).decode()},
            {"url": f"{origin.base}/head", "method": "HEAD"},
            {"url": f"{origin.base}/bare", "headers": {"User-Agent": None, "Accept": None, "X-E": ""}},
        ])
        self.assertEqual((run.status, len(run.records)), (0, 5), run.err)
        seen = {s.target: s for s in origin.seen}
        self.assertEqual(seen["/get"].method, "GET")
        self.assertEqual((seen["/post"].method, seen["/post"].body, seen["/post"].all("Content-Type")), ("POST", "é\n".encode(), ["text/plain"]))
        self.assertEqual((seen["/put"].method, seen["/put"].body), ("PUT", blob))
        self.assertEqual(seen["/head"].method, "HEAD")
        self.assertEqual([seen["/bare"].all(n) for n in ("User-Agent", "Accept", "X-E")], [[], [], [""]])

    @each_engine
    def test_a_lines_word_goes_before_the_options(self, engine):
        origin = Origin()
        jsonl("--engine", engine, "-X", "PUT", "-d", "run", "-H", "X-A: run", "-H", "X-B: run", lines=[
            {"url": f"{origin.base}/1"},
            {"url": f"{origin.base}/2", "method": "POST", "body": "line", "headers": {"x-a": "line"}}])
        seen = {s.target: s for s in origin.seen}
        self.assertEqual((seen["/1"].method, seen["/1"].body, seen["/1"].all("X-A")), ("PUT", b"run", ["run"]))
        self.assertEqual((seen["/2"].method, seen["/2"].body, seen["/2"].all("X-A"), seen["/2"].all("X-B")),
                         ("POST", b"line", ["line"], ["run"]))

    @each_engine
    def test_meta_comes_back_as_it_was(self, engine):
        origin = Origin(lambda seen: (302, {"Location": "/b"}, b"") if seen.target == "/a" else (200, {}, b""))
        meta = '{"n": 1.10, "big": 123456789012345678901234567890, "s": "\\u00e9 \\"", "l": [1, {"x": null}], "n": 2}'
        run = jsonl("--engine", engine, lines=[f'{{"url":"{origin.base}/a","meta":{meta}}}', f'{{"meta":"x","url":"{origin.base}/b"}}',
                                               {"url": f"{origin.base}/c"}, {"url": f"{origin.base}/d", "meta": None},
                                               {"url": "ftp://a/", "meta": [7]}])
        raw = [line.decode() for line in run.out.splitlines()]
        self.assertTrue(any('"meta":{"n":1.10,"big":123456789012345678901234567890,"s":"\\u00e9 \\"","l":[1,{"x":null}],"n":2}' in line
                            for line in raw))
        records = run.by_line
        self.assertEqual((records[2]["meta"], "meta" in records[3], records[4]["meta"], records[5]["meta"]), ("x", False, None, [7]))
        self.assertEqual((records[1]["status"], len(records[1]["redirects"])), (200, 1))

    def test_bad_lines_get_their_records_and_the_run_goes_on(self):
        origin = Origin()
        deep = "[" * 100000
        lines = ["{", "no json", '["http://a/"]', "{}", '{"url":1}', '{"url":"http://a/","headers":{"A":"b\\r\\nC: d"}}',
                 f'{{"url":"{origin.base}/","meta":{deep}', '{"url":"http://a/","body":"x","body_b64":"eA=="}',
                 '{"url":"http://[::1"}', "# a comment", "", {"url": f"{origin.base}/good"}]
        run = jsonl(lines=lines)
        self.assertEqual(run.status, 3)
        records = run.by_line
        self.assertEqual([records[n].get("error") for n in (1, 2, 3, 4, 5, 6, 7, 8, 9)], ["bad-url"] * 9)
        self.assertEqual(records[12]["status"], 200)
        self.assertEqual(len(records), 10)
        self.assertIn("no JSON at byte 2", records[1]["errormsg"])
        self.assertIn("nested too deep", records[7]["errormsg"])
        self.assertIn("control character", records[6]["errormsg"])

    def test_unknown_members_are_warned_of_once(self):
        origin = Origin()
        run = jsonl(lines=[{"url": f"{origin.base}/", "metod": "PUT"}] * 3 + [{"url": f"{origin.base}/", "x\x1b": 1}])
        self.assertEqual(run.err.count('"metod"'), 1)
        self.assertNotIn("\x1b", run.err)
        self.assertEqual(run.status, 0)
        self.assertEqual(jsonl("-q", lines=[{"url": f"{origin.base}/", "metod": 1}]).err, "")

    @each_engine
    def test_passwords_reach_their_server_and_nothing_else(self, engine):
        origin = Origin(lambda seen: (404, {}, b""))
        failed = rig.path("failed.jsonl")
        base = origin.base.replace("http://", "http://user:secret@")
        run = jsonl("--engine", engine, "--failed", failed, lines=[
            {"url": f"{base}/a", "meta": 1}, {"url": f"{base}x/"}, {"url": "http:\t//user:secret@[/"},
            '{"url":"http://user:secret@a/"', {"url": "ftp://user:secret@a/"}])
        self.assertEqual(origin.seen[0].get("Authorization"), "Basic " + base64.b64encode(b"user:secret").decode())
        with open(failed) as f:
            text = f.read()
        self.assertNotIn("secret", run.out.decode() + run.err + text)
        self.assertEqual(len(run.records), 5)

    @each_engine
    def test_what_failed_can_be_fed_back(self, engine):
        origin = Origin(lambda seen: (500, {}, b""))
        failed = rig.path("again.jsonl")
        lines = [{"url": f"{origin.base}/1", "method": "PUT", "headers": {"X-A": "é"}, "body_b64": "AAE=", "meta": {"k": 1}},
                 {"url": f"{origin.base}/2"}, {"url": "http://[::1", "body": "x"}]
        jsonl("--engine", engine, "--retry", "0", "--failed", failed, lines=lines)
        with open(failed) as f:
            again = sorted((json.loads(line) for line in f), key=lambda line: line["url"])
        self.assertEqual(again, sorted(lines, key=lambda line: line["url"]))
        first = [(s.method, s.target, s.body, s.get("X-A")) for s in origin.seen]
        origin.seen.clear()
        rig.fetch("--engine", engine, "--retry", "0", "--input-format", "jsonl", "-i", failed)
        self.assertEqual(sorted((s.method, s.target, s.body, s.get("X-A")) for s in origin.seen), sorted(first))

    def test_bodies_that_wait_do_not_pile_up_in_memory(self):
        """Lines of a host that is paced go to disk, whole, and come back as they were."""
        origin = Origin()
        name, out, count, size = rig.path("big.jsonl"), rig.path("big.out"), 2000, 10000
        with open(name, "w") as f:
            for n in range(count):
                f.write(json.dumps({"url": f"{origin.base}/{n}", "meta": n, "body": f"{n}".ljust(size, "é")}) + "\n")
        process = subprocess.Popen([rig.TRAWL, "fetch", "-q", "--input-format", "jsonl", "-i", name, "--host-rate", "800/s", "-o", out])
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        if not rig.SANITIZER:  # which keeps what was freed
            self.assertLess(used.ru_maxrss, os.path.getsize(name) / 1024)
        with open(out) as f:
            self.assertEqual(sorted(json.loads(line)["meta"] for line in f), list(range(count)))
        self.assertEqual(len(origin.seen), count)
        for seen in origin.seen:
            self.assertEqual(seen.body, seen.target[1:].ljust(size, "é").encode())

    def test_arguments_are_urls_beside_a_list_of_json(self):
        origin = Origin()
        name = rig.write("list.jsonl", json.dumps({"url": f"{origin.base}/list", "method": "PUT"}))
        run = rig.fetch("--input-format", "jsonl", "-i", name, f"{origin.base}/argument")
        self.assertEqual({s.target: s.method for s in origin.seen}, {"/argument": "GET", "/list": "PUT"})
        self.assertEqual(run.by_line[2]["url"], f"{origin.base}/list")


if __name__ == "__main__":
    rig.main()
