# SPDX-License-Identifier: MIT
"""--warc-file: every exchange that got a response, as it came; read by a reader of its own (tests/warc_reader.py)."""
import glob
import gzip
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

import rig

sys.path.insert(0, os.path.join(os.environ.get("srcdir", "."), "tests"))
import warc_reader  # noqa: E402

ENGINES = ("coro", "forks:3", "threads:3", "callback", "green", "forks:2/coro:4", "threads:2/coro:4", "coro,forks:2")
PAGE = b"<html>" + b"a page that is worth keeping, and long enough for a revisit\n" * 40
PACKED = gzip.compress(PAGE)
PORT = rig.serve()
with open(shutil.which(rig.TRAWL), "rb") as program:
    # A sanitizer keeps what was freed.
    TRUE_MEMORY = not re.search(b"__[at]san_init", program.read())
BASE = f"http://127.0.0.1:{PORT}"


def answer(connection, body, *fields, status="200 OK", length=None):
    head = [f"HTTP/1.1 {status}", "Connection: close", *fields]
    if length is not False:
        head.append(f"Content-Length: {len(body) if length is None else length}")
    connection.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)


def origin(connection, _):
    request = rig.read_head(connection)
    path = request.split(b" ")[1].decode("latin-1").split("?")[0]
    if path == "/gzip":
        answer(connection, PACKED, "Content-Encoding: gzip")
    elif path == "/broken-gzip":
        answer(connection, PACKED[:50] + b"x" * 200, "Content-Encoding: gzip")
    elif path == "/chunked":
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n"
                           b"5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nX: y\r\n\r\n")
    elif path == "/both":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    elif path == "/cut":
        answer(connection, PAGE[:700], length=len(PAGE))
    elif path == "/until-close":
        answer(connection, PAGE, length=False)
    elif path == "/slow":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 100)
        time.sleep(20)
    elif path == "/long":
        answer(connection, b"0123456789" * 100000)
    elif path == "/odd-head":
        connection.sendall(b"HTTP/1.0 200\nx-odd : a\nContent-Length: 2\n\nok")
    elif path == "/interim":
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        answer(connection, PAGE)
    elif path == "/not-modified":
        connection.sendall(b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n")
    elif path == "/echo":
        while b"\r\n\r\n" not in request or request.count(b"the body") == 0:
            request += connection.recv(65536)
        answer(connection, request)
    elif path == "/silent":
        return
    elif path == "/redirect":
        answer(connection, b"to the same place", "Location: /page", status="302 Found")
    else:
        answer(connection, PAGE)


def contents(path):
    with open(path, "rb") as f:
        return f.read()


def peak_kb(pid):
    try:
        return rig.peak_kb(pid)
    except OSError:  # it has ended
        return 0


class Archive:
    """A run with an archive, and what the independent reader finds in it."""

    def __init__(self, *options, urls, status=0, stdin=None):
        self.dir = rig.path(f"warc{random.random()}")
        self.run = rig.fetch("--warc-file", f"{self.dir}/a/t", "-q", *options, urls=urls, timeout=120)
        if status is not None and self.run.status != status:
            raise AssertionError(f"status {self.run.status}: {self.run.err}")
        self.files = sorted(glob.glob(f"{self.dir}/a/*.warc.gz*"))
        self.lines = self.run.records
        self.records = warc_reader.check(self.files, self.lines)

    def of(self, line, type=None):
        """The records of a line's last exchange: response, request, metadata."""
        place = [l for l in self.lines if l["line"] == line][0]["warc"][-1]
        at = next(i for i, r in enumerate(self.records)
                  if os.path.basename(r.path) == place["file"] and r.offset == place["offset"])
        return self.records[at:at + 3]


class Warc(unittest.TestCase):
    def test_every_engine_archives_every_exchange(self):
        raw = rig.RawOrigin(origin)
        here = f"http://127.0.0.1:{raw.port}"
        urls = [f"{BASE}{p}" for p in
                ("/bytes/0", "/bytes/100000", "/status/404", "/redirect/3", "/gzip/5000", "/chunked/5000", "/status/204",
                 "/truncate", "/etag/x", "/flaky/2/x")] * 3
        urls += [f"{here}{p}" for p in ("/gzip", "/chunked", "/cut", "/until-close", "/page", "/redirect", "/silent")] * 3
        urls += ["http://127.0.0.1:1/", "nonsense"]
        for engine in ENGINES:
            with self.subTest(engine=engine):
                a = Archive("--engine", engine, "--retry", "1", "--per-host", "20", urls=urls, status=3)
                self.assertTrue(all(f.endswith(".gz") for f in a.files), a.files)
                exchanges = sum(r["attempts"] for r in a.lines if "silent" not in r["url"] and ":1/" not in r["url"])
                self.assertEqual(sum(len(r.get("warc", [])) for r in a.lines), exchanges)
                for r in a.lines:
                    if "redirect" in r["url"]:
                        self.assertEqual(len(r["warc"]), len(r["redirects"]) + 1)

    def test_bodies_are_as_they_came_without_chunks(self):
        raw = rig.RawOrigin(origin)
        paths = ["/gzip", "/chunked", "/both", "/until-close", "/odd-head", "/interim", "/broken-gzip", "/not-modified"]
        a = Archive("--digest", urls=[f"http://127.0.0.1:{raw.port}{p}" for p in paths], status=3)
        got = {p: a.of(i + 1)[0] for i, p in enumerate(paths)}
        self.assertEqual(gzip.decompress(got["/gzip"].body), PAGE)
        self.assertEqual(got["/chunked"].body, b"hello, world")
        self.assertEqual(got["/chunked"].http("X-Crawler-Transfer-Encoding"), ["chunked"])
        self.assertEqual(got["/both"].body, b"hello")
        self.assertEqual(got["/both"].http("X-Crawler-Content-Length"), ["3"])
        self.assertEqual(got["/until-close"].body, PAGE)
        self.assertEqual(got["/odd-head"].block, b"HTTP/1.0 200\nx-odd : a\nContent-Length: 2\n\nok")
        self.assertEqual(got["/interim"].status, 200)
        self.assertNotIn(b"Early", got["/interim"].block)
        # What cannot be decoded is archived whole.
        self.assertEqual(got["/broken-gzip"].body, PACKED[:50] + b"x" * 200)
        self.assertIsNone(got["/broken-gzip"].get("WARC-Truncated"))
        self.assertEqual(a.run.by_line[7]["error"], "decode")
        self.assertEqual((got["/not-modified"].type, got["/not-modified"].status), ("response", 304))
        self.assertTrue(all(r.get("WARC-IP-Address") == "127.0.0.1" for r in got.values()))

    def test_why_a_body_was_cut_is_said(self):
        raw = rig.RawOrigin(origin)
        here = f"http://127.0.0.1:{raw.port}"
        a = Archive("--max-filesize", "500K", "--max-time", rig.seconds(3), "--retry", "0",
                    urls=[f"{here}/cut", f"{here}/slow", f"{here}/long", f"{BASE}/chunked/1M"], status=3)
        self.assertEqual([a.of(i)[0].get("WARC-Truncated") for i in (1, 2, 3, 4)], ["disconnect", "time", "length", "length"])
        self.assertEqual(a.of(1)[0].body, PAGE[:700])
        self.assertEqual(a.of(2)[0].payload_length, 100)
        self.assertEqual(a.of(4)[0].payload_length, 500 * 1024)
        self.assertIn(b"error: timeout\r\n", a.of(2)[2].block)

    def test_the_request_is_as_it_was_sent_but_for_secrets(self):
        raw = rig.RawOrigin(origin)
        a = Archive("-u", "me:my-password", "-H", "X-Mine: 1", "-b", "a=b", "-X", "PUT", "-d", "this is the body",
                    urls=[f"http://127.0.0.1:{raw.port}/echo", f"http://you:your-password@127.0.0.1:{raw.port}/echo"])
        for line in (1, 2):
            response, request, metadata = a.of(line)
            head, body = request.head, request.body
            self.assertEqual(body, b"this is the body")
            sent = response.body.split(b"\r\n")
            for l in head.split(b"\r\n"):
                self.assertTrue(l in sent or l == b"Authorization: Basic (withheld)", l)
            self.assertEqual(len(head.split(b"\r\n")), len(sent[:sent.index(b"")]) + 2)
            self.assertNotIn("@", request.url)
            self.assertRegex(metadata.block, rb"\AfetchTimeMs: \d+\r\n\Z")
        everything = b"".join(gzip.decompress(contents(f)) for f in a.files)
        self.assertNotIn(b"my-password", everything.replace(response.body, b""))
        self.assertNotIn(b"your-password", everything)

    def test_a_head_request_has_no_body(self):
        a = Archive("-I", urls=[f"{BASE}/bytes/1000"])
        response, request, _ = a.of(1)
        self.assertEqual((response.payload_length, response.http("Content-Length")), (0, ["1000"]))
        self.assertTrue(request.head.startswith(b"HEAD /bytes/1000 HTTP/1.1\r\n"))

    def test_the_same_page_again_is_a_revisit(self):
        raw = rig.RawOrigin(origin)
        here = f"http://127.0.0.1:{raw.port}"
        a = Archive("-j", "1", urls=[f"{here}/page", f"{here}/redirect", f"{here}/page?2", f"{BASE}/bytes/10", f"{BASE}/bytes/10"])
        self.assertEqual([a.of(i)[0].type for i in range(1, 6)], ["response", "revisit", "response", "response", "response"])
        body = subprocess.run([rig.TRAWL, "inspect", "warc", "--extract", f"{here}/page", *a.files], capture_output=True, check=True)
        self.assertEqual(body.stdout, PAGE)
        whole = subprocess.run([rig.TRAWL, "inspect", "warc", "-i", "--extract", f"{here}/page", *a.files], capture_output=True,
                               check=True)
        self.assertTrue(whole.stdout.startswith(b"HTTP/1.1 200 OK\r\n") and whole.stdout.endswith(b"\r\n\r\n" + PAGE))

    def test_files_are_followed_by_others(self):
        for engine in ("coro", "forks:2"):
            a = Archive("--warc-max-size", "100K", "--warc-level", "1", "--engine", engine, "--per-host", "20",
                        urls=[f"{BASE}/bytes/{n}" for n in range(100, 30000, 100)] + [f"{BASE}/bytes/3M"])
            sizes = sorted(os.path.getsize(f) for f in a.files)
            self.assertGreater(len(sizes), 3)
            self.assertTrue(all(s <= 100 * 1024 for s in sizes[:-1]), sizes)

    def test_options_are_heeded(self):
        a = Archive("--warc-digest", "sha256", "--warc-level", "9", "--warc-cdx", urls=[f"{BASE}/bytes/5000", f"{BASE}/redirect/2"])
        self.assertTrue(all(r.get("WARC-Block-Digest").startswith("sha256:") for r in a.records))
        index = contents(f"{a.dir}/a/t.cdxj").decode().splitlines()
        self.assertEqual(index, sorted(index))
        self.assertEqual(len(index), 4)
        at = {(r.url, r.offset): r for r in a.records}
        for line in index:
            key, stamp, text = line.split(" ", 2)
            entry = json.loads(text)
            r = at[entry["url"], int(entry["offset"])]
            self.assertEqual((int(entry["length"]), entry["digest"], entry["status"]),
                             (r.end - r.offset, r.get("WARC-Payload-Digest"), str(r.status)))
            self.assertEqual(stamp, "".join(c for c in r.get("WARC-Date")[:19] if c.isdigit()))
            self.assertTrue(key.startswith("1,0,0,127:"))
        self.assertFalse(os.path.exists(f"{a.dir}/a/t.cdxj.open"))
        # Another run's lines are sorted in.
        run = rig.fetch("-q", "--warc-file", f"{a.dir}/a/t", "--warc-cdx", f"{BASE}/bytes/1")
        self.assertEqual(run.status, 0, run.err)
        more = contents(f"{a.dir}/a/t.cdxj").decode().splitlines()
        self.assertEqual((more, len(more)), (sorted(more), 5))

    def test_what_is_asked_for_wrongly_is_said(self):
        for options, word in ((["--warc-cdx"], "--warc-cdx"), (["--warc-level", "3"], "--warc-level"),
                              (["--warc-max-size", "1M"], "--warc-max-size"), (["--warc-digest", "sha256"], "--warc-digest"),
                              (["--warc-digest", "md5"], "md5"), (["--warc-level", "13", "--warc-file", "x"], "13"),
                              (["--warc-file", "dir/"], "dir/"), (["--warc-file", "/proc/nothing/x"], "/proc/nothing")):
            run = rig.fetch(*options, f"{BASE}/bytes/1")
            self.assertEqual(run.status, 2, options)
            self.assertIn(word, run.err)

    def test_big_bodies_go_through_little_memory(self):
        """Bodies of 100 MB with 4 MB for all of them."""
        for engine, bodies in (("coro", 2), ("forks:2", 1)):
            directory, out = rig.path(f"big-{engine}"), rig.path("big.jsonl")
            p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-o", out, "--max-filesize", "200M", "--memory", "4M", "--warc-level",
                                  "1", "--engine", engine, "--warc-file", f"{directory}/t",
                                  *[f"{BASE}/bytes/100M?{i}" for i in range(bodies)]])
            peak = 0
            while p.poll() is None:
                peak = max([peak] + [peak_kb(pid) for pid in [p.pid, *rig.children_of(p.pid)]])
                time.sleep(0.02)
            self.assertEqual(p.returncode, 0)
            if TRUE_MEMORY:
                self.assertLess(peak, 60000)
            files = glob.glob(f"{directory}/*.gz")
            with open(out, encoding="utf-8") as f:
                records = warc_reader.check(files, [json.loads(l) for l in f])
            self.assertEqual([r.payload_length for r in records if r.type == "response"], [100 << 20] * bodies)
            shutil.rmtree(directory)

    def test_memory_stays_within_its_budget(self):
        """200 bodies of 300 KB in flight at once, held back by the origin, in 8 MB."""
        name = rig.write("held", "".join(f"{BASE}/drip?bytes=300000&ms=300&piece=30000&{i}\n" for i in range(200)))
        peak = {}
        for memory in ("8M", "512M"):
            directory = rig.path(f"held{memory}")
            p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-o", "/dev/null", "-i", name, "-j", "200", "--per-host", "200",
                                  "--memory", memory, "--warc-level", "1", "--warc-file", f"{directory}/t"])
            while p.poll() is None:
                peak[memory] = max(peak.get(memory, 0), peak_kb(p.pid))
                time.sleep(0.02)
            self.assertEqual(p.returncode, 0)
            warc_reader.check(glob.glob(f"{directory}/*.gz"))
        if TRUE_MEMORY:
            self.assertLess(peak["8M"], peak["512M"] - 20000, peak)

    def test_a_worker_that_is_killed_leaves_whole_records_only(self):
        for engine in ("forks:4", "forks:2/coro:8"):
            with self.subTest(engine=engine):
                self.kill_workers(engine)

    def kill_workers(self, engine):
        directory, out = rig.path(f"kill{random.random()}"), rig.path("kill.jsonl")
        name = rig.write("kill", "".join(f"{BASE}/delay/2/bytes/{20000 + k}\n" for k in range(3000)))
        p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-i", name, "-o", out, "--engine", engine, "--per-host", "32",
                              "--warc-max-size", "2M", "--warc-file", f"{directory}/t"], stderr=subprocess.PIPE)
        kills, chosen = 0, random.Random(1)
        while p.poll() is None and kills < 12:
            time.sleep(0.1)
            workers = rig.children_of(p.pid)[1:]  # the first one makes them
            if workers and rig.alive(p.pid):
                try:
                    os.kill(chosen.choice(workers), signal.SIGKILL)
                    kills += 1
                except ProcessLookupError:
                    pass
        _, err = p.communicate(timeout=120)
        with open(out) as f:
            lines = [json.loads(l) for l in f]
        self.assertEqual(len(lines), 3000, err)
        files = glob.glob(f"{directory}/*")
        self.assertTrue(all(f.endswith(".warc.gz") for f in files), files)
        records = warc_reader.check(files, lines)
        self.assertEqual(sum(r.type == "response" for r in records), sum(len(l.get("warc", [])) for l in lines))
        self.assertGreater(kills, 0)

    def test_a_run_that_is_killed_can_be_repaired(self):
        directory = rig.path("killed")
        p = subprocess.Popen([rig.TRAWL, "fetch", "-q", "-o", "/dev/null", "-i", "-", "--warc-file", f"{directory}/t"],
                             stdin=subprocess.PIPE)
        p.stdin.write("".join(f"{BASE}/bytes/{30000 + i}\n" for i in range(100)).encode())
        p.stdin.flush()
        while not glob.glob(f"{directory}/*.open") or os.path.getsize(glob.glob(f"{directory}/*.open")[0]) < 50000:
            time.sleep(0.02)
        file = glob.glob(f"{directory}/*.open")[0]
        busy = subprocess.run([rig.TRAWL, "inspect", "warc", "--repair", file], capture_output=True, check=False)
        self.assertIn(b"being written", busy.stderr)
        p.kill()
        p.wait()
        p.stdin.close()
        with open(file, "ab") as f:
            f.write(gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n")[:-7])
        look = subprocess.run([rig.TRAWL, "inspect", "warc", file], capture_output=True, check=False)
        self.assertEqual(look.returncode, 3)
        repair = subprocess.run([rig.TRAWL, "inspect", "warc", "--repair", "--json", file], capture_output=True, check=False)
        self.assertEqual(repair.returncode, 0, repair.stderr)
        self.assertGreater(json.loads(repair.stdout.splitlines()[-1])["cut"], 0)
        self.assertFalse(os.path.exists(file))
        records = warc_reader.check([file.removesuffix(".open")])
        self.assertGreater(len(records), 3)

    def test_a_disk_that_is_full_is_an_error_of_the_url(self):
        if os.getuid() != 0:
            self.skipTest("makes a file system of its own")
        directory = rig.path("small")
        os.makedirs(directory)
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", directory], capture_output=True, check=False)
        if made.returncode:
            self.skipTest("cannot mount")
        try:
            run = rig.fetch("-q", "--warc-file", f"{directory}/t", "--warc-level", "1", "-j", "4",
                            urls=[f"{BASE}/status/200"] + [f"http://127.0.0.1:{PORT}/mirror?{random.randbytes(2000).hex()}"
                                                           for _ in range(200)])
            self.assertEqual(run.status, 3)
            self.assertEqual(len(run.records), 201)
            failed = [r for r in run.records if r.get("error") == "no-resources"]
            self.assertTrue(failed and all("warc" not in r and r["attempts"] == 1 for r in failed))
            self.assertIn("No space left", run.err)
            warc_reader.check(glob.glob(f"{directory}/*.gz"), [r for r in run.records if "warc" in r])
        finally:
            subprocess.run(["umount", directory], check=False)

    def test_https_says_what_was_spoken(self):
        rig.need("nginx", "openssl")
        cert, key = rig.path("cert.pem"), rig.path("key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                        "-subj", "/CN=127.0.0.1"], capture_output=True, check=True)
        for _ in range(5):  # the second port may be taken by the time that it is listened on
            tls = rig.free_port()
            try:
                rig.nginx(f"listen 127.0.0.1:{tls} ssl http2; ssl_certificate {cert}; ssl_certificate_key {key};"
                          f" ssl_protocols TLSv1.3; location / {{ return 200 {'x' * 2000}; }}")
                break
            except RuntimeError:
                pass
        for options, word in ((["--http2"], "h2"), ([], "http/1.1")):
            a = Archive("-k", *options, urls=[f"https://127.0.0.1:{tls}/"])
            response, request, metadata = a.of(1)
            self.assertEqual(response.all("WARC-Protocol"), [word, "tls/1.3"])
            self.assertTrue(request.head.startswith(b"GET / HTTP/1.1\r\n"))
            self.assertIn(b"tlsCipherSuite: TLS_", metadata.block)
            self.assertEqual(response.payload_length, 2000)


class Inspect(unittest.TestCase):
    def inspect(self, *arguments, status=0):
        done = subprocess.run([rig.TRAWL, "inspect", "warc", *arguments], capture_output=True, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stdout

    def test_agrees_with_the_independent_reader(self):
        a = Archive("--engine", "forks:2", urls=[f"{BASE}/bytes/{n}" for n in range(0, 4000, 200)] + [f"{BASE}/gzip/9000"])
        lines = [json.loads(l) for l in self.inspect("--json", *a.files).splitlines()]
        mine = [(l["file"], l["offset"], l["type"], l.get("url"), l["content_length"], l["block_check"]) for l in lines if "type" in l]
        theirs = [(r.path, r.offset, r.type, r.url, r.length, "ok") for r in a.records]
        self.assertEqual(mine, theirs)
        self.assertEqual([l["problems"] for l in lines if "records" in l], [0] * len(a.files))

    def test_what_is_damaged_is_found(self):
        a = Archive("--warc-level", "6", urls=[f"{BASE}/bytes/{n}" for n in (100, 2000, 3000)])
        whole = contents(a.files[0])
        second = a.records[4]
        text = bytearray(gzip.decompress(whole[second.offset:second.end]))
        text[-10] ^= 1
        bad = whole[:second.offset] + gzip.compress(bytes(text)) + whole[second.end:]
        name = rig.write("bad.warc.gz", bad)
        self.assertIn(b"BAD: the digest of its block", self.inspect(name, status=3))
        name = rig.write("cut.warc.gz", whole[:-5])
        self.assertIn(b"ends within a member", self.inspect(name, status=3))
        name = rig.write("hole.warc.gz", whole[:second.offset] + bytes(second.end - second.offset) + whole[second.end:])
        out = self.inspect(name, status=3)
        self.assertEqual(out.count(b"BAD"), 1)
        self.assertIn(b"1 problem", out)
        self.assertIn(b"not cut", subprocess.run([rig.TRAWL, "inspect", "warc", "--repair", rig.write(
            "both.warc.gz", whole[:second.offset] + bytes(second.end - second.offset) + whole[second.end:-5])],
            capture_output=True, check=False).stderr)
        self.inspect(rig.path("nothing"), status=3)

    def test_what_strangers_wrote_reaches_no_terminal(self):
        head = b"WARC/1.1\r\nWARC-Type: re\x1b[31msponse\r\nWARC-Record-ID: <urn:x>\r\nWARC-Date: \x07\r\nWARC-Target-URI: http://h/\x1b]0;x\x07\r\n"
        name = rig.write("evil.warc.gz", gzip.compress(head + b"Content-Length: 0\r\n\r\n\r\n\r\n"))
        out = self.inspect(name)
        self.assertFalse(any(c < 32 and c != 10 for c in out), out)

    def test_archives_of_others_are_read(self):
        """What wget writes, with chunks or not, compressed or not."""
        rig.need("wget")
        home = rig.path("wget")
        os.makedirs(home)
        for options in ([], ["--no-warc-compression"]):
            name = f"{home}/w{len(options)}"
            subprocess.run(["wget", "-q", "-O", "/dev/null", f"--warc-file={name}", *options, f"{BASE}/chunked/5000", f"{BASE}/bytes/3000"],
                           check=True)
            file = glob.glob(f"{name}.warc*")[0]
            lines = [json.loads(l) for l in self.inspect("--json", file).splitlines()]
            got = {l["url"]: l for l in lines if l.get("type") == "response"}
            self.assertEqual(got[f"{BASE}/chunked/5000"]["payload_length"], 5000)
            body = self.inspect("--extract", f"{BASE}/chunked/5000", file)
            self.assertEqual(len(body), 5000)

    def test_what_is_asked_for_wrongly_is_said(self):
        for arguments in ([], ["--include", "x"], ["--extract", "u", "--json", "x"]):
            self.inspect(*arguments, status=2)
        self.assertEqual(subprocess.run([rig.TRAWL, "inspect", "url", "--repair", "http://x/"], capture_output=True, check=False).returncode, 2)


if __name__ == "__main__":
    rig.main()
