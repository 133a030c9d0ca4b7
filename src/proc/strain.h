// SPDX-License-Identifier: MIT
#ifndef PROC_STRAIN_H
#define PROC_STRAIN_H
#include <stdint.h>

// What the machine as a whole has been doing since it was started, as counters: the difference of
// two tells what else went on while something was measured.
struct strain {
    int64_t busy;      // ns of CPU, all CPUs together, ours included
    int64_t steal;     // ns that the hypervisor gave to others
    int64_t throttled; // see cgroup.h
    uint64_t swapped;  // pages, in and out
};

// What cannot be read is 0.
void strain_read(struct strain *out);

// The first two, from the text of /proc/stat, `tick` ns being a clock tick: pure, for strain_read
// and its test.
void strain_parse(struct strain *out, const char *text, int64_t tick);
#endif
