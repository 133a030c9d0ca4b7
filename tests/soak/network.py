# SPDX-License-Identifier: MIT
"""Two network namespaces with a link between them that can be taken away: here the runs, there the origin."""
import os
import subprocess
import sys
import time

INSIDE = "TRAWL_SOAK_INSIDE"
HERE, THERE = "10.77.0.2", "10.77.0.1"
SILENT, UNREACHABLE = "silent", "unreachable"  # packets vanish; there is no route


def enter():
    """Goes on in a namespace of its own; skips where none can be made."""
    if os.environ.get(INSIDE):
        return
    tried = subprocess.run(["unshare", "-n", "ip", "link", "add", "soak0", "type", "veth", "peer", "name", "soak1"],
                           capture_output=True, check=False)
    if tried.returncode != 0:
        print("skipped: no network namespace can be made here:", tried.stderr.decode().strip())
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])


def ip(*words, prefix=()):
    subprocess.run([*prefix, "ip", *words], check=True)


class Network:
    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "-n", "sleep", "1000000"], stdin=subprocess.DEVNULL)
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        ip("link", "set", "lo", "up")
        ip("link", "add", "soak0", "type", "veth", "peer", "name", "soak1", "netns", str(self.holder.pid))
        ip("addr", "add", f"{HERE}/24", "dev", "soak0")
        ip("addr", "add", f"{THERE}/24", "dev", "soak1", prefix=self.there())
        ip("link", "set", "lo", "up", prefix=self.there())
        ip("link", "set", "soak0", "up")
        ip("link", "set", "soak1", "up", prefix=self.there())
        self.losses = []  # [from, to], seconds since 1970
        self.unheard = []  # what may have been held up by them

    def there(self, *command):
        return ["nsenter", "-t", str(self.holder.pid), "-n", *command]

    def lose(self, kind, seconds):
        """Takes the link away for a while. A packet that was lost is sent again after pauses that double, so what arrives within
        as long again may be old."""
        device, prefix = ("soak0", ()) if kind == UNREACHABLE else ("soak1", self.there())
        began = time.time()
        span, unheard = [began, began + seconds], [began, began + 2 * seconds + 2]
        self.losses.append(span)
        self.unheard.append(unheard)
        ip("link", "set", device, "down", prefix=prefix)
        time.sleep(seconds)
        ip("link", "set", device, "up", prefix=prefix)
        span[1] = time.time()
        unheard[1] = span[1] + (span[1] - began) + 2

    def close(self):
        self.holder.kill()
        self.holder.wait()
