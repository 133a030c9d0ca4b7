// SPDX-License-Identifier: MIT
#include "bench/panel.h"
#include "bench/compare.h"

void panel_gather(struct panel *g, const struct bench_result *r, enum bench_workload workload,
                  unsigned in_flight)
{
    *g = (struct panel){ .workload = workload, .in_flight = in_flight };
    for (unsigned i = 0; i < r->cells && g->count < MATRIX_ENGINES; i++) {
        const struct bench_cell *c = &r->cell[i];
        if (c->workload == workload && c->in_flight == in_flight && compare_counts(c))
            g->cell[g->count++] = c;
    }
}

unsigned panel_levels(const struct bench_result *r, enum bench_workload workload, unsigned *level,
                      unsigned room)
{
    unsigned n = 0, last = 0;
    while (n < room) {
        unsigned next = 0;
        for (unsigned i = 0; i < r->cells; i++) {
            const struct bench_cell *c = &r->cell[i];
            bool fits = c->workload == workload && c->in_flight > last && compare_counts(c);
            if (fits && (next == 0 || c->in_flight < next))
                next = c->in_flight;
        }
        if (next == 0)
            break;
        level[n++] = last = next;
    }
    return n;
}

unsigned panel_main_level(const struct bench_result *r, enum bench_workload workload)
{
    unsigned level[64], n = panel_levels(r, workload, level, 64);
    struct panel g;
    for (unsigned i = n; i > 0; i--) {
        panel_gather(&g, r, workload, level[i - 1]);
        if (g.count > 1)
            return level[i - 1];
    }
    return n ? level[n - 1] : 0;
}

static struct bench_figure sum(const struct bench_figure *a, const struct bench_figure *b)
{
    if (!a->count || !b->count)
        return (struct bench_figure){ 0 };
    return (struct bench_figure){ a->median + b->median, a->least + b->least, a->most + b->most,
                                  a->count < b->count ? a->count : b->count };
}

struct bench_figure panel_cpu(const struct bench_cell *c)
{
    return sum(&c->figure[BENCH_CPU_USER], &c->figure[BENCH_CPU_SYSTEM]);
}

struct bench_figure panel_switches(const struct bench_cell *c)
{
    return sum(&c->figure[BENCH_SWITCHES_VOLUNTARY], &c->figure[BENCH_SWITCHES_INVOLUNTARY]);
}

static bool comes_before(struct bench_figure a, struct bench_figure b, bool down)
{
    if (!a.count || !b.count)
        return a.count > 0 && b.count == 0;
    return down ? a.median > b.median : a.median < b.median;
}

void panel_sort(struct panel *g, panel_figure *figure, bool down)
{
    for (unsigned i = 1; i < g->count; i++) {
        const struct bench_cell *c = g->cell[i];
        unsigned at = i;
        for (; at > 0 && comes_before(figure(c), figure(g->cell[at - 1]), down); at--)
            g->cell[at] = g->cell[at - 1];
        g->cell[at] = c;
    }
}

void panel_names(struct buffer *out, const struct bench_cell *const *cell, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buffer_add_format(out, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " and ", cell[i]->engine);
}
