# SPDX-License-Identifier: MIT
"""Name servers that lie, drip and send rubbish: one run over all of them, with honest names in between, under every engine.

The first label of a name says what is done to who asks for it; every other question gets the truth, 127.0.0.1. What is wrong leads to an error
of a name (dns-...) for that name alone, in time; wrong addresses are never connected to.
"""
import random
import socket
import struct
import threading
import time
import unittest

import rig

PORT = rig.serve("--bind", "127.0.0.1")
WRONG = "127.0.0.66"  # nothing listens there, and no record may name it
TRUE = "127.0.0.1"
POINTER = b"\xc0\x0c"  # to the question's name
A, CNAME, AAAA = 1, 5, 28


def name_of(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".") if label) + b"\0"


def record(data, kind=A, name=POINTER, ttl=60, clas=1, length=None):
    return name + struct.pack(">HHIH", kind, clas, ttl, len(data) if length is None else length) + data


def address(text=TRUE):
    return socket.inet_aton(text)


class Question:
    def __init__(self, packet):
        self.packet = packet
        self.id = packet[:2]
        at, labels = 12, []
        while packet[at]:
            labels.append(packet[at + 1:at + 1 + packet[at]].decode().lower())
            at += packet[at] + 1
        self.kind, = struct.unpack_from(">H", packet, at + 1)
        self.text = packet[12:at + 5]
        self.label = labels[0].rstrip("0123456789")

    def answer(self, *records, flags=0x8180, number=None, question=None, count=None, more=b""):
        return ((number or self.id) + struct.pack(">HHHHH", flags, 1, len(records) if count is None else count, 0, 0) +
                (self.text if question is None else question) + b"".join(records) + more)

    def truth(self):
        return self.answer(record(address())) if self.kind == A else self.answer()


def other_id(q):
    return bytes([q.id[0] ^ 0x55, q.id[1] ^ 0xaa])


def chain(q, links):
    records = [record(name_of("link0.test"), CNAME)]
    records += [record(name_of(f"link{i + 1}.test"), CNAME, name_of(f"link{i}.test")) for i in range(links)]
    return q.answer(*records, record(address(WRONG), name=name_of("elsewhere.test")))


# What is sent over UDP instead of the truth: packets. A name that ends in "tcp" is cut over UDP, and lied about over TCP.
LIES = {
    "wrongid": lambda q: [q.answer(record(address(WRONG)), number=other_id(q))],
    "wrongname": lambda q: [q.answer(record(address(WRONG)), question=name_of("other.test") + q.text[-4:])],
    "wrongowner": lambda q: [q.answer(record(address(WRONG), name=name_of("other.test")))],
    "wrongkind": lambda q: [q.answer(record(address(WRONG)), question=q.text[:-4] + b"\0\x10\0\1")],
    "chaos": lambda q: [q.answer(record(address(WRONG), clas=3))],
    "echo": lambda q: [q.packet],
    "nothing": lambda q: [b""],
    "dot": lambda q: [b"."],
    "headonly": lambda q: [q.id + b"\x81\x80" + b"\xff" * 8],
    "cutshort": lambda q: [q.answer(record(address(WRONG)))[:-3]],
    "counts": lambda q: [q.answer(record(address(WRONG)), count=65535)],
    "threebytes": lambda q: [q.answer(record(b"\x7f\0\0"))],
    "length": lambda q: [q.answer(record(address(WRONG), length=65535))],
    "itself": lambda q: [q.answer(record(POINTER, CNAME))],
    "circle": lambda q: [q.answer(record(name_of("b.test"), CNAME), record(POINTER, CNAME, name_of("b.test")))],
    "longchain": lambda q: [chain(q, 1500)],
    "compressed": lambda q: [q.answer(record(address(WRONG), name=b"\xc0" + bytes([12 + len(q.text)])))],
    "forward": lambda q: [q.answer(record(address(WRONG), name=b"\xff\xff"))],
    "longname": lambda q: [q.answer(record(address(WRONG), name=(b"\x3f" + b"x" * 63) * 20 + b"\0"))],
    "random": lambda q: [q.id + random.Random(1).randbytes(400)],
    "nxandmore": lambda q: [q.answer(record(address(WRONG)), flags=0x8183)],
    "cuttcp": lambda q: [q.answer(flags=0x8380)],
    "hangtcp": lambda q: [q.answer(flags=0x8380)],
    "driptcp": lambda q: [q.answer(flags=0x8380)],
    "hugetcp": lambda q: [q.answer(flags=0x8380)],
    "emptytcp": lambda q: [q.answer(flags=0x8380)],
    "silent": lambda q: [],
}
# What leads to the right address all the same.
FINE = {
    "honest": lambda q: [q.truth()],
    "forgedfirst": lambda q: [q.answer(record(address(WRONG)), number=other_id(q))] * 50 + [q.truth()],
    "poison": lambda q: [q.answer(record(address()), more=record(address(WRONG), name=name_of("honest1.test"))) if q.kind == A
                         else q.answer()],
    "huge": lambda q: [q.answer(*[record(address())] * 250) if q.kind == A else q.answer()],
    "ttlnegative": lambda q: [q.answer(record(address(), ttl=0xffffffff)) if q.kind == A else q.answer()],
    "trailing": lambda q: [q.truth() + b"\0" * 200],
    "flood": lambda q: [q.truth()] * 200,
}


