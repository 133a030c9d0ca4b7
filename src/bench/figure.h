// SPDX-License-Identifier: MIT
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H
#include <stdbool.h>

// What several repetitions of one measurement came to. With few of them the range is the honest
// spread: a deviation computed from three values says more than they do.
struct bench_figure {
    double median, least, most;
    unsigned count; // of repetitions; 0: not measured, and the rest is 0
};

// The figure of `n` values, which are sorted in place. Values that are not finite are left out.
struct bench_figure figure_of(double *value, unsigned n);

// Half of the range as a share of the median, 0.03 for "+-3 %"; 0 when there is nothing to say.
double figure_spread(const struct bench_figure *f);

// Whether the ranges have something in common: then which of them is larger is not known.
bool figure_overlap(const struct bench_figure *a, const struct bench_figure *b);
#endif
