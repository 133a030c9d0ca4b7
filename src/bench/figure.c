// SPDX-License-Identifier: MIT
#include "bench/figure.h"
#include <math.h>
#include <stdlib.h>

static int figure_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct bench_figure figure_of(double *value, unsigned n)
{
    unsigned good = 0;
    for (unsigned i = 0; i < n; i++)
        if (isfinite(value[i]))
            value[good++] = value[i];
    if (good == 0)
        return (struct bench_figure){ 0 };
    qsort(value, good, sizeof *value, figure_compare);
    double median = good % 2 ? value[good / 2] : (value[good / 2 - 1] + value[good / 2]) / 2;
    return (struct bench_figure){ median, value[0], value[good - 1], good };
}

double figure_spread(const struct bench_figure *f)
{
    return f->count && f->median > 0 ? (f->most - f->least) / 2 / f->median : 0;
}

bool figure_overlap(const struct bench_figure *a, const struct bench_figure *b)
{
    return a->count && b->count && a->least <= b->most && b->least <= a->most;
}