def over_tcp(connection, number):
    del number
    connection.settimeout(30)
    while True:
        head = connection.recv(2, socket.MSG_WAITALL)
        if len(head) < 2:
            return
        q = Question(connection.recv(struct.unpack(">H", head)[0], socket.MSG_WAITALL))
        if q.label == "hangtcp":
            time.sleep(30)
        elif q.label == "driptcp":
            for byte in b"\xff\xff" + q.id + b"\0" * 60:
                connection.send(bytes([byte]))
                time.sleep(0.5)
        else:
            packet = {"cuttcp": lambda: q.answer(flags=0x8380), "emptytcp": lambda: b"",
                      "hugetcp": lambda: q.answer(*[record(address(WRONG), clas=3)] * 4000)}.get(q.label, q.truth)()
            connection.sendall(struct.pack(">H", len(packet)) + packet)


def over_udp(udp):
    while True:
        try:
            packet, who = udp.recvfrom(65535)
        except OSError:
            return
        q = Question(packet)
        for answer in {**LIES, **FINE}.get(q.label, FINE["honest"])(q):
            udp.sendto(answer, who)


def start():
    """Returns ADDRESS:PORT of a liar that listens on UDP and TCP."""
    tcp = rig.RawOrigin(over_tcp)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", tcp.port))
    threading.Thread(target=over_udp, args=(udp,), daemon=True).start()
    return f"127.0.0.1:{tcp.port}"


class Lies(unittest.TestCase):
    def look_at(self, done, names, engine):
        records = done.by_line
        self.assertEqual(sorted(records), list(range(1, len(names) + 1)), (engine, done.err))
        for i, name in enumerate(names):
            r, label = records[i + 1], name.rstrip("0123456789")
            with self.subTest(engine=engine, name=name):
                self.assertNotEqual(r.get("remote_ip"), WRONG)
                if label in FINE:
                    self.assertEqual((r.get("status"), r.get("remote_ip"), r.get("error")), (200, TRUE, None))
                else:
                    self.assertRegex(r.get("error", "none"), "^dns-")
                    self.assertTrue(r["errormsg"])

    def names(self):
        names = []
        for i, lie in enumerate(LIES):
            names += [lie, f"honest{i}"]
        return names + list(FINE)

    def test_whoever_is_lied_to_says_so_and_the_others_go_on(self):
        names = self.names()
        for engine in ("coro", "threads:4", "forks:2"):
            done = rig.fetch("-q", "--engine", engine, "--retry", "0", "--dns-servers", start(), "--allow-private", "-4",
                             urls=[f"http://{n}.test:{PORT}/bytes/10" for n in names], timeout=120)
            self.look_at(done, names, engine)

    def test_a_dead_server_before_an_honest_one_costs_no_url(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            for dead in (f"127.0.0.1:{silent.getsockname()[1]}", f"127.0.0.1:{rig.free_port()}"):
                names = [f"honest{i}" for i in range(30)]
                done = rig.fetch("-q", "--retry", "0", "--dns-servers", f"{dead},{start()}", "--allow-private", "-4",
                                 urls=[f"http://{n}.test:{PORT}/bytes/10" for n in names])
                self.look_at(done, names, dead)


if __name__ == "__main__":
    rig.main()
