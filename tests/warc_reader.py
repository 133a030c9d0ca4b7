#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads WARC files by the text of the standard (WARC 1.1, ISO 28500:2017) and nothing of trawl, in Python's library alone.

usage: warc_reader.py [--records RECORDS.jsonl] FILE.warc.gz...

Each file is read member by member. What breaks a rule is a line FILE:OFFSET: SENTENCE, and makes the exit status 1. With records of
trawl, every `warc` of theirs must point to a response of that URL, and every response must be pointed to exactly once.
"""
import base64
import datetime
import hashlib
import ipaddress
import json
import os
import re
import sys
import zlib

TOKEN = re.compile(rb"[!#$%&'*+\-.0-9A-Z^_`a-z|~]+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z")
UUID = re.compile(r"<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>")
TYPES = {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
PROFILES = {"http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
            "http://netpreserve.org/warc/1.1/revisit/server-not-modified"}
MAY_REPEAT = {"warc-concurrent-to", "warc-protocol"}
# Where fields must not stand (clause 5).
NEVER = {
    "warcinfo": {"warc-target-uri", "warc-ip-address", "warc-concurrent-to", "warc-refers-to", "warc-warcinfo-id",
                 "warc-payload-digest", "warc-protocol"},
    "response": {"warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date", "warc-filename", "warc-profile"},
    "request": {"warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date", "warc-filename", "warc-profile"},
    "metadata": {"warc-refers-to-target-uri", "warc-refers-to-date", "warc-filename", "warc-payload-digest", "warc-profile"},
    "revisit": {"warc-filename"},
}
BLOCK_KEPT = 1 << 20  # bytes of a block that are kept; digests are of all of it


class Fault(Exception):
    pass


def digest_text(name, value):
    if name == "sha1":
        return "sha1:" + base64.b32encode(value).decode("ascii")
    return f"{name}:{value.hex()}"


class Record:
    """One record: where it is, its fields, as much of its block as is kept, and what was found out about the rest."""

    def __init__(self, path, offset):
        self.path, self.offset, self.end = path, offset, None
        self.fields, self.block, self.length = [], b"", 0
        self.head, self.payload_length = None, 0
        self.block_hash, self.payload_hash = {}, {}

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def get(self, name):
        values = self.all(name)
        return values[0] if values else None

    @property
    def type(self):
        return self.get("WARC-Type")

    @property
    def url(self):
        return self.get("WARC-Target-URI")

    @property
    def status(self):
        words = (self.head or b"").split(None, 2)
        return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") else None

    def http(self, name):
        """Values of a field of the HTTP message."""
        lines = (self.head or b"").split(b"\n")[1:]
        return [l.split(b":", 1)[1].strip().decode("latin-1") for l in lines
                if l.lower().startswith(name.lower().encode() + b":")]

    @property
    def body(self):
        return self.block[len(self.head):] if self.head is not None else self.block


class Member:
    """The bytes that one gzip member unpacks to, piece by piece."""

    def __init__(self, file, size):
        self.file, self.size, self.inflate, self.held = file, size, zlib.decompressobj(31), b""
        self.over = False

    def more(self):
        while not self.over:
            raw = self.inflate.unconsumed_tail or self.file.read(1 << 16)
            if not raw:
                raise Fault("the file ends within a member")
            try:
                piece = self.inflate.decompress(raw, 1 << 18)
            except zlib.error as e:
                raise Fault(f"the member is damaged: {e}") from None
            if self.inflate.eof:
                self.over = True
                self.file.seek(-len(self.inflate.unused_data), os.SEEK_CUR)
            if piece:
                self.held += piece
                return True
        return False

    def until(self, mark, most):
        while mark not in self.held:
            if len(self.held) > most:
                raise Fault("the head of the record has no end")
            if not self.more():
                raise Fault("the member ends within the head of a record")
        text, self.held = self.held.split(mark, 1)
        return text

    def take(self, n):
        while not self.held and self.more():
            pass
        piece, self.held = self.held[:n], self.held[n:]
        return piece


def read_fields(record, text):
    lines = text.split(b"\r\n")
    if lines[0] != b"WARC/1.1":
        raise Fault(f"the version line is {lines[0][:40]!r}")
    for line in lines[1:]:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.fullmatch(name):
            raise Fault(f"{line[:60]!r} is no field")
        if b"\n" in value or b"\r" in value or any(c < 32 and c != 9 for c in value):
            raise Fault(f"{name.decode()} has control characters")
        record.fields.append((name.decode("ascii"), value.strip(b" \t").decode("utf-8")))


def add(record, piece, hashes, rest):
    """A piece of the block: into the digests, and into what is kept. `rest` is what of the HTTP head has not ended yet."""
    record.length += len(piece)
    if len(record.block) < BLOCK_KEPT:
        record.block += piece[:BLOCK_KEPT - len(record.block)]
    for h in hashes["block"]:
        h.update(piece)
    if record.head is None and rest is not None:
        rest += piece
        end = re.search(rb"\r?\n\r?\n", rest)
        if not end:
            return rest
        record.head, piece = rest[:end.end()], rest[end.end():]
    if record.head is not None or rest is None:
        record.payload_length += len(piece)
        for h in hashes["payload"]:
            h.update(piece)
    return b"" if rest is not None else None


def read_record(path, file, size):
    record = Record(path, file.tell())
    member = Member(file, size)
    read_fields(record, member.until(b"\r\n\r\n", 1 << 20))
    length = record.get("Content-Length")
    if length is None or not re.fullmatch(r"\d+", length):
        raise Fault("there is no Content-Length")
    left, http = int(length), (record.get("Content-Type") or "").startswith("application/http")
    hashes = {"block": [hashlib.sha1(), hashlib.sha256()], "payload": [hashlib.sha1(), hashlib.sha256()]}
    rest = b"" if http else None
    while left:
        piece = member.take(left)
        if not piece:
            raise Fault("the member ends within the block")
        left -= len(piece)
        rest = add(record, piece, hashes, rest)
    end = b""
    while len(end) < 4 and (piece := member.take(4 - len(end))):
        end += piece
    if end != b"\r\n\r\n":
        raise Fault(f"behind the block stands {end!r}, not two line ends")
    if member.held or member.more():
        raise Fault("the member goes on behind its record")
    record.end = file.tell()
    for what, into in (("block", record.block_hash), ("payload", record.payload_hash)):
        for h in hashes[what]:
            into[h.name] = digest_text(h.name, h.digest())
    return record


def rules(r):
    """What of the standard a record breaks by itself."""
    names = [n.lower() for n, _ in r.fields]
    for name in sorted(set(names) - MAY_REPEAT):
        if names.count(name) > 1:
            yield f"{name} stands there twice"
    for name in ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length"):
        if r.get(name) is None:
            yield f"there is no {name}"
    if r.type not in TYPES:
        yield f"the type {r.type} is none of the standard's"
    for name in sorted(NEVER.get(r.type, set()) & set(names)):
        yield f"{name} stands in a {r.type}"
    if not UUID.fullmatch(r.get("WARC-Record-ID") or ""):
        yield f"the name {r.get('WARC-Record-ID')} is no UUID"
    date = r.get("WARC-Date") or ""
    try:
        datetime.datetime.strptime(date[:19], "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        yield f"the date {date} is none"
    if not DATE.fullmatch(date):
        yield f"the date {date} is not of the form of the standard"
    if r.length and not r.get("Content-Type"):
        yield "there is a block and no Content-Type"
    if r.type in ("response", "request", "revisit", "resource") and not r.url:
        yield "there is no WARC-Target-URI"
    if r.url is not None and (re.search(r"[\s<>]", r.url) or "@" in r.url.split("/")[2]):
        yield f"the target {r.url} is no URI, or names a user"
    if r.get("WARC-IP-Address"):
        ipaddress.ip_address(r.get("WARC-IP-Address"))
    if r.get("WARC-Truncated") not in (None, "length", "time", "disconnect", "unspecified"):
        yield f"truncated for {r.get('WARC-Truncated')}"
    yield from digests(r)
    yield from messages(r)
    if r.type == "revisit":
        yield from revisit(r)


def digests(r):
    block, payload = r.get("WARC-Block-Digest"), r.get("WARC-Payload-Digest")
    if block is None or block != r.block_hash[block.split(":")[0]]:
        yield f"the block's digest is {r.block_hash['sha1']}, not {block}"
    if r.type == "response" and payload is None:
        yield "there is no payload digest"
    if r.type in ("response", "request", "resource") and payload and payload != r.payload_hash[payload.split(":")[0]]:
        yield f"the payload's digest is {r.payload_hash['sha1']}, not {payload}"


def messages(r):
    kinds = {"response": "response", "revisit": "response", "request": "request"}
    if r.type not in kinds:
        return
    if r.get("Content-Type") != f"application/http;msgtype={kinds[r.type]}":
        yield f"the Content-Type of a {r.type} is {r.get('Content-Type')}"
    if r.head is None:
        yield "the message has no head, or no end of it"
        return
    first = r.head.split(b"\n")[0].rstrip(b"\r")
    if r.type == "request" and not re.fullmatch(rb"[!-~]+ [!-~]+ HTTP/1\.[01]", first):
        yield f"{first!r} is no request line"
    if r.type != "request" and not re.fullmatch(rb"HTTP/1\.[01] \d{3}( .*)?", first):
        yield f"{first!r} is no status line"
    if r.http("Transfer-Encoding"):
        yield "a Transfer-Encoding is kept, and its coding is not"
    length = r.http("Content-Length")
    if r.type == "response" and length and length[0].isdigit() and not r.get("WARC-Truncated") and r.payload_length not in (int(length[0]), 0):
        yield f"{r.payload_length} bytes of body, and Content-Length {length[0]}"


def revisit(r):
    if r.get("WARC-Profile") not in PROFILES:
        yield f"the profile {r.get('WARC-Profile')} is none of the standard's"
    if r.get("WARC-Profile", ).endswith("identical-payload-digest"):
        if not r.get("WARC-Payload-Digest"):
            yield "a revisit by digest has none"
        if r.get("WARC-Truncated") != "length" or r.payload_length:
            yield "a revisit by digest has its payload, or does not say that it has not"
    if not r.get("WARC-Refers-To-Date") or not r.get("WARC-Refers-To-Target-URI"):
        yield "a revisit does not say of what"


def read_file(path):
    """All records of a file, in order. What breaks a rule raises Fault with where it is."""
    records, size = [], os.path.getsize(path)
    with open(path, "rb") as file:
        while file.tell() < size:
            offset = file.tell()
            try:
                record = read_record(path, file, size)
            except Fault as fault:
                raise Fault(f"{path}:{offset}: {fault}") from None
            for sentence in rules(record):
                raise Fault(f"{path}:{offset}: {sentence}")
            records.append(record)
    if not records or records[0].type != "warcinfo" or sum(r.type == "warcinfo" for r in records) != 1:
        raise Fault(f"{path}:0: the file does not begin with the one warcinfo")
    name = records[0].get("WARC-Filename")
    if os.path.basename(path).removesuffix(".open") != name:
        raise Fault(f"{path}:0: the warcinfo is of {name}")
    return records


def check_links(records):
    """What records say of each other, over all files."""
    ids = {}
    for r in records:
        if ids.setdefault(r.get("WARC-Record-ID"), r) is not r:
            raise Fault(f"{r.path}:{r.offset}: another record has the same name")
    events = {}
    for r in records:
        for to in r.all("WARC-Concurrent-To"):
            other = ids.get(to)
            if other is None or other.url != r.url or other.get("WARC-Date") != r.get("WARC-Date") or other.path != r.path:
                raise Fault(f"{r.path}:{r.offset}: it is concurrent to {to}, which is none of its event")
            events.setdefault(to, []).append(r.type)
        if r.type in ("request", "metadata") and not r.all("WARC-Concurrent-To"):
            raise Fault(f"{r.path}:{r.offset}: a {r.type} of nothing")
        if r.type == "revisit" and r.get("WARC-Refers-To"):
            check_revisit(r, ids.get(r.get("WARC-Refers-To")))
    for r in records:
        if r.type in ("response", "revisit") and sorted(events.get(r.get("WARC-Record-ID"), [])) != ["metadata", "request"]:
            raise Fault(f"{r.path}:{r.offset}: a {r.type} with {events.get(r.get('WARC-Record-ID'))}")


def check_revisit(r, first):
    if first is None or first.type != "response":
        raise Fault(f"{r.path}:{r.offset}: it is a revisit of what is not there")
    if (first.url, first.get("WARC-Date")) != (r.get("WARC-Refers-To-Target-URI"), r.get("WARC-Refers-To-Date")):
        raise Fault(f"{r.path}:{r.offset}: what it is a revisit of has another URL or date")
    if first.get("WARC-Payload-Digest") != r.get("WARC-Payload-Digest"):
        raise Fault(f"{r.path}:{r.offset}: what it is a revisit of has another payload")


def check_records(lines, records):
    """That trawl's records point to the responses, each to its own, and that none is left over."""
    captures = {(os.path.basename(r.path).removesuffix(".open"), r.offset): r for r in records if r.type in ("response", "revisit")}
    for line in lines:
        urls = [hop["url"] for hop in line.get("redirects", [])] + [line.get("url_effective")]
        for place in line.get("warc", []):
            r = captures.pop((place["file"], place["offset"]), None)
            if r is None:
                raise Fault(f"line {line.get('line')}: there is no response at {place}, or another points there as well")
            if r.url not in urls:
                raise Fault(f"line {line.get('line')}: at {place} stands {r.url}")
        if line.get("warc") and r.url == line.get("url_effective") and r.status != line["status"]:
            raise Fault(f"line {line.get('line')}: status {line['status']} in the record, {r.status} in the archive")
    for r in captures.values():
        raise Fault(f"{r.path}:{r.offset}: no record points to {r.url}")


def check(paths, lines=None):
    """Reads files, checks everything, and returns all records."""
    records = [r for path in paths for r in read_file(path)]
    check_links(records)
    if lines is not None:
        check_records(lines, records)
    return records


def main():
    args, lines = sys.argv[1:], None
    if args[:1] == ["--records"]:
        with open(args[1], encoding="utf-8") as f:
            lines = [json.loads(l) for l in f]
        args = args[2:]
    try:
        records = check(args, lines)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{len(args)} files, {len(records)} records")
    return 0


if __name__ == "__main__":
    sys.exit(main())
