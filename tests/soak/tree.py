# SPDX-License-Identifier: MIT
"""A run's processes: what they hold, and killing some."""
import os
import signal
import statistics

import rig

WARM_UP = 1 / 3  # of the samples, which do not count


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def shape(pid):
    """The processes that fork workers, and the workers."""
    below = set(rig.children_of(pid))
    zygotes = [p for p in below if parent(p) == pid]
    return zygotes, sorted(below - set(zygotes))


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            return int(f.read().rsplit(b")", 1)[1].split()[1])
    except (OSError, IndexError):
        return 0


def strike(pid, victim, rng):
    """Kills one of the processes of a run, or all of them. Returns whether the coordinator was."""
    zygotes, workers = shape(pid)
    if victim == "worker" and workers:
        kill(rng.choice(workers))
    elif victim == "zygote" and zygotes:
        kill(zygotes[0])
    else:
        for p in [pid] + (zygotes + workers if victim == "all" else []):
            kill(p)
        return True
    return False


def left_behind(word):
    """Processes whose command line has this word."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if word.encode() in f.read() and rig.alive(int(pid)):
                    found.append(int(pid))
        except OSError:
            pass
    return found


def holdings(pid):
    """Of a process and all below it: KB of its own memory (anonymous and shared between them, shares counted as parts), KB of
    files it has mapped, descriptors, processes. None when one of them ended meanwhile."""
    own = files = descriptors = 0
    pids = [pid, *rig.children_of(pid)]
    for p in pids:
        try:
            with open(f"/proc/{p}/smaps_rollup", encoding="ascii") as f:
                kb = {line.split()[0]: int(line.split()[1]) for line in f if line.startswith("Pss")}
            descriptors += len(os.listdir(f"/proc/{p}/fd"))
        except (OSError, IndexError, ValueError):
            return None
        own += kb["Pss_Anon:"] + kb["Pss_Shmem:"]
        files += kb["Pss_File:"]
    return own, files, descriptors, len(pids)


class Samples:
    """What a run held, over time."""

    def __init__(self):
        self.taken = []  # (seconds, own, files, descriptors)

    def take(self, seconds, pid):
        held = holdings(pid)
        if held:
            self.taken.append((seconds, *held[:3]))

    @property
    def last(self):
        return self.taken[-1] if self.taken else (0, 0, 0, 0)

    @property
    def warm(self):
        return self.taken[int(len(self.taken) * WARM_UP):]

    def slope(self, column):
        """Per hour, of the warm part, by least squares."""
        x, y = [s[0] / 3600 for s in self.warm], [s[column] for s in self.warm]
        mx, my = statistics.fmean(x), statistics.fmean(y)
        spread = sum((a - mx) ** 2 for a in x)
        return sum((a - mx) * (b - my) for a, b in zip(x, y)) / spread if spread else 0.0

    def grown(self, column):
        """From the median of the first quarter of the warm part to that of the last."""
        y = [s[column] for s in self.warm]
        quarter = max(1, len(y) // 4)
        return statistics.median(y[-quarter:]) - statistics.median(y[:quarter])

    def middle(self, column):
        return statistics.median(s[column] for s in self.warm)
