# SPDX-License-Identifier: MIT
"""No page leads a crawl to an address that was not typed: seen from outside, in a network of its own where every packet that
goes somewhere is looked at. Addresses come as literals in links and redirects, from DNS, and from DNS that changes its mind."""
import os
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

import rig

INSIDE = "TRAWL_E2E_INSIDE"
OUTSIDE, OTHER = "8.8.8.8", "8.8.4.4"  # are on lo here: what the crawl takes for the public net
SPECIAL = ["10.9.9.9", "192.168.7.7", "172.16.1.1", "169.254.169.254", "100.64.1.1", "198.18.0.1", "192.0.2.1", "224.0.0.5",
           "240.0.0.1"]
SPECIAL6 = ["fe80::1", "fc00::9", "::ffff:10.9.9.9", "64:ff9b::a09:909", "64:ff9b::7f00:1", "2002:a09:909::1", "2001:db8::1"]


def enter():
    """Goes on in a network namespace with lo, and a device where everything goes that has no other place."""
    if os.environ.get(INSIDE):
        return
    rig.need("ip", "unshare")
    setup = ("ip link set lo up && ip link add out0 type veth peer name out1 && ip link set out0 arp off && "
             "ip addr add 203.0.113.1/24 dev out0 && ip link set out0 up && ip link set out1 up && "
             "ip route add default dev out0 && (ip -6 addr add 2001:4860::1/64 dev out0 nodad; "
             f"ip -6 route add default dev out0; true) && ip addr add {OUTSIDE}/32 dev lo && ip addr add {OTHER}/32 dev lo")
    tried = subprocess.run(["unshare", "-n", "sh", "-c", setup], capture_output=True, check=False)
    if tried.returncode != 0:
        print("skipped: no network namespace can be made here:", tried.stderr.decode().strip())
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-n", "sh", "-c", setup + ' && exec "$@"', "sh", sys.executable, *sys.argv])


class Sniffer:
    """The destinations of the IP packets that a device sends; without multicast, which the kernel itself sends."""

    def __init__(self, device):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((device, 0))
        self.seen = set()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            packet = self.socket.recv(2048)
            kind, = struct.unpack("!H", packet[12:14])
            if kind == 0x0800:
                self.seen.add(socket.inet_ntop(socket.AF_INET, packet[30:34]))
            elif kind == 0x86dd and packet[38] != 0xff:
                self.seen.add(socket.inet_ntop(socket.AF_INET6, packet[38:54]))


class Names:
    """A DNS server whose answers are lists of addresses, for names under test; each look-up takes the next of the list, and
    the last stays. They hold for a second."""

    def __init__(self, answers):
        self.answers, self.asked = answers, {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            question, who = self.socket.recvfrom(2048)
            name, at = [], 12
            while question[at]:
                name.append(question[at + 1:at + 1 + question[at]].decode())
                at += 1 + question[at]
            kind, = struct.unpack("!H", question[at + 1:at + 3])
            key = (".".join(name).lower(), kind)
            turn = self.asked[key] = self.asked.get(key, 0) + 1
            addresses = self.answers.get(key[0], [])
            address = addresses[min(turn, len(addresses)) - 1] if addresses else ""
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            fits = address and kind == (28 if family == socket.AF_INET6 else 1)
            data = socket.inet_pton(family, address) if fits else b""
            answer = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 1, len(data)) + data if fits else b""
            head = question[:2] + struct.pack("!HHHHH", 0x8580, 1, 1 if fits else 0, 0, 0)
            self.socket.sendto(head + question[12:at + 5] + answer, who)


class Site:
    def __init__(self, address, pages=None):
        self.pages, self.asked = pages or {}, []
        self.origin = rig.RawOrigin(self._handle, address)
        self.port = self.origin.port

    def _handle(self, connection, _):
        while head := rig.read_head(connection):
            path = head.split(b" ", 2)[1].decode()
            self.asked.append((head.lower().partition(b"host: ")[2].split(b"\r")[0].decode(), path))
            status, headers, body = self.pages.get(path, (404, "", ""))
            connection.sendall(f"HTTP/1.1 {status} X\r\nContent-Type: text/html\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
                               f"{body}".encode())


def crawl(*options, seeds):
    done = subprocess.run([rig.TRAWL, "crawl", "-q", "--contact", "t@example.org", "--scope", "any", "--no-adapt", "--retry", "0",
                           "--host-give-up", "1s", *options, *seeds], capture_output=True, timeout=120, check=False)
    return rig.Run(done.returncode, done.stdout, done.stderr)


def links(*targets):
    return "".join(f"<a href='{t}'>x</a>" for t in targets)


def literal(address):
    return f"[{address}]" if ":" in address else address


