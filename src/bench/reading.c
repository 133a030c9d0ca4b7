// SPDX-License-Identifier: MIT
// What is common to all workloads: what may not be compared, what went on beside, how far to trust
// it. The workloads themselves are in reading_cost.c, reading_speed.c.
#include "bench/reading.h"
#include "bench/compare.h"
#include "bench/reading_parts.h"
#include "report/units.h"
#include <errno.h>
#include <math.h>

#define READING_OTHERS 0.1 // CPUs
#define READING_STEAL 0.02 // CPUs
#define READING_SPREAD 0.1 // of a rate: above, it is said

int reading_say(struct bench_texts *to, struct buffer *sentence)
{
    const char *text = buffer_string(sentence);
    int r = text ? result_say(to, "%s", text) : -ENOMEM;
    buffer_fini(sentence);
    return r;
}

// ---- Single cells

static void add_cell(struct buffer *b, const struct bench_cell *c)
{
    buffer_add_format(b, "%s at %u (%s)", c->engine, c->in_flight, result_workload(c->workload));
}

static int note_cell(struct bench_result *r, const struct bench_cell *c)
{
    struct buffer b = { 0 };
    if (!c->note[0])
        return 0;
    add_cell(&b, c);
    buffer_add_format(&b, "%s: %s.", c->repetitions ? "" : " was not measured", c->note);
    return reading_say(&r->notes, &b);
}

// Open, what is in flight is as much as it takes.
static int note_reach(struct bench_result *r, const struct bench_cell *c)
{
    struct buffer b = { 0 };
    double reached = c->figure[BENCH_IN_FLIGHT].median;
    if (r->plan.rate > 0 || !c->figure[BENCH_IN_FLIGHT].count ||
        reached >= READING_REACHED * c->in_flight)
        return 0;
    add_cell(&b, c);
    buffer_add_format(&b, " had %.0f requests in flight on average, not %u.", reached,
                      c->in_flight);
    return reading_say(&r->notes, &b);
}

// What was seen to be wrong with the work itself comes before everything else.
static int say_unequal(struct bench_result *r)
{
    struct buffer b = { 0 };
    const char *before = "Not the same work: ";
    if (!r->unequal)
        return 0;
    for (unsigned i = 0; i < r->cells; i++) {
        if (!r->cell[i].odd)
            continue;
        buffer_add_string(&b, before);
        add_cell(&b, &r->cell[i]);
        before = ", ";
    }
    buffer_add_string(&b, " did not do what the others did, and cannot be compared with them: see "
                          "the notes. What follows leaves it out.");
    return reading_say(&r->reading, &b);
}

static int say_failures(struct bench_result *r)
{
    uint64_t good = 0, failed = 0;
    for (unsigned i = 0; i < r->cells; i++) {
        good += r->cell[i].succeeded;
        failed += r->cell[i].failed;
    }
    if (failed == 0 || r->unequal)
        return 0;
    if (good == 0)
        return result_say(&r->reading,
                          "Every URL failed, with every engine: there is nothing to compare.");
    return result_say(&r->reading,
                      "%.1f %% of the URLs failed, with every engine alike: figures are for "
                      "those that did not.",
                      (double)failed * 100 / (double)(good + failed));
}

// ---- What went on beside

static double worst(const struct bench_result *r, enum bench_measure m)
{
    double most = 0;
    for (unsigned i = 0; i < r->cells; i++)
        if (r->cell[i].figure[m].median > most)
            most = r->cell[i].figure[m].median;
    return most;
}

static uint64_t swapped(const struct bench_result *r)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < r->cells; i++)
        for (unsigned k = 0; k < r->cell[i].repetitions; k++)
            n += r->cell[i].repetition[k].swapped;
    return n;
}

static int warn(struct bench_result *r)
{
    int e = 0;
    double others = worst(r, BENCH_OTHERS), steal = worst(r, BENCH_STEAL);
    double throttled = worst(r, BENCH_THROTTLED);
    if (others >= READING_OTHERS)
        e |= result_say(&r->warnings,
                        "Other processes and the kernel kept up to %.2f CPUs busy meanwhile.",
                        others);
    if (steal >= READING_STEAL)
        e |=
            result_say(&r->warnings, "The hypervisor took up to %.2f CPUs away for others.", steal);
    if (throttled > 0)
        e |= result_say(&r->warnings,
                        "A limit of the control group made it stand still for up to %.0f ms of a "
                        "window.",
                        throttled);
    if (swapped(r) > 0)
        e |= result_say(&r->warnings, "The machine swapped: memory was short.");
    return e;
}

// ---- How far to trust it

static int say_spread(struct bench_result *r)
{
    double most = 0;
    unsigned runs = 0;
    for (unsigned i = 0; i < r->cells; i++) {
        const struct bench_figure *f = &r->cell[i].figure[BENCH_RATE];
        most = compare_counts(&r->cell[i]) && figure_spread(f) > most ? figure_spread(f) : most;
        runs = f->count > runs ? f->count : runs;
    }
    if (runs == 1)
        return result_say(&r->reading, "Each was run once: what is chance cannot be told from "
                                       "what is not. --repeat 5 tells more.");
    if (most < READING_SPREAD)
        return 0;
    return result_say(&r->reading,
                      "Runs of one and the same cell differed by up to +-%.0f %%: take smaller "
                      "differences for chance.",
                      most * 100);
}

int reading_write(struct bench_result *r)
{
    int e = warn(r);
    for (unsigned i = 0; i < r->cells; i++) {
        e |= note_cell(r, &r->cell[i]);
        e |= note_reach(r, &r->cell[i]);
    }
    e |= say_unequal(r);
    e |= say_failures(r);
    for (int w = 0; w < BENCH_WORKLOADS; w++)
        e |= reading_workload(r, (enum bench_workload)w);
    e |= say_spread(r);
    return e ? -ENOMEM : 0;
}
