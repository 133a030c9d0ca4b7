// SPDX-License-Identifier: MIT
#ifndef BENCH_SETUP_H
#define BENCH_SETUP_H
#include "bench/matrix.h"
#include <sched.h>

struct bench_cpus {
    bool given; // otherwise all that there are
    cpu_set_t set;
};

// What a bench is asked to do: filled from the command line. Times are ns. { 0 } is no default but
// where it says so.
struct bench_setup {
    struct matrix matrix; // no engines: matrix_default_engines
    int64_t delay;        // that the built-in origin waits (waiting, mixed)
    int64_t cpu;          // of work a body (computing, mixed)
    uint64_t body;        // bytes of a body of the built-in origin
    unsigned hosts;       // of the built-in origin
    unsigned origins;     // processes of it; 0: half as many as there are CPUs
    uint64_t urls;        // of a repetition, after the warm-up; 0: as many as its time allows
    int64_t duration;     // of a repetition, after the warm-up; 0: with `urls` none, otherwise so
                          // that all of them take about a minute and a half
    int64_t warm_up;
    unsigned repeat;
    double rate; // starts a second; 0: closed
    struct bench_cpus cpus, origin_cpus;
    bool micro, only_micro, json;
    const char *html; // NULL: no page
};
#endif
