// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_RESULT_H
#define BENCH_MICRO_RESULT_H
#include "bench/figure.h"
#include <stdint.h>

// What waiting costs by itself on this machine, without any HTTP: see micro.h.
enum micro_kind { MICRO_COROUTINE, MICRO_THREAD, MICRO_PROCESS, MICRO_KINDS };

// The headlines, one a kind. Each is one of the rows below, or a sum of its columns.
struct micro_unit {
    char name[16];                    // "coroutine", "thread", "process"
    struct bench_figure switch_ns;    // CPU: let the next one go on and wait, on one CPU
    struct bench_figure spawn_ns;     // CPU: make one, run nothing in it, see it end
    struct bench_figure memory_bytes; // of one that is parked, the kernel's share included
    unsigned parked;                  // so many were parked at once to find that out
    uint64_t ceiling;                 // about so many could be parked here; 0: not known
    char ceiling_by[48];              // what ends it: "memory", "kernel.pid_max"
    char note[160];                   // what one should know of how it was measured; empty: nothing
};

// Every single measurement. What a row measures decides which of its figures it has.
enum micro_group {
    MICRO_SWITCH,    // wall, cpu: of one switch
    MICRO_SPAWN,     // wall, cpu: of one spawn and join
    MICRO_PARKED,    // resident, kernel, address: of one unit
    MICRO_MESSAGE,   // wall, cpu: of one message between two processes
    MICRO_YARDSTICK, // wall, cpu: of something well known, for comparison
    MICRO_GROUPS
};

struct micro_row {
    char id[32];   // for JSON, unique: "thread-pipe-two-cpus"
    char name[64]; // half a sentence: "pipe, two CPUs"
    enum micro_group group;
    enum micro_kind kind;         // MICRO_KINDS: none of them
    struct bench_figure wall_ns;  // an operation
    struct bench_figure cpu_ns;   // of all threads and processes that take part
    struct bench_figure resident; // bytes: PSS, over all processes
    struct bench_figure kernel;   // bytes that are in no process: stacks, page tables, structures
    struct bench_figure address;  // bytes of address space
    unsigned parked;              // so many at once
    char note[96];                // why there is no figure, or what is odd; empty: nothing
};

enum { MICRO_ROWS = 48 };

// Plain bytes without pointers, so that it can come out of another process. All zero: not measured.
struct micro_result {
    bool measured;
    struct micro_unit unit[MICRO_KINDS];
    struct micro_row row[MICRO_ROWS]; // by group, then kind
    unsigned rows;
    int cpu[2];     // the CPUs that were used; twice the same when there is only one
    unsigned round; // how often each was measured
    double took;    // s
};
#endif
