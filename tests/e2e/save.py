# SPDX-License-Identifier: MIT
"""--save: every body in a file of its own, under a safe name, whole or not at all; the same from coro and forks."""
import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import rig

ENGINES = ("coro", "forks:4")
LONG = b"0123456789abcdef" * 200000  # 3.2 MB
BOMB = gzip.compress(bytes(20_000_000))


def answer(connection, body, *fields, status="200 OK", length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}",
             "Connection: close", *fields]
    head = b"\r\n".join(l if isinstance(l, bytes) else l.encode("latin-1") for l in lines)
    connection.sendall(head + b"\r\n\r\n" + body)


def origin(connection, _):
    """Answers by the path: /cd/HEX/... suggests a name; /cut ends too soon; others give their own target."""
    head = rig.read_head(connection)
    target = head.split(b" ")[1].decode("latin-1")
    parts = target.split("/")
    if parts[1] == "cd":
        name = bytes.fromhex(parts[2])
        answer(connection, target.encode(), b"Content-Disposition: attachment; filename=\"" + name + b"\"")
    elif parts[1] == "cd-star":
        name = urllib.parse.quote(bytes.fromhex(parts[2]))
        answer(connection, target.encode(), f"Content-Disposition: attachment; filename*=UTF-8''{name}")
    elif parts[1] == "cut":
        answer(connection, LONG[:500000], length=len(LONG))
    elif parts[1] == "cut-gzip":
        answer(connection, gzip.compress(LONG)[:-20], "Content-Encoding: gzip")
    elif parts[1] == "long":
        answer(connection, LONG)
    elif parts[1] == "gzip":
        answer(connection, gzip.compress(b"unpacked"), "Content-Encoding: gzip")
    elif parts[1] == "bomb":
        answer(connection, BOMB, "Content-Encoding: gzip")
    elif parts[1] == "status":
        answer(connection, b"" if parts[2] == "204" else b"body", status=f"{parts[2]} Some")
    elif parts[1] == "empty":
        answer(connection, b"")
    elif parts[1] == "to":
        answer(connection, b"", f"Location: /{'/'.join(parts[2:])}", status="302 Found")
    elif parts[1] == "slow":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 300000)
        time.sleep(30)
    else:
        answer(connection, target.encode())


ORIGIN = rig.RawOrigin(origin)
HOST = f"127.0.0.1@{ORIGIN.port}"


def url(path):
    return f"http://127.0.0.1:{ORIGIN.port}{path}"


def files(top):
    """relative path -> content, of all regular files; anything else is an error."""
    found = {}
    for here, dirs, names in os.walk(top):
        for name in dirs + names:
            path = os.path.join(here, name)
            if os.path.islink(path):
                found[os.path.relpath(path, top)] = "link"
            elif name in names:
                with open(path, "rb") as f:
                    found[os.path.relpath(path, top)] = f.read()
    return found


