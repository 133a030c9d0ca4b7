# SPDX-License-Identifier: MIT
"""inspect dns against dnsmasq: what a run would be told, for a person and for a program."""
import json
import socket
import subprocess
import time
import unittest

import rig

rig.need("dnsmasq")
SERVER = "127.0.0.1:%d" % rig.dnsmasq(
    "--address=/one.test/192.0.2.1", "--address=/two.test/192.0.2.2", "--address=/two.test/2001:db8::2",
    "--cname=alias.test,one.test", "--host-record=ttl.test,192.0.2.3,77", "--local=/test/", "--local-ttl=33",
    "--address=/xn--exmple-cua.test/192.0.2.4")


def inspect(*arguments, stdin=b"", status=0):
    done = subprocess.run([rig.TRAWL, "inspect", "dns", "--dns-servers", SERVER, *arguments], input=stdin,
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == status, (done.returncode, done.stderr, done.stdout)
    return done.stdout.decode()


def answers(*names, options=()):
    lines = "".join(json.dumps(n if isinstance(n, dict) else {"name": n}) + "\n" for n in names)
    return [json.loads(line) for line in inspect("--json", *options, stdin=lines.encode()).splitlines()]


def with_both_families(ask, has_both):
    """What `ask` returns, once it has both: an answer that comes 50 ms after that of the other family is not waited for."""
    for _ in range(50):
        if has_both(got := ask()):
            break
    return got


class Dns(unittest.TestCase):
    def test_a_program_gets_addresses_ttl_server_and_time(self):
        one, two, ttl, none = with_both_families(lambda: answers("one.test", "TWO.test", "ttl.test", "nobody.test"),
                                                 lambda got: len(got[1]["addresses"]) > 1)
        self.assertEqual((one["name"], one["addresses"], one["ttl"]), ("one.test", ["192.0.2.1"], 33))
        self.assertIn("127.0.0.1", one["server"])
        self.assertGreater(one["time"], 0)
        self.assertEqual((two["name"], two["addresses"]), ("two.test", ["2001:db8::2", "192.0.2.2"]))
        self.assertEqual((ttl["addresses"], ttl["ttl"]), (["192.0.2.3"], 77))
        self.assertEqual((none["addresses"], none["error"]), ([], "dns-notfound"))
        self.assertTrue(none["errormsg"])

    def test_the_options_of_a_run_count(self):
        self.assertEqual(answers("two.test", options=["-4"])[0]["addresses"], ["192.0.2.2"])
        self.assertEqual(answers("two.test", options=["-6"])[0]["addresses"], ["2001:db8::2"])
        here = ["--resolve", "a.test:8080:192.0.2.7,192.0.2.8"]
        a, b, c = answers("a.test:8080", "a.test", "http://a.test:8080/x?y", options=here)
        self.assertEqual((a["addresses"], a["server"]), (["192.0.2.7", "192.0.2.8"], "--resolve"))
        self.assertNotIn("ttl", a)
        self.assertEqual(b["error"], "dns-notfound")
        self.assertEqual(c["addresses"], a["addresses"])

    def test_names_are_read_as_those_of_urls_are(self):
        cases = {"ex\u00e4mple.test": ["192.0.2.4"], "192.0.2.9": ["192.0.2.9"], "0x7f.1": ["127.0.0.1"], "::1": ["::1"],
                 "[::1]:80": ["::1"], "one.test.": ["192.0.2.1"]}
        for (name, addresses), answer in zip(cases.items(), answers(*cases)):
            self.assertEqual(answer["addresses"], addresses, name)
        for answer in answers("", "a b", "\u0000", "ftp://x/", "x" * 300 + ".test"):
            self.assertIn(answer["error"], ("bad-url", "dns-notfound"), answer)

    def test_every_line_has_its_answer(self):
        lines = b'{"name": "one.test"}\nno json\n{}\n\n{"name": 5}\n{"name": "one.test"}'
        got = [json.loads(line) for line in inspect("--json", stdin=lines).splitlines()]
        self.assertEqual([a.get("error") for a in got], [None, "bad-input", "bad-input", "bad-input", "bad-input", None])

    def test_an_answer_does_not_wait_for_the_next_question(self):
        with subprocess.Popen([rig.TRAWL, "inspect", "dns", "--dns-servers", SERVER, "--json"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as run:
            for name in ("one.test", "ttl.test"):
                run.stdin.write(b'{"name": "%s"}\n' % name.encode())
                run.stdin.flush()
                self.assertEqual(json.loads(run.stdout.readline())["name"], name)
                time.sleep(0.3)
            run.stdin.close()

    def test_a_person_sees_the_same(self):
        text = with_both_families(lambda: inspect("two.test", "nobody.test", "a b", status=3), lambda got: got.count("\naddress ") > 1)
        blocks = [dict(line.split(None, 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
        self.assertEqual([b["name"] for b in blocks], ["two.test", "nobody.test", "a b"])
        self.assertEqual(text.count("\naddress "), 2)
        self.assertEqual(blocks[0]["ttl"], "33 s")
        self.assertIn("127.0.0.1", blocks[0]["server"])
        self.assertIn("time", blocks[0])
        self.assertTrue(blocks[1]["error"] and blocks[2]["error"])
        self.assertEqual(inspect("one.test").splitlines()[:2], ["name      one.test", "address   192.0.2.1"])
        self.assertIn("192.0.2.1", inspect(stdin=b"one.test\n"))

    def test_operands_are_looked_up_all_at_once(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:  # a server that says nothing
            silent.bind(("127.0.0.1", 0))
            done = subprocess.run([rig.TRAWL, "inspect", "dns", "--dns-servers", "127.0.0.1:%d" % silent.getsockname()[1],
                                   *(f"n{i}.test" for i in range(20))], capture_output=True, timeout=100, check=False)  # not 200
        self.assertEqual(done.returncode, 3)
        self.assertEqual(done.stdout.count(b"error "), 20)

    def test_what_makes_no_sense_is_refused(self):
        for command in (["inspect", "dns", "--dns-servers", "nonsense", "x"], ["inspect", "url", "-4", "http://x/"],
                        ["inspect", "dns", "--json", "x"], ["inspect", "dns", "--resolve", "x", "x"], ["inspect", "dn"]):
            done = subprocess.run([rig.TRAWL, *command], capture_output=True, timeout=20, stdin=subprocess.DEVNULL, check=False)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (2, b"", 1), command)


if __name__ == "__main__":
    rig.main()
