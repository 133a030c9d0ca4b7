// SPDX-License-Identifier: MIT
#include "bench/micro.h"
#include "bench/micro_ceiling.h"
#include "bench/micro_rows.h"
#include "sys/clock.h"
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MICRO_ROUNDS = 7, MICRO_ROUNDS_MOST = 31, MICRO_PARKED_ROUNDS = 3 };
#define MICRO_SPAN (25 * CLOCK_MS)
#define MICRO_PATIENCE (20 * CLOCK_S) // with a measurement that takes hundredths of one

static const unsigned micro_most[MICRO_KINDS] = { 10000, 1000, 200 };

// What a row gave, round by round.
struct micro_series {
    double wall[MICRO_ROUNDS_MOST], cpu[MICRO_ROUNDS_MOST];
    double resident[MICRO_ROUNDS_MOST], kernel[MICRO_ROUNDS_MOST], address[MICRO_ROUNDS_MOST];
    unsigned n, parked;
    int error, stopped;
};

struct micro_work {
    const struct micro_options *options;
    struct micro_series series[MICRO_ROWS];
    struct micro_result result;
    unsigned rounds;
};

// Two CPUs that this process may run on; far apart in their numbers, for neighbours may be two
// faces of one core.
static void micro_choose_cpus(int cpu[2])
{
    cpu_set_t set;
    cpu[0] = cpu[1] = -1;
    if (sched_getaffinity(0, sizeof set, &set) < 0)
        return;
    for (int i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET((size_t)i, &set))
            continue;
        if (cpu[0] < 0)
            cpu[0] = i;
        cpu[1] = i;
    }
}

static void micro_plan_for(struct probe_plan *plan, const struct micro_item *item,
                           const struct micro_work *w)
{
    const struct micro_options *o = w->options;
    *plan = (struct probe_plan){
        .span = o->span ? o->span : MICRO_SPAN,
        .cpu = { w->result.cpu[0], w->result.cpu[item->place == MICRO_TWO_CPUS] },
        .units = item->units,
        .bytes = item->bytes,
        .way = item->way,
    };
    if (item->group == MICRO_PARKED)
        plan->units = o->most[item->kind] ? o->most[item->kind] : micro_most[item->kind];
}

static void micro_keep(struct micro_series *s, const struct probe_sample *sample)
{
    double count = (double)sample->count;
    s->wall[s->n] = (double)sample->wall / count;
    s->cpu[s->n] = (double)sample->cpu / count;
    s->resident[s->n] = (double)sample->resident / count;
    s->kernel[s->n] = (double)sample->kernel / count;
    s->address[s->n] = (double)sample->address / count;
    s->n++;
    if (sample->count > s->parked)
        s->parked = (unsigned)sample->count;
    if (sample->stopped)
        s->stopped = sample->stopped;
}

// A row that fails is not tried again: it would cost its patience each time.
static void micro_measure_row(struct micro_work *w, unsigned i, unsigned round)
{
    struct probe_plan plan;
    struct probe_sample sample = { 0 };
    struct micro_series *s = &w->series[i];
    const struct micro_item *item = &micro_item[i];
    if (s->error || (item->group == MICRO_PARKED && round >= MICRO_PARKED_ROUNDS))
        return;
    if (item->place == MICRO_TWO_CPUS && w->result.cpu[0] == w->result.cpu[1])
        return;
    micro_plan_for(&plan, item, w);
    s->error = probe(item->measure, &plan, &sample, clock_mono() + MICRO_PATIENCE);
    if (s->error == 0 && sample.count == 0)
        s->error = sample.stopped ? -sample.stopped : -EIO;
    if (s->error == 0)
        micro_keep(s, &sample);
}

static void micro_explain(struct micro_row *row, const struct micro_item *item,
                          const struct micro_series *s)
{
    if (s->error)
        snprintf(row->note, sizeof row->note, "not measured: %s", strerror(-s->error));
    else if (s->n == 0)
        snprintf(row->note, sizeof row->note, "not measured: one CPU is all there is");
    else if (s->stopped)
        snprintf(row->note, sizeof row->note, "no more than %u could be made: %s", s->parked,
                 strerror(s->stopped));
    else if (item->note)
        snprintf(row->note, sizeof row->note, "%s", item->note);
}

