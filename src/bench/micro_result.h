// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_RESULT_H
#define BENCH_MICRO_RESULT_H
#include "bench/figure.h"

// What waiting costs by itself on this machine, without any HTTP: see micro.h.
enum micro_kind { MICRO_COROUTINE, MICRO_THREAD, MICRO_PROCESS, MICRO_KINDS };

struct micro_unit {
    char name[16];                    // "coroutine", "thread", "process"
    struct bench_figure switch_ns;    // from one to the next, each way once
    struct bench_figure spawn_ns;     // make one, run nothing in it, see it end
    struct bench_figure memory_bytes; // of one that is parked, the kernel's share included
    unsigned parked;                  // so many were parked at once to find that out
    char note[160];                   // what one should know of how it was measured; empty: nothing
};

// Plain bytes without pointers, so that it can come out of another process. All zero: not measured.
struct micro_result {
    bool measured;
    struct micro_unit unit[MICRO_KINDS];
};
#endif
