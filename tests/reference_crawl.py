#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An independent crawl of sites on this machine, to compare ours with: html.parser and urllib, nothing of ours.

usage: reference_crawl.py PORT URL... > pages

Follows links of a, area, iframe, frame, link (to pages), meta refresh, from page to page on the hosts of the URLs, whose
server listens on 127.0.0.1:PORT. Writes each URL that it has asked for, with the status, apart by a tab.
"""
import http.client
import re
import sys
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

TO_PAGES = {"alternate", "appendix", "author", "bookmark", "canonical", "chapter", "contents", "copyright", "first", "glossary",
            "help", "home", "index", "last", "license", "next", "prev", "previous", "related", "search", "section", "start",
            "subsection", "toc", "top", "up"}
NEUTRAL = {"nofollow", "noopener", "noreferrer", "external", "tag"}


class Links(HTMLParser):
    def __init__(self, url):
        super().__init__(convert_charrefs=True)
        self.base, self.based, self.found = url, False, []

    def handle_starttag(self, tag, attrs):
        first = {}
        for name, value in attrs:
            first.setdefault(name, value or "")
        if tag == "base" and "href" in first and not self.based:
            self.base, self.based = urljoin(self.base, first["href"].strip()), True
        elif tag in ("a", "area") and "href" in first:
            self.add(first["href"], first.get("rel", ""))
        elif tag in ("iframe", "frame") and first.get("src", "").strip():
            self.add(first["src"])
        elif tag == "link" and first.get("href", "").strip():
            rel = set(first.get("rel", "").lower().split()) - NEUTRAL
            if rel and rel <= TO_PAGES:
                self.add(first["href"], first["rel"])
        elif tag == "meta" and first.get("http-equiv", "").lower() == "refresh":
            target = re.match(r"\s*[\d.]+\s*[;,\s]\s*(?:url\s*=\s*)?['\"]?([^'\"]*)", first.get("content", ""), re.I)
            if target and target[1]:
                self.add(target[1])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def add(self, href, rel=""):
        if "nofollow" not in rel.lower().split():
            self.found.append((self.base, href.strip()))


def normal(base, href):
    """The URL without its fragment, its path and query percent-encoded where they must be; None when it is not http."""
    try:
        parts = urlsplit(urljoin(base, re.sub(r"[\t\r\n]", "", href)))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~[]|\\")
        query = quote(parts.query, safe="/%:@!$&()*+,;=-._~[]|\\?^`{}")
        unreserved = re.compile("%([2-7][0-9A-Fa-f])")
        path, query = (unreserved.sub(lambda m: c if re.match(r"[A-Za-z0-9._~-]", c := chr(int(m[1], 16))) else m[0].upper(), s)
                       for s in (path, query))
        return urlunsplit((parts.scheme, parts.netloc.lower(), path, query, ""))
    except ValueError:
        return None


class Server:
    def __init__(self, port):
        self.port, self.connection = port, None

    def get(self, url):
        parts = urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        for _ in range(2):
            try:
                self.connection = self.connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.connection.request("GET", target, headers={"Host": parts.netloc})
                answer = self.connection.getresponse()
                html = answer.getheader("Content-Type", "").startswith(("text/html", "application/xhtml"))
                body = answer.read() if html else self.skip(answer)
                return answer.status, answer.getheader("Location"), body.decode("utf-8", "replace") if html else ""
            except (http.client.HTTPException, OSError):
                self.connection = None
        return 0, None, ""

    def skip(self, answer):
        while answer.read(1 << 20):
            pass
        return b""


def crawl(port, seeds):
    server, queue, seen = Server(port), list(seeds), set(seeds)
    hosts = {urlsplit(u).netloc for u in seeds}
    for url in queue:
        status, location, body = server.get(url)
        yield url, status
        links = Links(url)
        if status == 200:
            links.feed(body)
        found = links.found + ([(url, location)] if location and status in (301, 302, 303, 307, 308) else [])
        for base, href in found:
            target = normal(base, href)
            if target and urlsplit(target).netloc in hosts and target not in seen:
                seen.add(target)
                queue.append(target)


def main():
    for url, status in crawl(int(sys.argv[1]), sys.argv[2:]):
        print(url, status, sep="\t", flush=False)


if __name__ == "__main__":
    main()
