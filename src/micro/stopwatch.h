// SPDX-License-Identifier: MIT
#ifndef MICRO_STOPWATCH_H
#define MICRO_STOPWATCH_H
#include "micro/probe.h"

// Times what goes on between begin and end: wall, and CPU of the calling process with all of its
// threads and of `peer` (0: none), which must be alive at both.
struct stopwatch {
    int64_t wall, cpu;
    pid_t peer;
};
void stopwatch_begin(struct stopwatch *w, pid_t peer);
void stopwatch_end(const struct stopwatch *w, struct probe_sample *out);

// CPU ns of all children that were waited for.
int64_t stopwatch_children(void);
#endif