static void micro_finish_row(struct micro_work *w, unsigned i)
{
    const struct micro_item *item = &micro_item[i];
    struct micro_series *s = &w->series[i];
    struct micro_row *row = &w->result.row[w->result.rows++];
    snprintf(row->id, sizeof row->id, "%s", item->id);
    snprintf(row->name, sizeof row->name, "%s", item->name);
    row->group = item->group;
    row->kind = item->kind;
    if (item->group == MICRO_PARKED) {
        row->resident = figure_of(s->resident, s->n);
        row->kernel = figure_of(s->kernel, s->n);
        row->address = figure_of(s->address, s->n);
        row->parked = s->parked;
    } else {
        row->wall_ns = figure_of(s->wall, s->n);
        row->cpu_ns = figure_of(s->cpu, s->n);
    }
    micro_explain(row, item, s);
}

const struct micro_row *micro_find(const struct micro_result *m, const char *id)
{
    for (unsigned i = 0; i < m->rows; i++)
        if (strcmp(m->row[i].id, id) == 0)
            return &m->row[i];
    return NULL;
}

// Sums of medians, and of the ends of the ranges: wider than the range of the sums.
static struct bench_figure micro_sum(const struct bench_figure *a, const struct bench_figure *b)
{
    return (struct bench_figure){ a->median + b->median, a->least + b->least, a->most + b->most,
                                  a->count < b->count ? a->count : b->count };
}

// Headlines are CPU time: all of it is on one CPU, so on a quiet machine it is the time taken, and
// a busy one does not spoil it.
static void micro_finish_unit(struct micro_result *m, enum micro_kind kind,
                              const struct micro_limits *limits)
{
    static const char *const name[MICRO_KINDS] = { "coroutine", "thread", "process" };
    static const char *const note[MICRO_KINDS] = {
        "switch: handed over through a channel",
        "switch: handed over by a futex on one CPU; memory: a stack of the default size",
        "switch: handed over by a futex on one CPU; spawn: a fork of trawl itself",
    };
    struct micro_unit *u = &m->unit[kind];
    const struct micro_row *parked = micro_find(m, micro_parked_row[kind]);
    snprintf(u->name, sizeof u->name, "%s", name[kind]);
    snprintf(u->note, sizeof u->note, "%s", note[kind]);
    u->switch_ns = micro_find(m, micro_switch_row[kind])->cpu_ns;
    u->spawn_ns = micro_find(m, micro_spawn_row[kind])->cpu_ns;
    u->memory_bytes = micro_sum(&parked->resident, &parked->kernel);
    u->parked = parked->parked;
    micro_ceiling(u, kind, parked->address.median, limits);
}

static void micro_finish(struct micro_work *w)
{
    struct micro_limits limits;
    for (unsigned i = 0; i < micro_items; i++)
        micro_finish_row(w, i);
    micro_limits_read(&limits);
    for (enum micro_kind kind = 0; kind < MICRO_KINDS; kind++)
        micro_finish_unit(&w->result, kind, &limits);
    w->result.measured = true;
}

static bool micro_told(const struct micro_work *w, unsigned i, unsigned round)
{
    const struct micro_options *o = w->options;
    return !o->progress || o->progress(o->arg, micro_item[i].name, round * micro_items + i,
                                       w->rounds * micro_items);
}

int micro_run(struct micro_result *out, const struct micro_options *o)
{
    int64_t began = clock_mono();
    struct micro_work *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->options = o;
    w->rounds = o->rounds ? o->rounds : MICRO_ROUNDS;
    if (w->rounds > MICRO_ROUNDS_MOST)
        w->rounds = MICRO_ROUNDS_MOST;
    w->result.round = w->rounds;
    micro_choose_cpus(w->result.cpu);
    for (unsigned round = 0; round < w->rounds; round++) {
        for (unsigned i = 0; i < micro_items; i++) {
            if (!micro_told(w, i, round)) {
                free(w);
                return -EINTR;
            }
            micro_measure_row(w, i, round);
        }
    }
    micro_finish(w);
    w->result.took = (double)(clock_mono() - began) / CLOCK_S;
    *out = w->result;
    free(w);
    return 0;
}
