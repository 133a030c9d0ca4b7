// SPDX-License-Identifier: MIT
#ifndef PAGE_VIEW_H
#define PAGE_VIEW_H
#include "bench/result.h"

// The cells of one workload that were run, and at which concurrency. Pure; borrows the result.
enum { VIEW_CELLS = 512, VIEW_LEVELS = 64 };

struct view {
    const struct bench_result *result;
    enum bench_workload workload;
    const struct bench_cell *cell[VIEW_CELLS]; // as in the result: by concurrency, then engine
    unsigned cells;
    double level[VIEW_LEVELS]; // requests in flight, rising, each once
    unsigned levels;
    unsigned repetitions; // of a cell, at most
};

// What was run of a workload; `cells` is 0 when nothing was.
void view_of(struct view *v, const struct bench_result *r, enum bench_workload workload);

// Whether any engine was run at several concurrencies, so that there is a line to draw.
bool view_slopes(const struct view *v);

// The highest concurrency at which several engines were run; 0: none.
double view_top(const struct view *v);

// The least and the most of a measure over its cells, ranges included; false: nobody has it.
bool view_range(const struct view *v, enum bench_measure measure, double *least, double *most);
#endif