class Saving(unittest.TestCase):
    engine = "coro"

    def setUp(self):
        self.home = tempfile.mkdtemp(dir=rig.DIR)
        self.dir = os.path.join(self.home, "out")

    def fetch(self, *paths, options=(), status=0):
        run = rig.fetch("-q", "--engine", self.engine, "--save", self.dir, "--retry", "0", *options,
                        urls=[url(p) for p in paths])
        self.assertEqual(run.status, status, run.err + run.out.decode())
        self.assertEqual(len(run.records), len(paths))
        return [run.by_line[i + 1] for i in range(len(paths))]

    def saved(self):
        return {k[len(HOST) + 1:]: v for k, v in files(self.dir).items()}

    def test_each_body_is_in_the_file_that_its_record_names(self):
        paths = ["/", "/a/b/report.pdf", "/list.php?page=2", "/c/", "/c", "/gzip/x.txt", "/long", "/empty", "/%E2%82%AC.txt"]
        records = self.fetch(*paths, options=["--digest"])
        wanted = {"index.html": b"/", "a/b/report.pdf": b"/a/b/report.pdf", "list@page=2.php": b"/list.php?page=2",
                  "gzip/x.txt": b"unpacked", "long": LONG, "empty": b"", "\u20ac.txt": b"/%E2%82%AC.txt"}
        found = self.saved()
        for name, body in wanted.items():
            self.assertEqual(found.pop(name), body, name)
        self.assertEqual(sorted(found.values()), [b"/c", b"/c/"])  # a file and a directory of one name
        for r in records:
            with open(r["saved"], "rb") as f:
                self.assertEqual(r["digest"], "sha256:" + hashlib.sha256(f.read()).hexdigest())
            self.assertTrue(r["saved"].startswith(f"{self.dir}/{HOST}/"), r["saved"])

    def test_only_whole_2xx_bodies_are_saved(self):
        records = self.fetch("/status/404", "/status/204", "/status/206", "/cut", "/cut-gzip", "/to/there", "/to/status/404",
                             status=3)
        self.assertEqual([r.get("error") for r in records],
                         [None, None, None, "truncated", "decode", None, None])
        self.assertEqual(self.saved(), {"status/206": b"body", "to/there": b"/there"})
        self.assertEqual([i for i, r in enumerate(records) if "saved" in r], [2, 5])
        self.assertFalse([n for n in os.listdir(self.dir) if n.startswith(".")])

    def test_hostile_names_stay_inside(self):
        names = [b"../../x", b"/etc/passwd", b"a/../../b", b"..", b".", b"...", b"~", b"-rf", b".bashrc", b"C:\\x\\y",
                 b"con", b"x" * 300 + b".txt", b"\xe2\x80\xaetxt.exe", b"tab\there", b"\x01\x1b[2J", b"a b", b"%2e%2e%2f",
                 b"\xff\xfe", b"name.", b"trawl" * 2]
        targets = ["/cd/" + n.hex() for n in names] + ["/cd-star/" + n.hex() for n in names + [b"nul\0here", b"a\nb\r"]]
        targets += ["/%2e%2e/%2e%2e/x", "/..%2f..%2fy", "/a%00b", "/%0a%1b[2J", "/" + "y" * 300, "/" + "d/" * 200 + "z",
                    "/" + "w" * 300 + "/" + "v" * 300 + "?" + "q" * 3000, "/.git/config", "//", "///x", "/a\\b",
                    "/.trawl-part-1", "/%ff%fe", "/?../../..", "/..;/x"]
        records = self.fetch(*targets)
        self.assertEqual(os.listdir(self.home), ["out"])
        self.assertEqual(os.listdir(self.dir), [HOST])
        where = [r["saved"] for r in records]
        self.assertEqual(len(set(where)), len(targets))
        for r, path in zip(records, where):
            with open(path, "rb") as f:
                self.assertEqual(url(f.read().decode()), r["url_effective"])
            self.assertEqual(os.path.realpath(path), path)
            for part in path[len(self.dir) + 1:].split("/"):
                self.assertNotIn(part[0], ".-~", path)
                self.assertLessEqual(len(part.encode()), 200)
                self.assertFalse([c for c in part if ord(c) < 32 or c in "\\<>:\"|?*\x7f\u202e"], repr(part))

    def test_a_suggested_name_takes_the_place_of_the_last_part(self):
        name = "report 2.pdf".encode().hex()
        r, = self.fetch(f"/cd/{name}/x/y.php")
        self.assertEqual(r["saved"], f"{self.dir}/{HOST}/cd/{name}/x/report 2.pdf")

    def test_equal_names_at_once_each_get_a_file(self):
        suggested = "same.txt".encode().hex()
        targets = [f"/cd/{suggested}/{i}" for i in range(60)] + ["/x", "/X"]
        records = self.fetch(*targets, options=["--per-host", "16"])
        found = self.saved()
        self.assertEqual(sorted(v.decode() for v in found.values()), sorted(targets))
        self.assertEqual(len({r["saved"] for r in records}), 62)
        base = f"cd/{suggested}/same"
        self.assertIn(f"{base}.txt", found)
        self.assertIn(f"{base}-1.txt", found)
        numbers = sorted(int(n[len(base) + 1:-4]) for n in found if n.startswith(base + "-"))
        self.assertEqual(len(numbers), 59)

    def test_existing_files_are_kept_or_replaced_as_told(self):
        self.fetch("/a/x.txt", "/y")
        place = os.path.join(self.dir, HOST)
        with open(f"{place}/a/x.txt", "w") as f:
            f.write("mine")
        r, = self.fetch("/a/x.txt")
        self.assertEqual(r["saved"], f"{place}/a/x-1.txt")
        self.assertEqual(self.saved(), {"a/x.txt": b"mine", "a/x-1.txt": b"/a/x.txt", "y": b"/y"})
        # Replaced, but two URLs of one run still do not share a file.
        records = self.fetch("/a/x.txt", "/a/x.txt", options=["--clobber"])
        self.assertEqual(sorted(r["saved"] for r in records), [f"{place}/a/x-1.txt", f"{place}/a/x.txt"])
        self.assertEqual(self.saved(), {"a/x.txt": b"/a/x.txt", "a/x-1.txt": b"/a/x.txt", "y": b"/y"})
        before, asked = self.saved(), ORIGIN.count
        records = self.fetch("/a/x.txt", "/y", "/new", "/new", "/a/y", "/cd/" + b"other".hex(), options=["--skip-existing"])
        self.assertEqual(ORIGIN.count, asked + 4)
        for r, name in zip(records, ["a/x.txt", "y"]):
            self.assertEqual((r["saved"], r["skipped"], r["attempts"], r["status"], r.get("error")),
                             (f"{place}/{name}", True, 0, 0, None))
        self.assertNotIn("skipped", records[2])
        self.assertEqual(sorted(os.path.basename(r["saved"]) for r in records[2:4]), ["new", "new-1"])
        self.assertEqual(os.path.basename(records[5]["saved"]), b"other".hex())  # not what the server suggests
        asked = ORIGIN.count
        records = self.fetch("/a/x.txt", "/y", "/new", "/a/y", "/cd/" + b"other".hex(), options=["--skip-existing"])
        self.assertTrue(all(r["skipped"] for r in records))
        self.assertEqual(ORIGIN.count, asked)
        self.assertEqual({k: v for k, v in self.saved().items() if k in before}, before)

    def test_links_are_not_followed(self):
        outside = os.path.join(self.home, "outside")
        os.makedirs(outside)
        os.makedirs(os.path.join(self.dir, HOST))
        os.symlink(outside, os.path.join(self.dir, HOST, "d"))
        os.symlink(os.path.join(outside, "f"), os.path.join(self.dir, HOST, "f"))
        for options in ([], ["--clobber"]):
            self.fetch("/d/x", "/f", options=options)
            self.assertEqual(os.listdir(outside), [])
        self.assertEqual(self.saved(), {"d": "link", "f": "link", "d-1/x": b"/d/x", "f-1": b"/f"})
        self.assertTrue(all(r["skipped"] for r in self.fetch("/d/x", "/f", options=["--skip-existing"])))
        shutil.rmtree(self.dir)
        os.makedirs(self.dir)
        os.symlink(outside, os.path.join(self.dir, HOST))
        self.fetch("/x")
        self.assertEqual(os.listdir(outside), [])

    def test_a_killed_run_leaves_no_half_of_a_file_and_the_next_one_tidies_up(self):
        command = [rig.TRAWL, "fetch", "-q", "--engine", self.engine, "--save", self.dir, url("/slow"), url("/x")]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        run.stdout.readline()  # /x is there
        end = time.monotonic() + 10
        while not [n for n in os.listdir(self.dir) if n.startswith(".trawl-part-")] and time.monotonic() < end:
            time.sleep(0.02)
        other = rig.fetch("--engine", self.engine, "--save", self.dir, url("/y"))  # beside a living run: leaves its files alone
        self.assertNotIn("unfinished", other.err)
        left = [n for n in os.listdir(self.dir) if n.startswith(".")]
        self.assertEqual(len(left), 1)
        below = rig.children_of(run.pid)
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        while any(rig.alive(p) for p in below) and time.monotonic() < end + 10:
            time.sleep(0.02)
        self.assertEqual(self.saved().keys() - {""} - set(left), {"x", "y"} | {n[len(HOST) + 1:] for n in left})
        done = rig.fetch("--engine", self.engine, "--save", self.dir, url("/z"))
        self.assertIn("1 unfinished file", done.err)
        self.assertEqual(self.saved(), {"x": b"/x", "y": b"/y", "z": b"/z"})

    def test_a_run_that_is_stopped_leaves_nothing_unfinished(self):
        command = [rig.TRAWL, "fetch", "-q", "--engine", self.engine, "--save", self.dir, url("/slow"), url("/x")]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        run.stdout.readline()
        time.sleep(0.3)
        run.send_signal(signal.SIGINT)
        time.sleep(0.1)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=20)
        if self.engine == "coro":  # a process that is killed cannot tidy up; the next run does
            self.assertEqual(self.saved(), {"x": b"/x"})
        self.assertIn("x", self.saved())

    def test_memory_does_not_grow_with_a_body(self):
        command = [rig.TRAWL, "fetch", "-q", "--engine", self.engine, "--save", self.dir, "--max-filesize", "1G", "--digest",
                   url("/bomb"), url("/long")]
        with subprocess.Popen(["/usr/bin/env", "python3", "-c",
                               "import os, resource, sys\n"
                               "pid = os.fork()\n"
                               "if pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n"
                               "status = os.wait4(pid, 0)\n"
                               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)", *command],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
            out, err = run.communicate(timeout=60)
        records = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([r.get("error") for r in records], [None, None], err)
        self.assertEqual(len(self.saved()["bomb"]), 20_000_000)
        self.assertLess(int(err.split()[-1]), 40_000)

    def test_a_disk_that_cannot_be_written_to_is_an_error_of_the_url(self):
        os.makedirs(os.path.join(self.dir, HOST))
        shm = tempfile.mkdtemp(dir=rig.DIR)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "none", shm], check=False, capture_output=True)
        if mounted.returncode:
            self.skipTest("a small file system cannot be mounted")
        try:
            self.dir = shm
            run = rig.fetch("--engine", self.engine, "--save", self.dir, "-j", "1", urls=[url(p) for p in ("/long", "/long", "/x")])
            self.assertEqual(run.status, 3, run.err)
            for line in (1, 2):
                r = run.by_line[line]
                self.assertEqual((r["error"], r["attempts"]), ("no-resources", 1))
                self.assertIn(f"cannot save to {shm}/{HOST}/long: No space left on device", r["errormsg"])
            self.assertEqual(run.by_line[3].get("error"), None)
            self.assertEqual(run.err.count("No space left on device"), 1)
            self.assertNotIn("requests at once", run.err)
            self.assertEqual(self.saved(), {"x": b"/x"})
        finally:
            subprocess.run(["umount", shm], check=False)

    def test_what_makes_no_sense_is_refused(self):
        for options in (["--clobber"], ["--skip-existing"], ["--save", self.dir, "--clobber", "--skip-existing"],
                        ["--save", "/dev/null"], ["--save", "/proc/nowhere"]):
            run = rig.fetch(*options, "--engine", self.engine, url("/x"))
            self.assertEqual((run.status, len(run.err.splitlines())), (2, 1), (options, run.err))


class SavingInForks(Saving):
    engine = "forks:4"


if __name__ == "__main__":
    rig.main()
