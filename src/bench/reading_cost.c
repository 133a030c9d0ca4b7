// SPDX-License-Identifier: MIT
// What engines took of CPU, memory and patience for the same work.
#include "bench/reading_parts.h"
#include "report/units.h"
#include <math.h>

#define COST_SAME 1.05 // times: closer is the same, whatever the ranges say

static struct bench_figure memory(const struct bench_cell *c)
{
    return c->figure[BENCH_MEMORY];
}

static struct bench_figure slow(const struct bench_cell *c)
{
    return c->figure[BENCH_P99];
}

// Whether the second is more than the first, as far as is known.
static bool is_more(struct bench_figure less, struct bench_figure more)
{
    return !figure_overlap(&less, &more) && more.median > less.median * COST_SAME;
}

// Cells that have the figure; the list is sorted by it.
static unsigned known(const struct panel *g, panel_figure *figure)
{
    unsigned n = 0;
    while (n < g->count && figure(g->cell[n]).count)
        n++;
    return n;
}

// Appends ", under threads 48 us (1.5 times)" for all but the first; of what cannot be told from
// the first it says so.
static void add_others(struct buffer *b, const struct panel *g, unsigned n, panel_figure *figure,
                       const char *(*show)(char *out, double value))
{
    struct bench_figure first = figure(g->cell[0]);
    char text[UNITS_ROOM];
    for (unsigned i = 1; i < n; i++) {
        struct bench_figure f = figure(g->cell[i]);
        buffer_add_format(b, "%s under %s %s",
                          i + 1 < n ? ","
                          : n > 2   ? " and"
                                    : ",",
                          g->cell[i]->engine, show(text, f.median));
        if (is_more(first, f))
            buffer_add_format(b, " (%.*f times)", f.median < 9.95 * first.median ? 1 : 0,
                              f.median / first.median);
        else
            buffer_add_string(b, " (not surely more)");
    }
}

static const char *show_us(char *out, double us)
{
    return units_show_time(out, (int64_t)(us * 1000));
}

static const char *show_bytes(char *out, double bytes)
{
    return units_show_bytes(out, (uint64_t)bytes);
}

// Switching is what the kernel does when a thread gives its CPU up: said where the dearer one does
// more of it.
static void add_switches(struct buffer *b, const struct bench_cell *cheap,
                         const struct bench_cell *dear)
{
    struct bench_figure few = panel_switches(cheap), many = panel_switches(dear);
    if (few.count && many.count && many.median > few.median + 0.5 && many.median > 2 * few.median &&
        is_more(panel_cpu(cheap), panel_cpu(dear)))
        buffer_add_format(b,
                          " The kernel switched %.1f times a URL from one thread to another under "
                          "%s, %.1f times under %s.",
                          many.median, dear->engine, few.median, cheap->engine);
}

int reading_cpu(struct bench_result *r, struct panel *g)
{
    struct buffer b = { 0 };
    char first[UNITS_ROOM];
    panel_sort(g, panel_cpu, false);
    unsigned n = known(g, panel_cpu);
    if (n < 2)
        return 0;
    const struct bench_cell *dear = g->cell[n - 1];
    if (!is_more(panel_cpu(g->cell[0]), panel_cpu(dear))) {
        buffer_add_format(&b,
                          "CPU: a URL cost about the same under all of them, %s; no difference "
                          "could be told.",
                          show_us(first, panel_cpu(g->cell[0]).median));
        return reading_say(&r->reading, &b);
    }
    buffer_add_format(&b, "CPU: a URL cost %s under %s",
                      show_us(first, panel_cpu(g->cell[0]).median), g->cell[0]->engine);
    add_others(&b, g, n, panel_cpu, show_us);
    buffer_add_byte(&b, '.');
    add_switches(&b, g->cell[0], dear);
    return reading_say(&r->reading, &b);
}

// Those that had in flight what they were to have; the memory of fewer is another figure.
static struct panel full_ones(const struct bench_result *r, const struct panel *g)
{
    struct panel full = *g;
    full.count = 0;
    for (unsigned i = 0; i < g->count; i++)
        if (r->plan.rate > 0 ||
            g->cell[i]->figure[BENCH_IN_FLIGHT].median >= READING_REACHED * g->in_flight)
            full.cell[full.count++] = g->cell[i];
    return full;
}

int reading_memory(struct bench_result *r, struct panel *all)
{
    struct buffer b = { 0 };
    char first[UNITS_ROOM], each[UNITS_ROOM];
    struct panel full = full_ones(r, all), *g = &full;
    panel_sort(g, memory, false);
    unsigned n = known(g, memory);
    if (n == 0 || g->in_flight < 2)
        return 0;
    const struct bench_cell *least = g->cell[0];
    buffer_add_format(&b, "Memory: %u requests in flight took %s under %s", g->in_flight,
                      show_bytes(first, memory(least).median), least->engine);
    add_others(&b, g, n, memory, show_bytes);
    buffer_add_format(&b, "; that is %s",
                      show_bytes(each, least->figure[BENCH_MEMORY_EACH].median));
    if (n > 1)
        buffer_add_format(&b, " to %s",
                          show_bytes(each, g->cell[n - 1]->figure[BENCH_MEMORY_EACH].median));
    buffer_add_string(&b, " a request, with what the program itself takes.");
    return reading_say(&r->reading, &b);
}

int reading_latency(struct bench_result *r, struct panel *g)
{
    struct buffer b = { 0 };
    char first[UNITS_ROOM];
    panel_sort(g, slow, false);
    unsigned n = known(g, slow);
    if (n < 2 || !is_more(slow(g->cell[0]), slow(g->cell[n - 1])))
        return 0;
    buffer_add_format(&b, "The slowest URL of a hundred took %s or more under %s",
                      show_us(first, slow(g->cell[0]).median), g->cell[0]->engine);
    add_others(&b, g, n, slow, show_us);
    buffer_add_byte(&b, '.');
    return reading_say(&r->reading, &b);
}
