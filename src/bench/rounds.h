// SPDX-License-Identifier: MIT
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H
#include "bench/course.h"
#include "bench/line.h"
#include "bench/observer.h"
#include "bench/setup.h"
#include <signal.h>

// The rounds of a bench: every cell once a round, in an order of its own, each time in a new
// process.
struct rounds {
    struct bench_result *result; // its cells have room for their repetitions
    const struct bench_setup *setup;
    const struct crawl_settings *crawl;
    struct course course;
    struct observer observer;
    struct histogram *latency; // a cell
    unsigned *order;           // of cells, in this round
    unsigned turns;            // repetitions begun
    unsigned all;              // to be done
    uint32_t work;             // rounds of work that --cpu is
    uint64_t random;           // of the order
    struct line line;
    int64_t began;
    const volatile sig_atomic_t *stop;
    struct bench_cell *cell; // that runs
    char said[BENCH_NOTE];   // the first complaint of its process
};

// Whether a body of this workload costs its worker work.
static inline bool rounds_compute(enum bench_workload w)
{
    return w != BENCH_WAITING;
}

// How long the warm-up of a workload lasts at least, ns.
int64_t rounds_warm_up(const struct rounds *b, enum bench_workload workload);

// Runs all of them, until `stop` is not 0 any more: a signal's number. Cells
// that cannot be run get a note. Blocks. Errors: -EINTR (it was stopped), -EIO (the origin has
// ended: said).
int rounds_run(struct rounds *b, const volatile sig_atomic_t *stop);
#endif
