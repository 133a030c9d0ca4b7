// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_MEMORY_H
#define BENCH_MICRO_MEMORY_H
#include "bench/micro_probe.h"

// Memory of a set of processes, in bytes, and of the kernel for them.
struct micro_memory {
    int64_t resident; // PSS: a page that n processes share counts 1/n for each
    int64_t address;  // VmSize
    int64_t tables;   // VmPTE
    int64_t machine;  // KernelStack and SUnreclaim of /proc/meminfo: everybody's, not theirs alone
};

// Of the calling process and `n` others, after a pause in which the kernel lets go of what ended
// just now (it frees tasks late). Blocks. Errors: those of opening files in /proc.
int micro_memory_read(struct micro_memory *out, const pid_t *others, unsigned n);

// Adds `n` more processes to what was read.
int micro_memory_add(struct micro_memory *m, const pid_t *others, unsigned n);

// What has been added from `before` to `after`, into out->resident, address and kernel; never
// negative.
void micro_memory_growth(const struct micro_memory *before, const struct micro_memory *after,
                         struct micro_sample *out);

// The number of kB behind `name` ("Pss:") at the beginning of a line of `text`, in bytes; 0 when
// there is none. Pure.
int64_t micro_memory_line(const char *text, const char *name);
#endif
