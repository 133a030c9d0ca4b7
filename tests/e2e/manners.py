# SPDX-License-Identifier: MIT
"""The pace as servers see it: nginx's own log of a thousand hosts, under every engine, with robots, redirects, retries and
connections that die. And hosts that are sick, set aside and given up."""
import collections
import hashlib
import re
import threading
import time
import unittest
import urllib.request

import rig

rig.need("nginx", "dnsmasq")
HOSTS = 1000
SLACK = 0.02  # nginx's clock stands still while it goes over what has come


def engines():
    refused = rig.fetch("--engine", "steam", "http://127.0.0.1/")
    return re.search(r"there are ([a-z, ]+)", refused.err)[1].split(", ")


class Web:
    """nginx as any number of hosts *.test, and its log. Paths decide what happens: /go/HOST/... redirects there, /die ends the
    connection without a word (as a kept one that has died), /busy is a 503, /robots.txt allows all but /private."""

    def __init__(self, *names):
        self.log = rig.path(f"log{time.monotonic_ns()}")
        self.port = rig.nginx(
            f'access_log {self.log} seen; keepalive_requests 3; '
            'location = /robots.txt { return 200 "User-agent: *\\nDisallow: /private\\n"; } '
            'location ~ ^/go/([^/]+)(/.*)$ { return 302 http://$1:PORT$2; } '
            'location /die { return 444; } location /busy { return 503; } location / { return 200 ok; }',
            "log_format seen '$host $msec $request_time $connection $status $request_uri $server_addr';")
        self.dns = rig.dnsmasq(*(names or ["--address=/test/127.0.0.1"]))

    def fetch(self, *options, urls, **more):
        return rig.fetch("-q", "--dns-servers", f"127.0.0.1:{self.dns}", "--allow-private", *options,
                         urls=[f"http://{u.replace('/', f':{self.port}/', 1)}" for u in urls], **more)

    def seen(self, group=lambda host, address: host):
        """What each group was asked: start, end, connection, status and path, in the order of starts."""
        found = collections.defaultdict(list)
        # A client may be done before nginx has written down what it was asked; not so before it answers somebody else.
        urllib.request.urlopen(f"http://127.0.0.1:{self.port}/settled").close()
        with open(self.log) as f:
            for line in f:
                host, ended, took, connection, status, path, address = line.split()
                if path == "/settled":
                    continue
                found[group(host, address)].append((float(ended) - float(took), float(ended), int(connection), int(status), path))
        return {g: sorted(requests) for g, requests in found.items()}


