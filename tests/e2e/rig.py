# SPDX-License-Identifier: MIT
"""What the end-to-end tests share: real servers on free loopback ports, and runs of trawl.

A test file is a list of unittest cases and ends with rig.main(). Servers are started at need, stopped by the process that was
started, never by name. Exit status 77 is a skip: something that the test needs is not installed.
"""
import concurrent.futures
import functools
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TRAWL = os.environ.get("TRAWL", "trawl")
DIR = tempfile.mkdtemp(prefix="trawl-e2e-")
# What trawl was built with: "AddressSanitizer", "ThreadSanitizer" or "". What that takes of addresses, memory and time says nothing of
# trawl; all else holds.
SANITIZER = next(iter(re.findall(r"^built with (\w+Sanitizer)", subprocess.run([TRAWL, "--version"], capture_output=True, text=True,
                                                                              check=False).stdout, re.MULTILINE)), "")
if SANITIZER:  # what it finds goes to files, so that no run's standard error is asked for it, and nothing found is overlooked
    for _tool in ("ASAN", "UBSAN", "TSAN", "LSAN"):
        os.environ[f"{_tool}_OPTIONS"] = f"{os.environ.get(f'{_tool}_OPTIONS', '')}:log_path={DIR}/found.{_tool}"
def _first_passing():
    """The first port that the system gives to outgoing connections, and to servers that asked for none in particular."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as f:
        first = int(f.read().split()[0])
    return first if first > 16384 else 32768


FIRST_PASSING = _first_passing()
PORTS = random.Random()  # its own: tests seed the common one
TAKEN = []
_cleanup = []
_numbers = itertools.count(1)
for _scheme in ("http", "https", "all", "no"):  # what the machine reaches the outside through is none of the tests' business
    os.environ.pop(f"{_scheme}_proxy", None)
    os.environ.pop(f"{_scheme}_PROXY".upper(), None)


def need(*programs):
    """Skips the whole file unless all of these are installed."""
    for program in programs:
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            print(f"skipped: {program} is not installed")
            sys.exit(77)


def need_no_sanitizer(why):
    """Skips the whole file where trawl was built with a sanitizer."""
    if SANITIZER:
        print(f"skipped: {SANITIZER}: {why}")
        sys.exit(77)


def need_path(*paths):
    for path in paths:
        if not os.path.exists(path):
            print(f"skipped: {path} is not there")
            sys.exit(77)


def free_port(address="127.0.0.1"):
    """A port that nobody has just now, neither for TCP nor for UDP. No other test gets it as long as this process lives, and no
    connection goes out from it."""
    while True:
        port = PORTS.randrange(10240, FIRST_PASSING)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
            mark = socket.socket(socket.AF_UNIX)
            try:
                mark.bind(f"\0trawl-test-port-{port}")  # of this network namespace; gone with the process
                s.bind((address, port))
                u.bind((address, port))
            except OSError:
                mark.close()
                continue
        TAKEN.append(mark)
        return port


def slack():
    """How many times longer things may take than on a machine that has little else to do: 1 to 5, by its load."""
    return min(5, max(1, os.getloadavg()[0] / (3 * os.cpu_count())))


def seconds(quiet):
    """So many seconds with that slack, as "7.5s"."""
    return f"{quiet * slack():.1f}s"


def path(name):
    return os.path.join(DIR, name)


def write(name, content):
    mode = "wb" if isinstance(content, bytes) else "w"
    with open(path(name), mode) as f:
        f.write(content)
    return path(name)


def wait_port(port, address="127.0.0.1", seconds=60, process=None):
    """Waits until something listens on `port`. Returns False when `process`, which was to do so, has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process and process.poll() is not None:
            return False
        try:
            socket.create_connection((address, port), 1).close()
            return True
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def stop(process):
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def start(command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    _cleanup.append(lambda: stop(process))
    return process


def start_on_port(command, **options):
    """Starts `command(port)` on a free port and waits until it listens. Between finding a port and using it, a client's
    connection may be given the same one: then the server ends, and is started on another. Returns the port."""
    for _ in range(5):
        port = free_port()
        process = start(command(port), **options)
        if wait_port(port, process=process):
            return port
    raise RuntimeError(f"{command(port)[0]} does not start on any port")


def serve(*options):
    """Starts `trawl serve`, which is there for as long as a test may take, and returns the port that it listens on."""
    with open(path("serve.err"), "ab") as err:
        return start_on_port(lambda port: [TRAWL, "serve", "-p", str(port), "--max-time", "7200s", *options],
                             stdout=err, stderr=err)


def nginx(server, http=""):
    """Starts nginx with the lines `server` in one server block (PORT stands for its port) and returns the port."""
    home = path(f"nginx{next(_numbers)}")
    os.makedirs(home)
    binary = shutil.which("nginx") or "/usr/sbin/nginx"

    def command(port):
        with open(f"{home}/nginx.conf", "w") as f:
            f.write(f"""worker_processes 1; daemon off; pid {home}/pid; error_log {home}/error.log crit;
events {{ worker_connections 16384; multi_accept on; }}
http {{ access_log off; keepalive_requests 1000000; types {{ text/html html; text/css css; text/plain txt; }}
client_body_temp_path {home}/b; proxy_temp_path {home}/p; fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u;
scgi_temp_path {home}/s; {http}
server {{ listen 127.0.0.1:{port} backlog=16384; {server.replace("PORT", str(port))} }} }}""")
        return [binary, "-p", home, "-c", f"{home}/nginx.conf"]

    return start_on_port(command, stderr=subprocess.DEVNULL)


def dnsmasq(*options):
    """Starts dnsmasq that knows only what `options` tell it; returns its port on 127.0.0.1."""
    binary = shutil.which("dnsmasq") or "/usr/sbin/dnsmasq"
    user = ["--user=root"] if os.getuid() == 0 else []

    def command(port):
        return [binary, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--cache-size=0",
                "--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}", "--pid-file=", *user, *options]

    return start_on_port(command, stderr=subprocess.DEVNULL)  # it answers over TCP as well


class Run:
    """What a finished run of trawl left: exit status, records in order, standard error."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err.decode("utf-8", "replace")

    @property
    def records(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def by_line(self):
        return {r["line"]: r for r in self.records}


def fetch(*options, urls=(), stdin=b"", timeout=300 if SANITIZER else 60):
    """Runs `trawl fetch`; with `urls` they are its standard input, one a line."""
    command = [TRAWL, "fetch", *options]
    if urls:
        stdin = "".join(f"{u}\n" for u in urls).encode()
        command += ["-i", "-"]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False)
    return Run(done.returncode, done.stdout, done.stderr)


class RawOrigin:
    """A server that answers each connection with what `handler(socket, number)` does."""

    def __init__(self, handler, address="127.0.0.1"):
        self.listener = socket.create_server((address, 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.count = 0
        self.handler = handler
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            threading.Thread(target=self._run, args=(connection, self.count), daemon=True).start()

    def _run(self, connection, number):
        try:
            with connection:
                self.handler(connection, number)
        except OSError:
            pass


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65536)
        if not more:
            break
        head += more
    return head


class Meter:
    """An origin that takes so many seconds for each request, and notes when it began and ended, and how many there were at once."""

    def __init__(self, seconds=0.0, address="127.0.0.1"):
        self.lock = threading.Lock()
        self.spans, self.now, self.most, self.seconds = [], 0, 0, seconds
        self.origin = RawOrigin(self._handle, address)
        self.base = f"http://{address}:{self.origin.port}"

    def _handle(self, connection, _):
        while read_head(connection):
            began = time.monotonic()
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            time.sleep(self.seconds)
            with self.lock:
                self.now -= 1
                self.spans.append((began, time.monotonic()))
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    @property
    def starts(self):
        return sorted(b for b, _ in self.spans)

    def gaps(self):
        starts = self.starts
        return [b - a for a, b in zip(starts, starts[1:])]


def count_lines(name):
    """How many whole lines a file has so far; one that is not there yet has none."""
    try:
        with open(name, "rb") as f:
            return f.read().count(b"\n")
    except FileNotFoundError:
        return 0


def each_engine(*engines):
    """A test that takes an engine, as one that is run under each of these."""
    def decorate(test):
        @functools.wraps(test)
        def run(self):
            for engine in engines:
                with self.subTest(engine=engine):
                    test(self, engine)
        return run
    return decorate


def children_of(pid):
    """All processes below `pid`, as a list of pids."""
    found, queue = [], [pid]
    while queue:
        p = queue.pop()
        try:
            tasks = os.listdir(f"/proc/{p}/task")
            for task in tasks:
                with open(f"/proc/{p}/task/{task}/children") as f:
                    for child in f.read().split():
                        found.append(int(child))
                        queue.append(int(child))
        except OSError:
            pass
    return found


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until_heard(process, number):
    """Waits until the process does something about this signal; before that it just ends of it. Not for ever: a process may end."""
    while process.poll() is None:
        with open(f"/proc/{process.pid}/status") as f:
            masks = dict(line.split(":\t", 1) for line in f if line.startswith("Sig"))
        if (int(masks["SigCgt"], 16) | int(masks["SigBlk"], 16)) >> (number - 1) & 1:
            return
        time.sleep(0.01)


def peak_kb(pid):
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmHWM"):
                return int(line.split()[1])
    return 0


def _cases(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from _cases(test)
        else:
            yield test


def _run_at_once(count):
    """Runs the tests of the file, `count` at a time: for those that mostly wait, and share nothing. Returns whether all is well."""
    def run(case):
        result = unittest.TestResult()
        case.run(result)
        return result
    module, names = sys.modules["__main__"], sys.argv[1:]
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
    cases = list(_cases(suite))
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        results = list(pool.map(run, cases))
    faults = [fault for result in results for fault in result.errors + result.failures]
    for case, text in faults:
        print(f"{'=' * 70}\n{case}\n{text}")
    print(f"Ran {len(cases)} tests, {len(faults)} faults")
    return not faults and all(result.wasSuccessful() for result in results)


def found_by_sanitizer():
    """What it found in any run of trawl."""
    found = [name for name in sorted(os.listdir(DIR)) if name.startswith("found.")]
    for name in found[:3]:
        with open(path(name), errors="replace") as f:
            print(f.read()[:6000])
    return found


def main(at_once=1):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    status = 1
    try:
        good = _run_at_once(at_once) if at_once > 1 else unittest.main(verbosity=1, exit=False).result.wasSuccessful()
        status = 0 if good else 1
    finally:
        for end in reversed(_cleanup):
            end()
        if found_by_sanitizer():
            status = 1
        if status == 0:
            shutil.rmtree(DIR, ignore_errors=True)
        else:
            print(f"the files of this run are in {DIR}")
    sys.exit(status)
