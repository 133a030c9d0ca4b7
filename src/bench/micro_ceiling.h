// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_CEILING_H
#define BENCH_MICRO_CEILING_H
#include "bench/micro_result.h"

// How many units could be parked on this machine, and what ends it: nobody has to try it out.

// Limits in force; 0: none, or not known.
struct micro_limits {
    uint64_t memory;      // bytes that are available
    uint64_t threads_max; // kernel.threads-max, of the machine
    uint64_t pid_max;     // kernel.pid_max: threads have numbers of that kind as well
    uint64_t nproc;       // RLIMIT_NPROC, of the user; does not hold for root
    uint64_t pids;        // pids.max of the cgroup, the least on the way up
    uint64_t maps;        // vm.max_map_count, of a process
    uint64_t address;     // RLIMIT_AS, bytes of a process
};

// Those of the calling process. Reads /proc and /sys.
void micro_limits_read(struct micro_limits *out);

// Sets u->ceiling and u->ceiling_by from what one unit was found to cost: u->memory_bytes, and
// `address` bytes of address space. Leaves them when memory was not measured. Pure.
void micro_ceiling(struct micro_unit *u, enum micro_kind kind, double address,
                   const struct micro_limits *l);

// The least "max" of pids.max over `path` ("/a/b", of /proc/self/cgroup) and what is above it below
// `root`; 0: none.
uint64_t micro_ceiling_cgroup(const char *root, const char *path);
#endif
