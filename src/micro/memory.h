// SPDX-License-Identifier: MIT
#ifndef MICRO_MEMORY_H
#define MICRO_MEMORY_H
#include "micro/probe.h"

// Memory of a set of processes, in bytes, and of the kernel for them.
struct memory {
    int64_t resident; // PSS: a page that n processes share counts 1/n for each
    int64_t address;  // VmSize
    int64_t tables;   // VmPTE
    int64_t machine;  // KernelStack and SUnreclaim of /proc/meminfo: everybody's, not theirs alone
};

// Of the calling process and `n` others, after a pause in which the kernel lets go of what ended
// just now (it frees tasks late). Blocks. Errors: those of opening files in /proc.
int memory_read(struct memory *out, const pid_t *others, unsigned n);

// Adds `n` more processes to what was read.
int memory_add(struct memory *m, const pid_t *others, unsigned n);

// What has been added from `before` to `after`, into out->resident, address and kernel; never
// negative.
void memory_growth(const struct memory *before, const struct memory *after,
                   struct probe_sample *out);

// The number of kB behind `name` ("Pss:") at the beginning of a line of `text`, in bytes; 0 when
// there is none. Pure.
int64_t memory_line(const char *text, const char *name);
#endif