class Manners(unittest.TestCase):
    def assert_paced(self, seen, delay):
        for group, requests in seen.items():
            for one, next_one in zip(requests, requests[1:]):
                self.assertGreaterEqual(next_one[0] - one[1], delay - SLACK, (group, one, next_one))

    def see_a_thousand_hosts(self, engine):
        """With robots.txt, redirects from host to host, further attempts, and connections that are closed every third time."""
        urls = [f"h{h}.test/{p}" for p in ("a", "private/b", "c") for h in range(HOSTS)]
        urls += [f"h{h}.test/go/h{(h * 7 + 1) % HOSTS}.test/d" for h in range(0, HOSTS, 5)]
        urls += [f"h{h}.test/die" for h in range(3, HOSTS, 50)] + [f"h{h}.test/busy" for h in range(7, HOSTS, 50)]
        web = Web()
        run = web.fetch("--engine", engine, "--robots", "obey", "--host-delay", "0.5s", "--per-host", "1", "--retry", "1",
                        "-j", "400", "--host-give-up", "300s", urls=urls, timeout=240)
        self.assertEqual(run.status, 3, run.err)
        self.assertEqual(len(run.records), len(urls))
        seen = web.seen()
        self.assertEqual(len(seen), HOSTS)
        self.assert_paced(seen, 0.5)
        for requests in seen.values():
            self.assertEqual(requests[0][4], "/robots.txt")
            self.assertEqual([r[4] for r in requests].count("/robots.txt"), 1)
            self.assertNotIn("/private/b", [r[4] for r in requests])
        errors = collections.Counter(r.get("error", r["status"]) for r in run.records)
        self.assertEqual(errors, {200: 2 * HOSTS + HOSTS // 5, "robots": HOSTS, "empty-reply": HOSTS // 50, 503: HOSTS // 50})

    def see_how_many_at_once(self, engine):
        slow = Counting(0.05)
        dns = rig.dnsmasq("--address=/test/127.0.0.1")
        run = rig.fetch("-q", "--engine", engine, "--per-host", "3", "--dns-servers", f"127.0.0.1:{dns}", "-j", "100",
                        urls=[f"http://h{h}.test:{slow.port}/{k}" for k in range(6) for h in range(10)])
        self.assertEqual(run.status, 0, run.err)
        self.assertLessEqual(max(slow.most.values()), 3, engine)

    def test_a_digest_keeps_the_pace(self):
        """What a server wants to be shown is shown with the next request, and none comes before its time; robots.txt, too."""
        asked, counts = [], collections.Counter()

        def h(*words):
            return hashlib.md5(":".join(words).encode()).hexdigest()

        def handle(connection, _):
            while head := rig.read_head(connection):
                asked.append(time.monotonic())
                path = head.split(b" ", 2)[1].decode()
                said = dict(re.findall(r'(\w+)="?([^",\r]*)', (re.search(rb"(?i)\r\nauthorization: Digest ([^\r]*)", head) or
                                                            [b"", b""])[1].decode()))
                nonce = "second" if len(asked) > 6 else "first"
                right = bool(said) and h(h("me", "r", "secret"), said["nonce"], said["nc"], said["cnonce"], "auth",
                                         h("GET", path)) == said["response"]
                good = right and said["nonce"] == nonce
                counts[good] += 1
                stale = ", stale=true" if right else ""
                field = "" if good else f'WWW-Authenticate: Digest realm="r", nonce="{nonce}", qop="auth"{stale}\r\n'
                body = "ok" if good else "no"
                connection.sendall(f"HTTP/1.1 {200 if good else 401} X\r\n{field}Content-Length: 2\r\n\r\n{body}".encode())
        origin = rig.RawOrigin(handle)
        urls = [f"http://127.0.0.1:{origin.port}/{k}" for k in range(8)]
        options = ("-q", "--host-delay", "0.1s", "--retry", "0", "--auth-scheme", "digest")
        run = rig.fetch(*options, "-u", "me:secret", "--robots", "obey", urls=urls)
        self.assertEqual([r["status"] for r in run.records], [200] * 8)
        self.assertEqual(counts, {True: 9, False: 2})  # the first, and the one whose number had become too old
        for one, next_one in zip(asked, asked[1:]):
            self.assertGreaterEqual(next_one - one, 0.099)
        counts.clear()
        run = rig.fetch(*options, "-u", "me:wrong", urls=urls[:3])
        self.assertEqual([r["status"] for r in run.records], [401] * 3)
        self.assertEqual(counts, {False: 4})  # what is wrong is not shown again and again

    def see_a_dead_connection(self, engine):
        """It is no reason to ask at once."""
        web = Web()
        run = web.fetch("--engine", engine, "--host-delay", "0.3s", "--retry", "1", urls=["h.test/1", "h.test/die", "h.test/2"])
        self.assertEqual([r["status"] for r in run.records if "error" not in r], [200, 200])
        seen = web.seen()
        self.assert_paced(seen, 0.3)
        dead = next(r for r in run.records if "error" in r)
        connections = [(connection, path) for _, _, connection, _, path in seen["h.test"]]
        asked = [k for k, (_, path) in enumerate(connections) if path == "/die"]
        self.assertEqual((dead["error"], dead["attempts"]), ("empty-reply", len(asked)))
        # Over a connection that had served before it was not its fault, and it was asked again beyond --retry.
        own = [k for k in asked if connections[k][0] not in dict(connections[:k])]
        self.assertEqual(len(own), 2, connections)
        self.assertGreater(len(asked), len(own), connections)

    def test_a_run_that_is_killed_goes_on_at_the_pace_it_had(self):
        web, home = Web(), rig.path("paced-state")
        urls = rig.write("paced", "".join(f"http://h{h}.test:{web.port}/{k}\n" for k in range(4) for h in range(20)))
        command = [rig.TRAWL, "fetch", "-q", "--dns-servers", f"127.0.0.1:{web.dns}", "--allow-private", "--host-delay", "0.7s", "-i", urls,
                   "-o", home + ".out", "--state", home, "--commit-interval", "50ms", "--robots", "obey"]
        for least in (25, 65):
            process = rig.start(command)
            while process.poll() is None and sum(map(len, web.seen().values())) < least:
                time.sleep(0.01)
            process.kill()
            process.wait()
        self.assertEqual(rig.start(command).wait(60), 0)
        seen = web.seen()
        self.assert_paced(seen, 0.7)
        self.assertGreaterEqual(min(map(len, seen.values())), 5)

    def test_a_domain_is_one_group(self):
        web = Web()
        web.fetch("--politeness-group", "domain", "--host-delay", "0.2s",
                  urls=[f"{h}.{d}.test/{k}" for k in range(2) for h in "ab" for d in "xy"])
        seen = web.seen(lambda host, _: host.split(".", 1)[1])
        self.assertEqual({g: len(r) for g, r in seen.items()}, {"x.test": 4, "y.test": 4})
        self.assert_paced(seen, 0.2)

    def test_an_address_is_one_group(self):
        web = Web(*[f"--address=/h{h}.test/127.0.0.1" for h in range(10)])
        began = time.monotonic()
        run = web.fetch("--politeness-group", "ip", "--host-delay", "0.2s", "--robots", "obey",
                        urls=[f"h{h}.test/{k}" for k in range(2) for h in range(5)])
        self.assertEqual(run.status, 0, run.err)
        seen = web.seen(lambda _, address: address)
        self.assertEqual({g: len(r) for g, r in seen.items()}, {"127.0.0.1": 15})
        self.assert_paced(seen, 0.2)
        self.assertGreaterEqual(time.monotonic() - began, 2.8)

    def test_an_address_that_fails_gives_way_to_the_next(self):
        web = Web("--host-record=two.test,127.0.0.9,127.0.0.1", "--host-record=two.test,127.0.0.1")
        run = web.fetch("--politeness-group", "ip", "--adapt", "--retry", "5", urls=["two.test/1", "two.test/2"])
        self.assertEqual([r["status"] for r in run.records], [200, 200], run.records)

    def test_rules_of_single_hosts(self):
        web = Web()
        rules = rig.write("rules", "*.fast.test delay=0 connections=4\nslow.test delay=2s\n*.rated.test rate=1/s\n")
        run = web.fetch("--host-delay", "0.2s", "--host-rules", rules,
                        urls=[f"{h}.test/{k}" for k in range(4) for h in ("a.fast", "slow", "other", "a.rated")])
        self.assertEqual(run.status, 0, run.err)
        seen = web.seen()
        self.assert_paced({g: seen[g] for g in ("slow.test",)}, 2)
        self.assert_paced({g: seen[g] for g in ("other.test", "a.rated.test")}, 0.2)
        self.assertLess(seen["a.fast.test"][-1][0], seen["slow.test"][1][0])
        starts = [r[0] for r in seen["a.rated.test"]]
        self.assertGreaterEqual(starts[-1] - starts[0], 2.5)  # three seconds, unless the first one is held up on its way

    def test_the_delay_grows_while_a_host_is_busy_and_shrinks_again(self):
        log = []

        def handle(connection, _):
            while head := rig.read_head(connection):
                log.append(time.monotonic())
                busy = 2 <= len(log) <= 4
                connection.sendall(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % (429 if busy else 200))
                del head
        origin = rig.RawOrigin(handle)
        run = rig.fetch("-q", "--adapt", "--host-delay", "0.1s", "--delay-factor", "0", "--retry", "0", "--max-delay", "2s",
                        urls=[f"http://127.0.0.1:{origin.port}/{k}" for k in range(8)])
        self.assertEqual(len(run.records), 8)
        gaps = [b - a for a, b in zip(log, log[1:])]
        for gap, least in zip(gaps, (0.099, 0.99, 1.99, 1.99, 1.7, 1.5)):
            self.assertGreaterEqual(gap, least, gaps)

    def test_the_delay_follows_the_latency(self):
        slow = Counting(0.2)
        rig.fetch("-q", "--adapt", "--delay-factor", "2", urls=[f"http://127.0.0.1:{slow.port}/{k}" for k in range(4)])
        for gap in slow.gaps():
            self.assertGreaterEqual(gap, 0.2 + 0.39)

    def test_who_is_dead_is_given_up_and_holds_up_nobody(self):
        quick = Counting(0)
        port = rig.free_port("127.0.0.3")
        dead = [f"http://127.0.0.3:{port}/{k}" for k in range(2000)]
        alive = [f"http://127.0.0.1:{quick.port}/{k}" for k in range(50)]
        run = rig.fetch("-q", "--adapt", "--delay-factor", "0", "--host-give-up", "3s", "--retry", "0", urls=dead + alive)
        errors = collections.Counter(r.get("error", r["status"]) for r in run.records)
        self.assertEqual(errors[200], 50)
        self.assertEqual(errors["connect-refused"] + errors["host-given-up"], 2000)
        self.assertLess(errors["connect-refused"], 20)
        given = next(r for r in run.records if r.get("error") == "host-given-up")
        self.assertIn("the host was given up: ", given["errormsg"])

    def test_who_comes_back_gets_all_its_urls(self):
        state = {"asked": 0}

        def handle(connection, _):
            while rig.read_head(connection):
                state["asked"] += 1
                if state["asked"] <= 7:
                    return
                connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        origin = rig.RawOrigin(handle)
        run = rig.fetch("-q", "--adapt", "--delay-factor", "0", "--max-delay", "0.1s", "--retry", "0", "--per-host",
                        "1", urls=[f"http://127.0.0.1:{origin.port}/{k}" for k in range(30)])
        errors = collections.Counter(r.get("error", r["status"]) for r in run.records)
        self.assertEqual(errors, {200: 25, "empty-reply": 5})

    def test_urls_that_a_host_cannot_take_do_not_keep_others_from_being_asked(self):
        def handle(connection, _):
            while head := rig.read_head(connection):
                if head.startswith(b"GET /bad"):
                    return
                connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
        origin = rig.RawOrigin(handle)
        run = rig.fetch("-q", "--adapt", "--delay-factor", "0", "--max-delay", "0.05s", "--retry", "0", "--per-host", "1",
                        urls=[f"http://127.0.0.1:{origin.port}/{'bad' if k < 7 else 'good'}{k}" for k in range(20)])
        errors = collections.Counter(r.get("error", r["status"]) for r in run.records)
        self.assertEqual(errors, {200: 13, "empty-reply": 7})

    def test_names_that_cannot_be_looked_up_now_are_asked_again(self):
        dns = {"up": False}
        port = rig.free_port()
        quick = Counting(0)

        def later():
            time.sleep(2.5)
            dns["port"] = rig.start(["/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                                     "--user=root", "--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}",
                                     "--pid-file=", "--address=/test/127.0.0.1"])
        threading.Thread(target=later, daemon=True).start()
        run = rig.fetch("-q", "--adapt", "--retry", "0", "--dns-servers", f"127.0.0.1:{port}",
                        urls=[f"http://h{k}.test:{quick.port}/" for k in range(5)], timeout=100)
        self.assertEqual([r["status"] for r in run.records], [200] * 5, run.records)


def for_each_engine(name, see, more=()):
    """A test of its own for each engine, so that they can run side by side."""
    for engine in [*engines(), *more]:
        setattr(Manners, f"test_{name}_{re.sub('[^a-z0-9]+', '_', engine)}", lambda self, engine=engine: see(self, engine))


for_each_engine("a_thousand_hosts_are_asked_no_faster_than_they_may_be", Manners.see_a_thousand_hosts,
                ("threads:2/coro:200", "forks:2/coro:200", "coro:100,callback:100,threads:50,forks:4"))
for_each_engine("no_more_at_once_than_allowed", Manners.see_how_many_at_once)
for_each_engine("a_dead_connection_is_no_reason_to_ask_at_once", Manners.see_a_dead_connection)


class Counting:
    """An origin that notes for each Host how many of its requests were there at once, and when they came."""

    def __init__(self, seconds):
        self.lock, self.seconds = threading.Lock(), seconds
        self.now, self.most, self.starts = collections.Counter(), collections.Counter(), []
        self.port = rig.RawOrigin(self._handle).port

    def _handle(self, connection, _):
        while head := rig.read_head(connection):
            host = re.search(rb"(?i)\r\nhost: ([^\r]*)", head)[1]
            with self.lock:
                self.now[host] += 1
                self.most[host] = max(self.most[host], self.now[host])
                self.starts.append(time.monotonic())
            time.sleep(self.seconds)
            with self.lock:
                self.now[host] -= 1
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    def gaps(self):
        starts = sorted(self.starts)
        return [b - a for a, b in zip(starts, starts[1:])]


if __name__ == "__main__":
    rig.main(at_once=6)
