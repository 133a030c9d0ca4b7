# SPDX-License-Identifier: MIT
"""One list of good, bad, slow, redirecting and failing URLs under every engine: the records are the same field by field, but for
times; so are exit codes, --failed and what is saved. And each engine keeps a pace and stops when it is told to."""
import base64
import glob
import gzip
import hashlib
import json
import os
import re
import signal
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import rig

MIX = "coro:6,threads:3,forks:2,callback:6,green:6,threads:1/coro:4,forks:1/coro:4"
ENGINES = ("coro", "threads:16", "forks:8", "callback", "green", "serial", "threads:2/coro:8", "forks:2/coro:8", MIX)
PATIENCE = 4 if rig.SANITIZER else 2 * round(rig.slack(), 1)  # times as long until what is too slow has been waited for: else it is what a busy machine makes slow
LONG = b"".join(b"%015x\n" % (16 * k) for k in range(16000))  # 256,000 bytes


def answer(connection, body, *fields, status="200 OK", length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *fields]
    connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def raw_origin(connection, _):
    """What `trawl serve` does not do. Answers requests until one of the answers says close."""
    while head := rig.read_head(connection):
        head, _, body = head.partition(b"\r\n\r\n")
        path = head.split(b" ")[1].decode().split("?")[0]
        if path == "/echo":
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
            while len(body) < length:
                body += connection.recv(65536)
            answer(connection, head.split(b" ")[0] + b" " + body, "Content-Type: application/octet-stream")
        elif path == "/once":  # and then goes, without having said so
            answer(connection, b"once", "Content-Type: text/plain")
            return
        elif path == "/interim":
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
            answer(connection, b"after", "ETag: \"e\"", "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT")
        elif path == "/members":
            body = gzip.compress(b"one ") + gzip.compress(b"two")
            answer(connection, body, "Content-Encoding: gzip")
        elif path == "/bomb":
            answer(connection, gzip.compress(bytes(2_000_000)), "Content-Encoding: gzip")
        elif path == "/damaged":
            body = bytearray(gzip.compress(LONG))
            body[len(body) // 2] ^= 0x55
            answer(connection, bytes(body), "Content-Encoding: gzip")
        elif path == "/long":
            answer(connection, LONG)
        elif path == "/late":  # the head at once, the body never
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
            time.sleep(8 * PATIENCE)
            return
        elif path == "/named":
            answer(connection, b"named", "Content-Disposition: attachment; filename=\"suggested.txt\"")
        elif path == "/fields":
            answer(connection, b"x", *[f"X-{k}: {'y' * 100}" for k in range(1200)])
        elif path == "/elsewhere":
            answer(connection, b"", "Location: http://127.0.0.9:9/private", status="302 Found")
        elif path == "/nowhere":
            answer(connection, b"", "Location: gopher://x/", status="302 Found")
        else:
            answer(connection, b"no", status="404 Not Found")


def plain(url, **more):
    return {"url": url, **more}


def the_list(serve, raw, fickle, closed, too_slow):
    """The lines; the first four are bases of URLs. Of those that are too slow there are few: serial waits for one after the other."""
    lines = [plain(f"{serve}{path}") for path in (
        "/bytes/0", "/bytes/1", "/bytes/200000", "/chunked/5000?chunk=7", "/chunked/250000", "/bytes/400000", "/chunked/400000",
        "/delay/150", "/drip?bytes=60&ms=20&piece=10",
        "/gzip/50000", "/gzip/600000?zeros", "/gzip/3000?cut", "/gzip/3000?members=3", "/deflate/20000", "/zstd/20000",
        "/zstd/20000?cut", "/status/204", "/status/404", "/status/410", "/status/503", "/status/429?retry-after=0",
        "/redirect/2", "/redirect/1?absolute", "/redirect/30", "/redirect/1?to=http://127.0.0.9:9/", "/flaky/2/a", "/flaky/9/b",
        "/etag/abc", "/modified/1700000000", "/reset", "/reset/head", "/reset/body", "/truncate", "/truncate/head",
        "/truncate?chunked", "/malformed/status", "/malformed/length", "/malformed/lengths", "/malformed/field",
        "/malformed/chunk", "/malformed/nul", "/malformed/none", "/robots.txt", "/auth/basic/u/p", "/cookie/set?a=b")]
    lines += [plain(f"{raw}{path}") for path in (
        "/interim", "/members", "/bomb", "/damaged", "/long", "/named", "/fields",
        "/elsewhere", "/nowhere", "/not-there")]
    lines += [plain(f"{fickle}/once?{k}") for k in range(6)]
    lines += [
        plain(serve.replace("http://", "http://u:p@") + "/auth/basic/u/p"),
        plain(f"{serve}/bytes/1000?head", method="HEAD"),
        plain(f"{serve}/gzip/1000?head", method="HEAD"),
        plain(f"{serve}/etag/abc?again", headers={"If-None-Match": "\"abc\""}),
        plain(f"{raw}/echo?post", method="POST", body="a=1&b=2", meta={"k": [1, 2]}),
        plain(f"{raw}/echo?bytes", method="POST", body_b64=base64.b64encode(bytes(range(256)) * 20).decode(),
              headers={"Content-Type": "application/octet-stream"}),
        plain(f"{raw}/echo?put", method="PUT", body="whole"),
        # Over connections of their own: on one that the server has closed meanwhile a POST fails, for it is not sent twice.
        plain(serve.replace("127.0.0.1", "post.test") + "/redirect/1?post", method="POST", body="x"),
        plain(serve.replace("127.0.0.1", "reset.test") + "/reset?post", method="POST", body="x"),
        plain(f"{closed}/refused"),
        plain("nonsense"), plain("ftp://example.org/"), plain("http://[::1"), plain("http://:80/"),
    ]
    lines += [plain(f"{raw if path == '/late' else serve}{path}") for path in too_slow]
    return lines + [plain(f"{serve}/bytes/{k}?{k}") for k in range(40)]


# What differs from run to run, under one engine too.
def steady(record):
    kept = {k: v for k, v in record.items() if not k.startswith("time_") and k not in ("elapsed", "started", "engine")}
    if "warc" in kept:
        kept["warc"] = len(kept["warc"])  # one an exchange; where, is the file's business
    error = record.get("error")
    if error in ("timeout", "reset", "truncated", "decode", "too-large"):
        kept.pop("size_download")  # how much had come by then
    if error == "timeout":
        kept["errormsg"] = re.sub(r"\d+", "#", kept["errormsg"])
    return kept


class World:
    """Servers of their own for a run, so that runs side by side do not meet. What it says of itself is the same in each."""

    def __init__(self, too_slow):
        self.serve = rig.serve()
        self.raw = rig.RawOrigin(raw_origin).port
        self.fickle = rig.RawOrigin(raw_origin).port  # no POST goes there: over a connection that is gone it would fail
        self.closed = rig.free_port()
        self.base = f"http://127.0.0.1:{self.serve}"
        self.lines = the_list(self.base, f"http://127.0.0.1:{self.raw}",
                              f"http://127.0.0.1:{self.fickle}", f"http://127.0.0.1:{self.closed}", too_slow)

    def plain(self, text):
        for port, name in ((self.serve, "SERVE"), (self.raw, "RAW"), (self.fickle, "FICKLE"), (self.closed, "CLOSED")):
            text = re.sub(rf"((?:127\.0\.0\.\d|\.test)[:@]| port ){port}\b", rf"\1{name}", text)
        return text


def tree(directory):
    """Every file below, with the digest of what is in it."""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                found[os.path.relpath(os.path.join(folder, name), directory)] = hashlib.sha256(f.read()).hexdigest()
    return found


def archived(pattern):
    """What is in the archive's files: kind, status and URL of each record."""
    files = glob.glob(pattern)
    listed = subprocess.run([rig.TRAWL, "inspect", "warc", "--json", *files], capture_output=True, check=True).stdout if files else b""
    for record in map(json.loads, listed.splitlines()):
        if record.get("problems") or record.get("torn"):
            yield f"damage in {record['file']}"
        if record.get("type") in ("request", "response"):
            yield f"{record['type']} {record.get('status')} {record['url']}"


class Outcome:
    """What a run under one engine came to."""

    def __init__(self, engine, world, *options, save):
        name = re.sub(r"\W", "_", engine) + ("_save" if save else "")
        listed = rig.write(name, "".join(json.dumps(line) + "\n" for line in world.lines))
        failed, saved = rig.path(name + ".failed"), rig.path(name + ".d")
        if save:
            os.mkdir(saved)
            options += ("--save", saved, "--warc-file", rig.path(name) + "-warc")
        self.run = rig.fetch("--engine", engine, "-i", listed, "--input-format", "jsonl", "--failed", failed, "-j", "48",
                             "--per-host", "16", "--retry", "1", "--max-filesize", "300K", "--max-redirs", "5", "--max-retry-after", "1s", "--resolve", f"post.test:{world.serve}:127.0.0.1",
                             "--resolve", f"reset.test:{world.serve}:127.0.0.1", *options,
                             timeout=300)  # a single exchange may take a minute and more: see PATIENCE
        self.engines = {r["engine"] for r in self.run.records if r.get("attempts")}
        out = world.plain(self.run.out.decode()).replace(saved, "DIR")
        self.records = {r["line"]: steady(r) for r in map(json.loads, out.splitlines())}
        with open(failed) as f:
            self.failed = sorted(world.plain(f.read()).splitlines())
        self.files = {world.plain(k): v for k, v in tree(saved).items()} if save else {}
        self.archived = sorted(world.plain(line) for line in archived(rig.path(name) + "-warc-*.warc.gz"))
        self.lines = len(world.lines)


def each(do, make=lambda: None):
    """Calls `do` with every engine and what `make` gives for it: all at once, for each mostly waits. What is made is made one
    after the other: who looks for a free port is not to find one that is being taken."""
    made = [make() for _ in ENGINES]
    with ThreadPoolExecutor(len(ENGINES)) as pool:
        return dict(zip(ENGINES, pool.map(do, ENGINES, made)))


class Same(unittest.TestCase):
    def compare(self, *options, too_slow, save=False):
        of = each(lambda engine, world: Outcome(engine, world, *options, save=save), lambda: World(too_slow))
        first = of["coro"]
        self.assertEqual(sorted(first.records), list(range(1, first.lines + 1)))
        for engine, got in of.items():
            faults = []
            self.assertEqual(got.run.status, 3, f"{engine}: {got.run.err}")
            self.assertEqual(len(got.run.records), got.lines, engine)
            for line, record in first.records.items():
                if got.records.get(line) != record:
                    faults.append(f"{engine}: {json.dumps(got.records.get(line))}\n  coro: {json.dumps(record)}")
            self.assertEqual(faults, [], "\n".join(faults))
            self.assertEqual(got.failed, first.failed, engine)
            self.assertEqual(got.files, first.files, engine)
            self.assertEqual(got.archived, first.archived, engine)
            # Side by side all are at work; alone each goes by its name.
            names = {re.sub(r":\d+", "", name) for name in engine.split(",")}
            self.assertLessEqual(got.engines, names)
            self.assertEqual(got.engines & names, got.engines)
        return first

    def test_records_are_the_same(self):
        first = self.compare("--max-time", f"{3 * PATIENCE}s", "--min-speed", "1,30s", too_slow=[f"/delay/{10000 * PATIENCE:.0f}"])
        errors = {r["error"] for r in first.records.values() if "error" in r}
        self.assertLessEqual({"bad-url", "blocked-scheme", "blocked-address", "connect-refused", "reset", "timeout", "truncated",
                              "too-large", "too-many-redirects", "protocol"}, errors)
        self.assertFalse([r for r in first.records.values() if "digest" in r or "saved" in r])

    def test_records_and_files_are_the_same_when_bodies_are_saved_archived_and_held_to_a_rate(self):
        first = self.compare("--digest", "--limit-rate", "4M", "--max-time", f"{20 * PATIENCE}s", "--min-speed", f"100,{1.5 * PATIENCE}s", save=True,
                             too_slow=["/drip?bytes=20000&ms=200&piece=1", "/late"])
        self.assertIn("decode", {r.get("error") for r in first.records.values()})
        good = [r for r in first.records.values() if r["status"] == 200 and "error" not in r]
        self.assertGreater(len(good), 60)
        self.assertTrue(all("digest" in r for r in good if r["size_download"]))
        self.assertGreater(len(first.files), 60)
        self.assertGreater(len(first.archived), 200)
        self.assertEqual(sum(r.get("warc", 0) for r in first.records.values()), len([a for a in first.archived if a.startswith("resp")]))
        self.assertEqual(first.files["127.0.0.1@RAW/long"], hashlib.sha256(LONG).hexdigest())
        self.assertFalse([f for f in first.files if "trawl-part" in f])


class Stopped(unittest.TestCase):
    def interrupt(self, engine, port):
        base = f"http://127.0.0.1:{port}"
        name = rig.path("stop" + re.sub(r"\W", "_", engine))
        urls = [f"{base}/delay/100?{k}" for k in range(1500)]  # 25 s: there is time to interrupt it
        rig.write(name, "".join(f"{u}\n" for u in urls))
        with open(name + ".err", "wb") as err:
            p = rig.start([rig.TRAWL, "fetch", "--engine", engine, "-i", name, "-o", name + ".out", "--failed", name + ".failed",
                           "-j", "6", "-q"], stderr=err)
            end = time.monotonic() + 60
            while time.monotonic() < end and not (os.path.exists(name + ".out") and os.path.getsize(name + ".out")):
                time.sleep(0.01)
            p.send_signal(signal.SIGINT)
            status = p.wait(60)
        with open(name + ".out") as f:
            out = f.read()
        with open(name + ".failed") as f:
            rest = f.read().splitlines()
        return status, urls, out, rest

    def test_one_interrupt_ends_the_run_with_whole_records_and_the_rest_listed(self):
        for engine, (status, urls, out, rest) in each(self.interrupt, rig.serve).items():
            self.assertEqual(status, 130, engine)
            self.assertTrue(out.endswith("\n"), engine)
            got = [json.loads(line) for line in out.splitlines()]
            self.assertEqual({r["status"] for r in got}, {200}, engine)
            self.assertEqual(sorted([r["url"] for r in got] + rest), sorted(urls), engine)
            self.assertLess(len(got), len(urls), engine)


def new_meter():
    return rig.Meter(0.03)


class Pace(unittest.TestCase):
    def meter(self, engine, meter, n, *options):
        run = rig.fetch("--engine", engine, *options, urls=[f"{meter.base}/{k}" for k in range(n)])
        return run, meter

    def test_the_delay_after_each_request_is_kept(self):
        for engine, (run, meter) in each(lambda e, m: self.meter(e, m, 5, "--host-delay", "0.15"), new_meter).items():
            self.assertEqual(run.status, 0, f"{engine}: {run.err}")
            spans = sorted(meter.spans)
            self.assertEqual(len(spans), 5, engine)
            for (_, ended), (began, _) in zip(spans, spans[1:]):
                self.assertGreaterEqual(began - ended, 0.149, engine)

    def test_no_host_gets_more_at_once_than_allowed(self):
        for engine, (run, meter) in each(lambda e, m: self.meter(e, m, 30, "--per-host", "3"), new_meter).items():
            self.assertEqual(run.status, 0, f"{engine}: {run.err}")
            self.assertEqual(len(meter.spans), 30, engine)
            self.assertLessEqual(meter.most, 1 if engine == "serial" else 3, engine)

    def test_a_rate_is_kept_over_all_workers(self):
        # From before the run: a first request that a busy machine delays does not make the others come too soon.
        begun = time.monotonic()
        for engine, (run, meter) in each(lambda e, m: self.meter(e, m, 31, "--rate", "20/s"), new_meter).items():
            self.assertEqual(run.status, 0, f"{engine}: {run.err}")
            self.assertGreaterEqual(max(began for began, _ in meter.spans) - begun, 1.499, engine)


if __name__ == "__main__":
    rig.main()
