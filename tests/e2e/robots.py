# SPDX-License-Identifier: MIT
"""robots.txt as a server sees it: asked for once, before anything else, and obeyed, under every engine."""
import re
import ssl
import subprocess
import threading
import time
import unittest

import rig

rig.need("nginx")
QUICK = ("--retry", "0", "-q")


def engines():
    """The names of all engines there are, as trawl says them."""
    refused = rig.fetch("--engine", "steam", "http://127.0.0.1/")
    return re.search(r"there are ([a-z, ]+)", refused.err)[1].split(", ")


class Site:
    """An origin whose answers are chosen by path, and that notes who asked for what. `answer(path, nth)` gives status,
    headers (lines) and body; nth counts requests for that path from 1."""

    def __init__(self, answer, address="127.0.0.1"):
        self.lock = threading.Lock()
        self.asked, self.agents, self.answer = [], set(), answer
        self.origin = rig.RawOrigin(self._handle, address)
        self.port = self.origin.port
        self.base = f"http://{address}:{self.port}"

    def _handle(self, connection, _):
        while head := rig.read_head(connection):
            path = head.split(b" ", 2)[1].decode()
            agent = re.search(rb"(?i)\r\nuser-agent: ([^\r]*)", head)
            with self.lock:
                self.asked.append(path)
                self.agents.add(agent[1].decode() if agent else None)
                nth = self.asked.count(path)
            reply = self.answer(path, nth)
            if reply is None:
                return
            status, headers, body = reply
            lines = "".join(f"{h}\r\n" for h in headers)
            connection.sendall(f"HTTP/1.1 {status} X\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def site(robots, **options):
    """A site that answers its robots.txt with `robots` (status, headers, body) and anything else with 200."""
    return Site(lambda path, _: robots if path == "/robots.txt" else (200, [], b"ok"), **options)


def obey(*options, urls, timeout=60):
    return rig.fetch("--robots", "obey", *QUICK, *options, urls=urls, timeout=timeout)


def told(run):
    return {r["url"].split("/", 3)[3]: r.get("error", r["status"]) for r in run.records}


RULES = (200, [], b"User-agent: *\nDisallow: /private\nAllow: /private/but\n\nUser-agent: other\nDisallow: /\n")


class Robots(unittest.TestCase):
    def test_rules_are_asked_for_first_and_obeyed_under_every_engine(self):
        for engine in engines():
            with self.subTest(engine):
                s = site(RULES)
                run = obey("--engine", engine, urls=[f"{s.base}/{p}" for p in ("a", "private/b", "private/but", "c?d")])
                self.assertEqual(told(run), {"a": 200, "private/b": "robots", "private/but": 200, "c?d": 200}, run.err)
                self.assertEqual(run.status, 3)
                self.assertEqual(s.asked[0], "/robots.txt")
                self.assertEqual(sorted(s.asked[1:]), ["/a", "/c?d", "/private/but"])
                denied = next(r for r in run.records if r.get("error") == "robots")
                self.assertEqual((denied["status"], denied["attempts"], denied["errormsg"]),
                                 (0, 0, "disallowed by line 2 of the robots.txt"))

    def test_by_default_nobody_asks(self):
        s = site(RULES)
        run = rig.fetch(*QUICK, urls=[f"{s.base}/private/b"])
        self.assertEqual((told(run), s.asked), ({"private/b": 200}, ["/private/b"]))

    def test_a_name_of_our_own_counts(self):
        for options, want in ((("--robots-agent", "other"), "robots"), (("-A", "Other/2.0 (x)"), "robots"), ((), 200)):
            s = site(RULES)
            self.assertEqual(told(obey(*options, urls=[f"{s.base}/a"])), {"a": want})

    def test_what_each_status_means(self):
        for status in (204, 300, 304, 400, 401, 403, 404, 410, 451):
            s = site((status, [], b""))
            with self.subTest(status):
                self.assertEqual(told(obey(urls=[f"{s.base}/a"])), {"a": 200})
        for status in (429, 500, 502, 503, 504, 599):
            s = site((status, [], b""))
            with self.subTest(status):
                run = obey("--host-give-up", "0.5s", urls=[f"{s.base}/a", f"{s.base}/b"])
                self.assertEqual(told(run), {"a": "robots-unreachable", "b": "robots-unreachable"})
                self.assertEqual(run.status, 3)
                self.assertIn(f"status {status}", run.records[0]["errormsg"])
                self.assertEqual(set(s.asked), {"/robots.txt"})

    def test_who_cannot_be_reached_is_asked_again_and_then_given_up(self):
        s = Site(lambda path, nth: None)
        run = obey("--host-give-up", "2s", urls=[f"{s.base}/{k}" for k in range(20)])
        self.assertEqual(set(told(run).values()), {"robots-unreachable"})
        self.assertGreaterEqual(s.asked.count("/robots.txt"), 3)
        self.assertEqual(set(s.asked), {"/robots.txt"})
        dead = f"http://127.0.0.1:{rig.free_port()}"
        run = obey("--host-give-up", "1s", urls=[f"{dead}/a"])
        self.assertEqual(told(run), {"a": "robots-unreachable"})

    def test_who_is_back_is_obeyed(self):
        s = Site(lambda path, nth: (503, [], b"") if path == "/robots.txt" and nth < 3 else
                 RULES if path == "/robots.txt" else (200, [], b"ok"))
        run = obey(urls=[f"{s.base}/a", f"{s.base}/private"])
        self.assertEqual(told(run), {"a": 200, "private": "robots"})
        self.assertEqual(s.asked, ["/robots.txt"] * 3 + ["/a"])

    def test_a_file_cut_short_is_no_file(self):
        def answer(path, nth):
            if path == "/robots.txt" and nth == 1:
                return 200, ["Content-Encoding: gzip"], b"\x1f\x8bnot gzip at all"
            return RULES if path == "/robots.txt" else (200, [], b"ok")
        s = Site(answer)
        self.assertEqual(told(obey(urls=[f"{s.base}/private"])), {"private": "robots"})

    def test_five_redirects_are_followed_to_other_hosts_too(self):
        for hops, want in ((1, "robots"), (5, "robots"), (6, 200)):
            target = Site(lambda path, _, hops=hops: RULES if path == f"/{hops}" else
                          (404, [], b"") if path == "/robots.txt" else
                          (302, [f"Location: /{int(path[1:]) + 1}"], b""), address="127.0.0.2")
            s = site((301, [f"Location: {target.base}/1"], b""))
            run = obey(urls=[f"{target.base}/0", f"{s.base}/private"])
            self.assertEqual(told(run)["private"], want, (hops, target.asked))

    def test_redirects_that_lead_nowhere_allow_all(self):
        for location in ("ftp://127.0.0.1/", "http://", "http://127.0.0.77/", "http://[::1]/", "/robots.txt"):
            s = site((302, [f"Location: {location}"], b""))
            with self.subTest(location):
                self.assertEqual(told(obey("--host-give-up", "1s", urls=[f"{s.base}/private"])), {"private": 200})

    def test_circles_of_redirects_do_not_lock(self):
        sites = [Site(None, address=f"127.0.0.{k}") for k in (1, 2, 3)]
        for k, s in enumerate(sites):
            other = sites[(k + 1) % 3].base
            s.answer = lambda path, _, other=other: (302, [f"Location: {other}/robots.txt"], b"") \
                if path == "/robots.txt" else (200, [], b"ok")
        run = obey("--host-delay", "0.1", "-j", "1", urls=[f"{s.base}/{k}" for s in sites for k in range(3)])
        self.assertEqual([r["status"] for r in run.records], [200] * 9)

    def test_a_slow_robots_txt_holds_up_no_other_host(self):
        slow = Site(lambda path, _: time.sleep(3) or RULES)
        quick = site(RULES, address="127.0.0.2")
        run = obey("-j", "2", urls=[f"{slow.base}/a"] + [f"{quick.base}/{k}" for k in range(50)])
        self.assertEqual(run.records[-1]["url"], f"{slow.base}/a")

    def test_half_a_megabyte_is_read(self):
        filler = b"# nothing\n" * 51100
        s = site((200, [], b"User-agent: *\nDisallow: /early\n" + filler + b"Disallow: /late\n" + b"# x\n" * 1000000))
        self.assertEqual(told(obey(urls=[f"{s.base}/early", f"{s.base}/late", f"{s.base}/else"])),
                         {"early": "robots", "late": "robots", "else": 200})

    def test_a_redirect_of_a_page_is_judged_by_where_it_leads(self):
        target = site(RULES, address="127.0.0.2")
        s = Site(lambda path, _: (200, [], b"") if path == "/robots.txt" else
                 (302, [f"Location: {target.base}/private"], b""))
        run = obey(urls=[f"{target.base}/x", f"{s.base}/a"])
        self.assertEqual(told(run), {"x": 200, "a": "robots"})
        record = next(r for r in run.records if r["url"].endswith("/a"))
        self.assertEqual(record["redirects"], [{"url": f"{s.base}/a", "status": 302}])

    def test_what_is_sent_is_a_plain_get_without_secrets_of_other_hosts(self):
        heads = []

        def handle(connection, _):
            while head := rig.read_head(connection):
                heads.append(head)
                connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        other = rig.RawOrigin(handle, "127.0.0.2")
        s = site((302, [f"Location: http://127.0.0.2:{other.port}/r"], b""))
        obey("-u", "me:secret", "-X", "POST", "-d", "body", "--allow-private", urls=[f"{s.base}/a"])
        self.assertEqual(len(heads), 1)
        self.assertTrue(heads[0].startswith(b"GET /r HTTP/1.1"), heads)
        self.assertNotIn(b"Authorization", heads[0])
        self.assertNotIn(b"Content-Length", heads[0])

    def test_a_bad_certificate_is_told_as_such(self):
        rig.need("openssl")
        key, cert = rig.path("k.pem"), rig.path("c.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                        "-subj", "/CN=x"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        origin = rig.RawOrigin(lambda connection, _: context.wrap_socket(connection, server_side=True).close())
        run = obey(urls=[f"https://127.0.0.1:{origin.port}/{k}" for k in range(3)])
        self.assertEqual(set(told(run).values()), {"tls-certificate"})

    def test_a_crawl_delay_shows_in_the_servers_log(self):
        log = rig.path("delay.log")
        port = rig.nginx(f'access_log {log} times; location = /robots.txt {{ return 200 "User-agent: *\\nCrawl-delay: 0.4\\n"; }} '
                         'location / { return 200 ok; }', "log_format times '$msec $request_time $request_uri';")
        run = obey(urls=[f"http://127.0.0.1:{port}/{k}" for k in range(5)])
        self.assertEqual(run.status, 0, run.err)
        with open(log) as f:
            lines = [line.split() for line in f]
        self.assertEqual(lines[0][2], "/robots.txt")
        ends = [float(line[0]) for line in lines]
        starts = [float(line[0]) - float(line[1]) for line in lines]
        for ended, began in zip(ends, starts[1:]):
            self.assertGreaterEqual(began - ended, 0.397)
        run = obey("--max-crawl-delay", "0", urls=[f"http://127.0.0.1:{port}/{k}" for k in range(5)])
        self.assertEqual(run.status, 0, run.err)

    def test_host_rules_go_before_what_holds_for_all(self):
        s = site(RULES)
        rules = rig.write("rules", "# ours\n127.0.0.1 robots=ignore user-agent=\"tester/2 (x)\"\n")
        run = obey("--host-rules", rules, urls=[f"{s.base}/private"])
        self.assertEqual((told(run), s.asked, s.agents), ({"private": 200}, ["/private"], {"tester/2 (x)"}))
        s = site((200, [], b"User-agent: tester\nDisallow: /\n"))
        rules = rig.write("rules", "* robots=obey user-agent=tester/2\n")
        run = rig.fetch(*QUICK, "--host-rules", rules, urls=[f"{s.base}/a"])
        self.assertEqual((told(run), s.agents), ({"a": "robots"}, {"tester/2"}))

    def test_the_user_agent_says_who_can_be_asked(self):
        s = site(RULES)
        obey("--contact", "https://example.org/bot", urls=[f"{s.base}/a"])
        self.assertEqual(len(s.agents), 1)
        self.assertRegex(s.agents.pop(), r"^trawl/[0-9.]+ \(\+https://example.org/bot\)$")

    def test_what_makes_no_sense_is_refused(self):
        bad = rig.write("bad-rules", "a.test delay=1\nb.test dealy=1\n")
        for options, sentence in ((("--robots", "maybe"), "write obey or ignore"),
                                  (("--politeness-group", "name"), "write host, domain or ip"),
                                  (("--host-rules", bad), "line 2: 'dealy' is not known: the keys are"),
                                  (("--host-rules", "/nowhere"), "cannot be read"),
                                  (("--contact", "me"), "is neither a URL nor a mail address"),
                                  (("--contact", "a@b", "-A", ""), "leave one"),
                                  (("--robots-agent", "a b", "--robots", "obey"), "is no product token"),
                                  (("--robots-agent", "a"), "add --robots obey"),
                                  (("--max-crawl-delay", "1"), "add --robots obey"),
                                  (("--host-give-up", "1"), "add --robots obey or --adapt"),
                                  (("--min-delay", "1"), "add --adapt"), (("--max-delay", "1"), "add --adapt"),
                                  (("--delay-factor", "1"), "add --adapt"),
                                  (("--adapt", "--min-delay", "2", "--max-delay", "1"), "--min-delay: is longer"),
                                  (("--adapt", "--host-delay", "2", "--max-delay", "1"), "--host-delay: is longer")):
            run = rig.fetch(*options, urls=["http://127.0.0.1:1/"])
            self.assertEqual(run.status, 2, options)
            self.assertIn(sentence, run.err)
            self.assertEqual(run.err.count("\n"), 1)

    def test_an_interrupted_run_lists_what_waits_for_a_robots_txt(self):
        s = Site(lambda path, _: time.sleep(30))
        dead = f"http://127.0.0.3:{rig.free_port('127.0.0.3')}"
        failed = rig.path("failed")
        urls = [f"{s.base}/{k}" for k in range(10)] + [f"{dead}/{k}" for k in range(10)]
        listed = rig.write("list", "\n".join(urls))
        p = rig.start([rig.TRAWL, "fetch", "-q", "--robots", "obey", "-i", listed, "-o", rig.path("o"), "--failed", failed])
        end = time.monotonic() + 20
        while time.monotonic() < end and not s.asked:
            time.sleep(0.05)
        time.sleep(0.5)
        p.terminate()
        time.sleep(0.3)
        p.terminate()
        self.assertEqual(p.wait(20), 143)
        with open(failed) as f:
            self.assertEqual(sorted(f.read().split()), sorted(urls))


if __name__ == "__main__":
    rig.main()
