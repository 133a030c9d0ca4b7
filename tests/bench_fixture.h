// SPDX-License-Identifier: MIT
#ifndef BENCH_FIXTURE_H
#define BENCH_FIXTURE_H
#include "bench/compare.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// A bench that was never run: its repetitions are written down.
struct fixture {
    struct bench_result r;
    struct bench_cell cell[16];
    struct bench_repetition repetition[16][3];
};

static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){ 0 };
    f->r.cell = f->cell;
    f->r.machine.cpus = 4;
    f->r.plan.repeat = 3;
    f->r.plan.origins = 1;
    f->r.plan.duration = 1;
}

// Adds a cell whose three repetitions had this rate, and 5 % of it more and less.
static inline struct bench_cell *fixture_add(struct fixture *f, const char *engine,
                                             unsigned in_flight, enum bench_workload workload,
                                             double rate)
{
    unsigned n = f->r.cells++;
    struct bench_cell *c = &f->cell[n];
    snprintf(c->engine, sizeof c->engine, "%s", engine);
    snprintf(c->spec, sizeof c->spec, "%s", engine);
    c->in_flight = in_flight;
    c->workload = workload;
    c->engine_index = n;
    c->repetition = f->repetition[n];
    c->repetitions = 3;
    for (unsigned i = 0; i < 3; i++) {
        struct bench_repetition *r = &c->repetition[i];
        for (unsigned m = 0; m < BENCH_MEASURES; m++)
            r->value[m] = NAN;
        r->value[BENCH_RATE] = rate * (0.95 + 0.05 * i);
        r->value[BENCH_IN_FLIGHT] = in_flight;
        r->succeeded = 1000;
        r->bytes = 1000 * 1024;
    }
    return c;
}

// Every repetition of the cell measured this.
static inline void fixture_set(struct bench_cell *c, enum bench_measure m, double value)
{
    for (unsigned i = 0; i < c->repetitions; i++)
        c->repetition[i].value[m] = value;
}

// The cells are not the heap's.
static inline void fixture_fini(struct fixture *f)
{
    f->r.cells = 0;
    f->r.cell = NULL;
    result_fini(&f->r);
}
#endif