class Outside(unittest.TestCase):
    def setUp(self):
        self.device, self.loop = Sniffer("out0"), Sniffer("lo")
        self.inner = Site("127.0.0.3", {"/": (200, "", "secret")})

    def nothing_left(self):
        time.sleep(0.3)  # what was sent is seen by then
        self.assertEqual(self.device.seen, set())
        self.assertNotIn("127.0.0.3", self.loop.seen)
        self.assertEqual(self.inner.asked, [])

    def test_literals_in_links_and_redirects(self):
        port = self.inner.port
        hosts = [literal(a) for a in SPECIAL + SPECIAL6] + ["127.0.0.3", "2130706435", "0x7f.3", "0.0.0.0", "[::ffff:127.0.0.3]"]
        urls = [f"http://{host}:{port}/{n}" for n, host in enumerate(hosts)]
        site = Site(OUTSIDE, {"/": (200, "", links(*urls, *(f"/r{n}" for n in range(len(urls)))))})
        for n, url in enumerate(urls):
            site.pages[f"/r{n}"] = (302, f"Location: {url}moved\r\n", "")
        run = crawl("--host-delay", "0", "--per-host", "8", seeds=[f"http://{OUTSIDE}:{site.port}/"])
        led = [r for r in run.records if OUTSIDE not in r["url"]]
        self.assertEqual(len(led), 2 * len(urls))
        self.assertEqual({r.get("error") for r in led}, {"blocked-address"})
        self.nothing_left()

    def test_robots_and_sitemaps_lead_nowhere_either(self):
        port = self.inner.port
        special = [literal(a) for a in SPECIAL[:3] + SPECIAL6[1:4]] + ["127.0.0.3", "0x7f000003", "0"]
        for n, host in enumerate(special):
            site = Site(OUTSIDE, {"/": (200, "", links("/page")), "/page": (200, "", ""),
                                  "/robots.txt": (302, f"Location: http://{host}:{port}/robots.txt\r\n", "")})
            run = crawl("--host-delay", "0", seeds=[f"http://{OUTSIDE}:{site.port}/"])
            self.assertEqual([r["status"] for r in run.records], [200, 200], host)
            maps = (f"Sitemap: http://{host}:{port}/map.xml\nSitemap: /moved.xml\n" if n else "") + "Sitemap: /index.xml\n"
            index = f"<sitemapindex><sitemap><loc>http://{host}:{port}/deep.xml</loc></sitemap></sitemapindex>"
            site.pages.update({"/robots.txt": (200, "", maps), "/index.xml": (200, "", index),
                               "/moved.xml": (302, f"Location: http://{host}:{port}/moved\r\n", "")})
            run = crawl("--host-delay", "0", seeds=[f"http://{OUTSIDE}:{site.port}/"])
            led = [r for r in run.records if OUTSIDE not in r["url"]]
            self.assertEqual(len(led), 3 if n else 1, [r["url"] for r in run.records])
            self.assertEqual({r.get("error") for r in led}, {"blocked-address"})
        self.nothing_left()

    def test_names(self):
        names = {f"n{k}.test": [a] for k, a in enumerate(SPECIAL + SPECIAL6 + ["127.0.0.3"])}
        dns = Names(names)
        site = Site(OUTSIDE, {"/": (200, "", links(*(f"http://{n}:{self.inner.port}/" for n in names)))})
        run = crawl("--dns-servers", f"127.0.0.1:{dns.port}", "--host-delay", "0",
                    seeds=[f"http://{OUTSIDE}:{site.port}/"])
        led = [r for r in run.records if OUTSIDE not in r["url"]]
        self.assertEqual(len(led), len(names))
        self.assertEqual({r.get("error") for r in led}, {"blocked-address"})
        self.nothing_left()

    def test_a_name_that_changes_its_mind(self):
        site = Site(OTHER, {"/": (200, "", links(*(f"/{n}" for n in range(6))))})
        dns = Names({"moving.test": [OTHER, "10.9.9.9"], "inward.test": [OTHER, "127.0.0.3"]})
        for n in range(6):
            site.pages[f"/{n}"] = (200, "Connection: close\r\n", "")
        start = Site(OUTSIDE, {"/": (200, "", links(f"http://moving.test:{site.port}/", f"http://inward.test:{site.port}/"))})
        run = crawl("--dns-servers", f"127.0.0.1:{dns.port}", "--host-delay", "600ms", seeds=[f"http://{OUTSIDE}:{start.port}/"])
        for name in ("moving", "inward"):
            ends = [r.get("error", r["status"]) for r in run.records if f"//{name}." in r["url"]]
            self.assertEqual(len(ends), 7)
            self.assertIn(200, ends)
            self.assertIn("blocked-address", ends)
            self.assertLessEqual(set(ends), {200, "blocked-address"})
        self.nothing_left()

    def test_a_connection_that_a_typed_url_has_opened(self):
        typed = Site("127.0.0.1", {"/": (200, "", links("/more")), "/more": (200, "", "")})
        dns = Names({"alias.test": ["127.0.0.1"]})
        site = Site(OUTSIDE, {"/": (200, "", links(f"http://alias.test:{typed.port}/", f"http://127.0.0.1:{self.inner.port}/",
                                                   f"http://127.0.0.1:{typed.port}/more"))})
        run = crawl("--dns-servers", f"127.0.0.1:{dns.port}", "--host-delay", "100ms",
                    seeds=[f"http://127.0.0.1:{typed.port}/", f"http://{OUTSIDE}:{site.port}/"])
        ends = {r["url"]: r.get("error", r["status"]) for r in run.records}
        self.assertEqual(ends[f"http://alias.test:{typed.port}/"], "blocked-address")
        self.assertEqual(ends[f"http://127.0.0.1:{self.inner.port}/"], "blocked-address")
        self.assertEqual(ends[f"http://127.0.0.1:{typed.port}/more"], 200)
        self.assertEqual({host for host, _ in typed.asked}, {f"127.0.0.1:{typed.port}"})
        self.nothing_left()


if __name__ == "__main__":
    enter()
    rig.main()
