// SPDX-License-Identifier: MIT
#include "bench/compare.h"
#include "bench/measure.h"
#include "report/units.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPARE_REPETITIONS = 1000 };
#define COMPARE_SHARE 0.001 // of what succeeded: more is another kind of work
#define COMPARE_LENGTH 0.001

bool compare_counts(const struct bench_cell *c)
{
    return c->repetitions > 0 && !c->odd && c->succeeded > 0;
}

// ---- Sums

static void add_outcome(struct bench_cell *c, const struct bench_outcome *o)
{
    unsigned i = 0;
    while (i < c->outcomes && strcmp(c->outcome[i].name, o->name) != 0)
        i++;
    if (i == BENCH_OUTCOMES)
        return;
    if (i == c->outcomes)
        c->outcome[c->outcomes++] = (struct bench_outcome){ 0 };
    memcpy(c->outcome[i].name, o->name, sizeof o->name);
    c->outcome[i].count += o->count;
}

static int compare_outcomes(const void *a, const void *b)
{
    uint64_t x = ((const struct bench_outcome *)a)->count;
    uint64_t y = ((const struct bench_outcome *)b)->count;
    return (x < y) - (x > y);
}

static void sum_up(struct bench_cell *c)
{
    double value[COMPARE_REPETITIONS];
    unsigned n = c->repetitions < COMPARE_REPETITIONS ? c->repetitions : COMPARE_REPETITIONS;
    for (unsigned m = 0; m < BENCH_MEASURES; m++) {
        for (unsigned i = 0; i < n; i++)
            value[i] = c->repetition[i].value[m];
        c->figure[m] = figure_of(value, n);
    }
    c->succeeded = c->failed = 0;
    c->outcomes = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct bench_repetition *r = &c->repetition[i];
        c->succeeded += r->succeeded;
        c->failed += r->failed;
        for (unsigned o = 0; o < r->outcomes; o++)
            add_outcome(c, &r->outcome[o]);
    }
    qsort(c->outcome, c->outcomes, sizeof *c->outcome, compare_outcomes);
}

void compare_sum_up(struct bench_result *r)
{
    for (unsigned i = 0; i < r->cells; i++)
        sum_up(&r->cell[i]);
}

void compare_curve(struct bench_cell *c, const struct histogram *latency)
{
    c->points = 0;
    for (unsigned i = 0; latency->count > 0 && i < BENCH_CURVE; i++)
        c->curve[c->points++] =
            (struct bench_point){ measure_curve[i],
                                  (double)histogram_quantile(latency, measure_curve[i]) };
}

// ---- The same work

// What the others of its workload are held against: the best of them.
struct yardstick {
    uint64_t most;  // successes of a repetition
    double share;   // of a cell that succeeded
    double length;  // of a body; 0: they need not be alike
    bool by_number; // of URLs
};

static double share_of(const struct bench_cell *c)
{
    return (double)c->succeeded / (double)(c->succeeded + c->failed);
}

static double length_of(const struct bench_cell *c)
{
    double bytes = 0;
    for (unsigned i = 0; i < c->repetitions; i++)
        bytes += (double)c->repetition[i].bytes;
    return c->succeeded ? bytes / (double)c->succeeded : 0;
}

static bool was_run(const struct bench_cell *c, int workload)
{
    return (int)c->workload == workload && c->repetitions > 0 && c->succeeded + c->failed > 0;
}

static void measure_yardstick(struct yardstick *y, const struct bench_result *r, int workload)
{
    *y = (struct yardstick){ .by_number = r->plan.urls && r->plan.duration <= 0 };
    for (unsigned i = 0; i < r->cells; i++) {
        const struct bench_cell *c = &r->cell[i];
        if (!was_run(c, workload))
            continue;
        for (unsigned k = 0; k < c->repetitions; k++)
            y->most = c->repetition[k].succeeded > y->most ? c->repetition[k].succeeded : y->most;
        y->share = share_of(c) > y->share ? share_of(c) : y->share;
        if (r->plan.origins)
            y->length = length_of(c) > y->length ? length_of(c) : y->length;
    }
}

static void name_failures(char *out, size_t room, const struct bench_cell *c)
{
    char failed[UNITS_ROOM], all[UNITS_ROOM], count[UNITS_ROOM];
    int n = snprintf(out, room, "%s of %s URLs failed", units_show_count(failed, c->failed),
                     units_show_count(all, c->succeeded + c->failed));
    const char *before = ": ";
    for (unsigned i = 0; i < c->outcomes && n > 0 && (size_t)n < room; i++) {
        const struct bench_outcome *o = &c->outcome[i];
        if (o->name[0] >= '1' && o->name[0] <= '3')
            continue; // a status that is none of a failure
        n += snprintf(out + n, room - (size_t)n, "%s%s %s", before,
                      units_show_count(count, o->count), o->name);
        before = ", ";
    }
}

static void judge(struct bench_cell *c, const struct yardstick *y)
{
    bool same = share_of(c) >= y->share - (y->by_number ? 0 : COMPARE_SHARE);
    for (unsigned i = 0; i < c->repetitions; i++)
        same &= !y->by_number || c->repetition[i].succeeded == y->most;
    if (!same) {
        c->odd = true;
        name_failures(c->note, sizeof c->note, c);
    } else if (y->length > 0 && c->succeeded && length_of(c) < y->length * (1 - COMPARE_LENGTH)) {
        c->odd = true;
        snprintf(c->note, sizeof c->note, "its bodies had %.0f bytes, those of others %.0f",
                 length_of(c), y->length);
    } else if (c->failed && !c->note[0]) {
        name_failures(c->note, sizeof c->note, c);
    }
}

void compare_work(struct bench_result *r)
{
    r->unequal = false;
    for (int w = 0; w < BENCH_WORKLOADS; w++) {
        struct yardstick y;
        measure_yardstick(&y, r, w);
        for (unsigned i = 0; i < r->cells; i++) {
            if (!was_run(&r->cell[i], w))
                continue;
            judge(&r->cell[i], &y);
            r->unequal |= r->cell[i].odd;
        }
    }
}
