# SPDX-License-Identifier: MIT
"""Redirects, retries, refusals and addresses: each URL's record says what happened, under every engine."""
import email.utils
import time
import unittest

import rig

rig.need("dnsmasq")
PORT = rig.serve()
BASE = f"http://127.0.0.1:{PORT}"
DNS = rig.dnsmasq("--address=/a.test/127.0.0.1", "--address=/b.test/127.0.0.1", "--address=/local.test/127.0.0.1")
ENGINES = ("coro", "forks:4")
each_engine = rig.each_engine(*ENGINES)


class Exchanges(unittest.TestCase):
    @each_engine
    def test_redirects_fold_into_one_record_that_lists_the_hops(self, engine):
        r = rig.fetch("--engine", engine, urls=[f"{BASE}/redirect/3"]).records[0]
        self.assertEqual((r["status"], len(r["redirects"]), r["attempts"]), (200, 3, 4))
        self.assertEqual(r["url"], f"{BASE}/redirect/3")
        self.assertNotIn("redirect", r["url_effective"])
        self.assertEqual(r["redirects"][0]["url"], f"{BASE}/redirect/3")
        self.assertIn(r["redirects"][0]["status"], (301, 302))

    def test_redirects_are_bounded_and_can_be_left_alone(self):
        r = rig.fetch("--max-redirs", "2", urls=[f"{BASE}/redirect/5"]).records[0]
        self.assertEqual((r["error"], len(r["redirects"])), ("too-many-redirects", 2))
        run = rig.fetch("--max-redirs", "0", urls=[f"{BASE}/redirect/5"])
        self.assertEqual((run.status, "error" in run.records[0]), (0, False))
        self.assertIn(run.records[0]["status"], (301, 302))

    def test_redirects_elsewhere_are_judged(self):
        answers = {"/scheme": "ftp://example.org/", "/bad": "http://[::1", "/none": None, "/inside": "http://127.0.0.9:1/x",
                   "/mapped": "http://[::ffff:127.0.0.9]:1/", "/decimal": "http://2130706441:1/"}

        def handler(connection, _):
            target = rig.read_head(connection).split()[1].decode()
            location = answers[target]
            line = f"Location: {location}\r\n" if location else ""
            connection.sendall(f"HTTP/1.1 302 Found\r\n{line}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())

        origin = rig.RawOrigin(handler)
        urls = [f"http://127.0.0.1:{origin.port}{path}" for path in answers]
        got = [rig.fetch("--retry", "0", urls=urls).by_line[n + 1].get("error") for n in range(len(urls))]
        self.assertEqual(got, ["blocked-scheme", "bad-redirect", None, "blocked-address", "blocked-address", "blocked-address"])
        self.assertEqual(rig.fetch("--retry", "0", "--allow-private", urls=urls[3:4]).records[0]["error"], "connect-refused")
        both = rig.fetch("--retry", "0", urls=["http://127.0.0.9:1/typed", urls[3]])
        self.assertEqual(both.by_line[2]["error"], "connect-refused")

    def test_a_name_that_leads_inside_is_blocked_unless_typed(self):
        origin = rig.RawOrigin(lambda c, _: (rig.read_head(c), c.sendall(
            f"HTTP/1.1 302 Found\r\nLocation: http://local.test:{PORT}/bytes/1\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n".encode())))
        url = f"http://127.0.0.1:{origin.port}/"
        dns = ("--dns-servers", f"127.0.0.1:{DNS}")
        self.assertEqual(rig.fetch(*dns, urls=[url]).records[0]["error"], "blocked-address")
        self.assertEqual(rig.fetch(*dns, "--allow-private", urls=[url]).records[0]["status"], 200)

    @each_engine
    def test_what_may_get_better_is_tried_again_and_nothing_else(self, engine):
        run = rig.fetch("--engine", engine, "--retry", "2", urls=[
            f"{BASE}/flaky/2/{engine}-a", f"{BASE}/status/404", f"{BASE}/status/501", "http://127.0.0.1:1/", f"{BASE}/reset"])
        got = {n: (r["status"], r.get("error"), r["attempts"]) for n, r in run.by_line.items()}
        self.assertEqual(got, {1: (200, None, 2), 2: (404, None, 1), 3: (501, None, 1), 4: (0, "connect-refused", 3),
                               5: (0, "reset", 3)})

    def test_retry_after_holds_the_whole_host_in_both_forms(self):
        for form in ("2", lambda: email.utils.formatdate(time.time() + 3, usegmt=True)):
            seen = []

            def handler(connection, _, form=form, seen=seen):
                rig.read_head(connection)
                seen.append(time.monotonic())
                if len(seen) == 1:
                    value = form if isinstance(form, str) else form()
                    connection.sendall(f"HTTP/1.1 429 Slow\r\nRetry-After: {value}\r\nContent-Length: 0\r\n"
                                       "Connection: close\r\n\r\n".encode())
                else:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")

            origin = rig.RawOrigin(handler)
            base = f"http://127.0.0.1:{origin.port}"
            run = rig.fetch("--per-host", "1", urls=[f"{base}/{k}" for k in range(4)])
            self.assertEqual([r["status"] for r in run.records], [200] * 4)
            self.assertGreater(seen[1] - seen[0], 1.9)

    def test_retry_after_is_capped(self):
        origin = rig.RawOrigin(lambda c, n: (rig.read_head(c), c.sendall(
            b"HTTP/1.1 503 No\r\nRetry-After: 999999999\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" if n == 1
            else b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")))
        run = rig.fetch("--max-retry-after", "1s", urls=[f"http://127.0.0.1:{origin.port}/"])
        self.assertEqual((run.records[0]["status"], run.records[0]["attempts"]), (200, 2))

    @each_engine
    def test_bodies_and_heads_cut_short_are_found(self, engine):
        answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", b"HTTP/1.1 200 OK\r\nContent-Le", b"",
                   b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                   b"HTTP/1.1 200 OK\r\nContent-Length: 12abc\r\n\r\nxxxxxxxxxxxx",
                   b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nxxxxx", b"SSH-2.0-OpenSSH_9\r\n"]
        got = []
        for answer in answers:
            origin = rig.RawOrigin(lambda c, _, a=answer: (rig.read_head(c), c.sendall(a)))
            r = rig.fetch("--engine", engine, "--retry", "0", urls=[f"http://127.0.0.1:{origin.port}/"]).records[0]
            got.append(r.get("error"))
        self.assertEqual(got, ["truncated", "truncated", "empty-reply", "truncated", "protocol", "protocol", "protocol"])

    @each_engine
    def test_slow_servers_time_out(self, engine):
        run = rig.fetch("--engine", engine, "--retry", "0", "--max-time", "0.5", urls=[f"{BASE}/delay/5000"])
        self.assertEqual(run.records[0]["error"], "timeout")
        run = rig.fetch("--engine", engine, "--retry", "0", "--min-speed", "1000,1",
                        urls=[f"{BASE}/drip?bytes=100&ms=100"])
        self.assertEqual(run.records[0]["error"], "timeout")

    @each_engine
    def test_big_bodies_are_cut_off(self, engine):
        run = rig.fetch("--engine", engine, "--max-filesize", "1K", urls=[f"{BASE}/bytes/2000", f"{BASE}/bytes/1000"])
        self.assertEqual((run.by_line[1].get("error"), run.by_line[2].get("error")), ("too-large", None))

    def test_names_come_from_the_servers_or_the_user(self):
        dns = ("--dns-servers", f"127.0.0.1:{DNS}", "--retry", "0")
        run = rig.fetch(*dns, urls=[f"http://a.test:{PORT}/bytes/1", f"http://nowhere.example.invalid:{PORT}/",
                                    f"http://localhost:{PORT}/bytes/1", f"http://B.test:{PORT}/bytes/1"])
        got = {n: (r["status"], r.get("error")) for n, r in run.by_line.items()}
        self.assertEqual(got[1], (200, None))
        self.assertIn(got[2][1], ("dns-notfound", "dns-failed"))
        self.assertEqual((got[3], got[4]), ((200, None), (200, None)))
        run = rig.fetch(*dns, "--resolve", f"made.up:{PORT}:127.0.0.1", urls=[f"http://made.up:{PORT}/bytes/7"])
        self.assertEqual((run.records[0]["status"], run.records[0]["remote_ip"]), (200, "127.0.0.1"))

    def test_a_dead_name_server_is_a_timeout_and_holds_up_nothing_else(self):
        began = time.monotonic()
        run = rig.fetch("--dns-servers", f"127.0.0.1:{rig.free_port()}", "--retry", "0",
                        urls=["http://a.test/", f"{BASE}/bytes/1"])
        self.assertIn(run.by_line[1]["error"], ("dns-timeout", "dns-failed"))
        self.assertEqual(run.by_line[2]["status"], 200)
        self.assertLess(time.monotonic() - began, 30)

    def test_a_password_goes_to_its_own_host_only(self):
        heads = []

        def handler(connection, _):
            head = rig.read_head(connection)
            heads.append(head)
            target = head.split()[1]
            location = b"Location: http://127.0.0.1:%d/other\r\n" % other.port if target == b"/first" else b""
            connection.sendall(b"HTTP/1.1 %s\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n" %
                               (b"302 Found" if location else b"200 OK", location))

        other = rig.RawOrigin(handler)
        first = rig.RawOrigin(handler)
        run = rig.fetch("--allow-private", urls=[f"http://user:secret@127.0.0.1:{first.port}/first"])
        self.assertEqual(run.records[0]["status"], 200, run.out)
        self.assertIn(b"Authorization: Basic dXNlcjpzZWNyZXQ=", heads[0])
        self.assertNotIn(b"Authorization", heads[1])

    def test_connections_are_used_again(self):
        run = rig.fetch("--per-host", "2", urls=[f"{BASE}/bytes/{k}" for k in range(100)])
        self.assertLessEqual(sum(r["time_connect"] > 0 for r in run.records), 100)
        self.assertEqual(run.status, 0)


if __name__ == "__main__":
    rig.main()
