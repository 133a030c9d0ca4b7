// SPDX-License-Identifier: MIT
// Who was fastest at one workload, by how much, and what it was that nobody could pass.
#include "bench/compare.h"
#include "bench/reading_parts.h"
#include "report/units.h"
#include <math.h>

#define SPEED_CEILING 0.9     // of what waiting allows: so near, waiting is what was measured
#define SPEED_ORIGIN 0.9      // of a CPU: an origin that busy is the limit
#define SPEED_FULL 0.95       // of all CPUs
#define SPEED_HELD 0.98       // of the rate asked for
#define SPEED_NEARLY_ONE 0.85 // less is one that others took a part of, or that had nothing to do
#define SPEED_ONE_CPU 1.15    // more is more than one
#define SPEED_OTHERS 0.2      // CPUs: what others take is then worth a word
#define SPEED_SEVERAL 1.3

static struct bench_figure rate(const struct bench_cell *c)
{
    return c->figure[BENCH_RATE];
}

static double busy(const struct bench_cell *c)
{
    return c->figure[BENCH_CPUS].median;
}

// Puts those for which `is` holds into `out`.
static unsigned pick(const struct panel *g, bool (*is)(const struct bench_cell *c),
                     const struct bench_cell **out)
{
    unsigned n = 0;
    for (unsigned i = 0; i < g->count; i++)
        if (is(g->cell[i]))
            out[n++] = g->cell[i];
    return n;
}

// ---- What could not be passed

static bool origin_full(const struct bench_cell *c)
{
    return c->figure[BENCH_ORIGIN_BUSY].median >= SPEED_ORIGIN;
}

// All CPUs that worked for a cell, whoever they worked for.
static double everything(const struct bench_cell *c)
{
    double origin = c->figure[BENCH_ORIGIN_CPU].median * rate(c).median / 1e6;
    return busy(c) + origin + c->figure[BENCH_OTHERS].median + c->figure[BENCH_STEAL].median;
}

static int say_origin(struct bench_result *r, const struct panel *g)
{
    const struct bench_cell *full[MATRIX_ENGINES];
    struct buffer b = { 0 };
    unsigned n = pick(g, origin_full, full);
    if (n == 0)
        return 0;
    buffer_add_string(&b, "The origin was the limit under ");
    panel_names(&b, full, n);
    buffer_add_format(&b,
                      ": a process of it was busy %.0f %% of the time. What they could do is more "
                      "than was measured; --origins and CPUs of its own (--origin-cpus) help it.",
                      full[0]->figure[BENCH_ORIGIN_BUSY].median * 100);
    return reading_say(&r->reading, &b);
}

// What took the time of a machine that had none left.
static void add_takers(struct buffer *b, const struct bench_cell *const *full, unsigned n)
{
    double others = 0;
    for (unsigned i = 0; i < n; i++) {
        double took = full[i]->figure[BENCH_OTHERS].median + full[i]->figure[BENCH_STEAL].median;
        others = took > others ? took : others;
    }
    if (others >= SPEED_OTHERS)
        buffer_add_format(b,
                          "; what has nothing to do with it took up to %.1f of them. Speeds say "
                          "little then.",
                          others);
    else
        buffer_add_string(b, ", what the origin took among it. Who needs less CPU a URL is faster "
                             "then, for that reason alone.");
}

static int say_machine(struct bench_result *r, const struct panel *g)
{
    const struct bench_cell *full[MATRIX_ENGINES];
    struct buffer b = { 0 };
    unsigned n = 0;
    for (unsigned i = 0; i < g->count; i++)
        if (everything(g->cell[i]) >= SPEED_FULL * r->machine.cpus && !origin_full(g->cell[i]))
            full[n++] = g->cell[i];
    if (n == 0 || r->plan.origins == 0)
        return 0;
    buffer_add_string(&b, "The machine was the limit under ");
    panel_names(&b, full, n);
    buffer_add_format(&b, ": its %u CPU%s had no time left", r->machine.cpus,
                      r->machine.cpus == 1 ? "" : "s");
    add_takers(&b, full, n);
    return reading_say(&r->reading, &b);
}

// ---- Who was faster

// Appends "; threads came to 870 (0.80 of that)" for those that were slower.
static void add_slower(struct buffer *b, const struct panel *g, unsigned from)
{
    char shown[UNITS_ROOM];
    double best = rate(g->cell[0]).median;
    for (unsigned i = from; i < g->count; i++)
        buffer_add_format(b, "%s %s came to %s (%.0f %%)", i == from ? ";" : ",",
                          g->cell[i]->engine, units_show_rate(shown, rate(g->cell[i]).median),
                          rate(g->cell[i]).median * 100 / best);
}

// Those at the head of the list that cannot be told from the first.
static unsigned ties(const struct panel *g)
{
    struct bench_figure best = rate(g->cell[0]);
    unsigned n = 1;
    while (n < g->count) {
        struct bench_figure f = rate(g->cell[n]);
        if (!figure_overlap(&best, &f))
            break;
        n++;
    }
    return n;
}

static int say_fastest(struct bench_result *r, const struct panel *g)
{
    struct buffer b = { 0 };
    char best[UNITS_ROOM], last[UNITS_ROOM];
    unsigned tied = ties(g);
    const char *name = result_workload(g->workload);
    units_show_rate(best, rate(g->cell[0]).median);
    units_show_rate(last, rate(g->cell[tied - 1]).median);
    bool same = strcmp(best, last) == 0;
    buffer_add_format(&b, "%c%s, %u in flight: ", name[0] - 'a' + 'A', name + 1, g->in_flight);
    if (g->count == 1) {
        buffer_add_format(&b, "%s came to %s URLs a second", g->cell[0]->engine, best);
    } else if (tied == g->count) {
        panel_names(&b, g->cell, tied);
        buffer_add_format(&b, " came to %s%s%s URLs a second, and cannot be told apart",
                          same ? "" : last, same ? "" : " to ", best);
    } else if (tied > 1) {
        panel_names(&b, g->cell, tied);
        buffer_add_format(&b, " were fastest, %s%s%s URLs a second, and cannot be told apart",
                          same ? "" : last, same ? "" : " to ", best);
    } else {
        buffer_add_format(&b, "%s was fastest, %s URLs a second", g->cell[0]->engine, best);
    }
    add_slower(&b, g, tied);
    buffer_add_byte(&b, '.');
    return reading_say(&r->reading, &b);
}

// ---- Waiting

// What waiting alone allows; 0 when that is not known.
static double ceiling(const struct bench_result *r, const struct panel *g)
{
    double each = r->plan.delay + (g->workload == BENCH_MIXED ? r->plan.cpu : 0);
    bool waits = g->workload != BENCH_COMPUTING && r->plan.delay > 0 && r->plan.rate <= 0;
    return waits ? g->in_flight / each : 0;
}

// Returns 1 when waiting was all that was measured.
static int say_ceiling(struct bench_result *r, const struct panel *g)
{
    struct buffer b = { 0 };
    char most[UNITS_ROOM], delay[UNITS_ROOM];
    double top = ceiling(r, g), least = rate(g->cell[g->count - 1]).median;
    if (top <= 0 || least < SPEED_CEILING * top)
        return 0;
    buffer_add_format(&b,
                      "%u requests that wait %s each cannot be more than %s a second: every engine "
                      "came to %.0f %% of that or more. The way of waiting makes no difference to "
                      "the speed here, only to what it costs.",
                      g->in_flight, units_show_time(delay, (int64_t)(r->plan.delay * 1e9)),
                      units_show_rate(most, top), floor(least * 100 / top));
    int e = reading_say(&r->reading, &b);
    return e < 0 ? e : 1;
}

// ---- Computing

// Somebody else may have had the rest.
static bool is_alone(const struct bench_cell *c)
{
    return c->figure[BENCH_OTHERS].median + c->figure[BENCH_STEAL].median < SPEED_OTHERS;
}

static bool has_one_cpu(const struct bench_cell *c)
{
    return is_alone(c) && busy(c) >= SPEED_NEARLY_ONE && busy(c) < SPEED_ONE_CPU;
}

static bool has_several(const struct bench_cell *c)
{
    return is_alone(c) && busy(c) >= SPEED_SEVERAL;
}

// Work does not wait: what counts is how many CPUs it may have.
static int say_work(struct bench_result *r, const struct panel *g)
{
    const struct bench_cell *one[MATRIX_ENGINES], *several[MATRIX_ENGINES];
    struct buffer b = { 0 };
    unsigned few = pick(g, has_one_cpu, one), many = pick(g, has_several, several);
    char work[UNITS_ROOM];
    if (few == 0 || r->plan.cpu <= 0)
        return 0;
    panel_names(&b, one, few);
    buffer_add_format(&b,
                      " had one CPU, on which %s of work a body allow %.0f URLs a second at "
                      "most, however many are in flight: work does not wait.",
                      units_show_time(work, (int64_t)(r->plan.cpu * 1e9)), 1 / r->plan.cpu);
    if (many > 0) {
        buffer_add_byte(&b, ' ');
        panel_names(&b, several, many);
        buffer_add_format(&b, " spread it over %.1f CPUs: %.1f times as many URLs as %s.",
                          busy(several[0]), rate(several[0]).median / rate(one[0]).median,
                          one[0]->engine);
    } else if (r->machine.cpus < 2) {
        buffer_add_string(&b, " This machine has no second.");
    }
    return reading_say(&r->reading, &b);
}

// One at a time against many: what is in flight speeds up waiting, and only CPUs speed up work. So
// where there is work alone, those are looked at that had no more CPUs than serial.
static const struct bench_cell *rival(const struct panel *g)
{
    const struct bench_cell *one[MATRIX_ENGINES];
    if (g->workload != BENCH_COMPUTING)
        return g->cell[0];
    return pick(g, has_one_cpu, one) ? one[0] : NULL;
}

static int say_serial(struct bench_result *r, const struct panel *g)
{
    struct panel single;
    struct buffer b = { 0 };
    char shown[UNITS_ROOM];
    const struct bench_cell *many = rival(g);
    panel_gather(&single, r, g->workload, 1);
    panel_sort(&single, rate, true);
    if (!many || single.count == 0 || g->in_flight < 2 || rate(single.cell[0]).median <= 0)
        return 0;
    double times = rate(many).median / rate(single.cell[0]).median;
    buffer_add_format(&b, "One request at a time (%s) came to %s a second: %u in flight under %s ",
                      single.cell[0]->engine, units_show_rate(shown, rate(single.cell[0]).median),
                      g->in_flight, many->engine);
    if (times >= 1.1)
        buffer_add_format(&b, "were %.*f times as fast.", times < 9.95 ? 1 : 0, times);
    else
        buffer_add_format(&b, "brought nothing (%.2f times).", times);
    return reading_say(&r->reading, &b);
}

// ---- A rate that was asked for

static int say_open(struct bench_result *r, const struct panel *g)
{
    struct buffer b = { 0 };
    char asked[UNITS_ROOM], came[UNITS_ROOM], late[UNITS_ROOM];
    const struct bench_cell *held[MATRIX_ENGINES];
    unsigned n = 0;
    units_show_rate(asked, r->plan.rate);
    const char *name = result_workload(g->workload);
    buffer_add_format(&b, "%c%s, %u in flight at most, %s starts a second: ", name[0] - 'a' + 'A',
                      name + 1, g->in_flight, asked);
    for (unsigned i = 0; i < g->count; i++)
        if (rate(g->cell[i]).median >= SPEED_HELD * r->plan.rate)
            held[n++] = g->cell[i];
    if (n > 0) {
        panel_names(&b, held, n);
        buffer_add_string(&b, " kept up");
    }
    for (unsigned i = 0; i < g->count; i++) {
        const struct bench_cell *c = g->cell[i];
        if (rate(c).median >= SPEED_HELD * r->plan.rate)
            continue;
        buffer_add_format(
            &b,
            "%s%s fell behind: %s a second, and half of the URLs were done %s or more after "
            "they should have started",
            n++ ? "; " : "", c->engine, units_show_rate(came, rate(c).median),
            units_show_time(late, (int64_t)(c->figure[BENCH_P50].median * 1000)));
    }
    buffer_add_byte(&b, '.');
    return reading_say(&r->reading, &b);
}

// ---- One workload

static int say_closed(struct bench_result *r, struct panel *g)
{
    int e = say_fastest(r, g), waits = e < 0 ? e : say_ceiling(r, g);
    if (waits == 0)
        e |= say_origin(r, g) | say_machine(r, g);
    if (g->workload != BENCH_WAITING)
        e |= say_work(r, g);
    return e | (waits < 0 ? waits : 0);
}

int reading_workload(struct bench_result *r, enum bench_workload workload)
{
    struct panel g;
    panel_gather(&g, r, workload, panel_main_level(r, workload));
    if (g.count == 0)
        return 0;
    panel_sort(&g, rate, true);
    if (rate(g.cell[0]).median <= 0) // what failed is said elsewhere
        return 0;
    int e = r->plan.rate > 0 ? say_open(r, &g) | say_origin(r, &g) : say_closed(r, &g);
    if (r->plan.rate <= 0)
        e |= say_serial(r, &g);
    if (workload != BENCH_COMPUTING)
        e |= reading_cpu(r, &g) | reading_memory(r, &g);
    if (r->plan.rate > 0)
        e |= reading_latency(r, &g);
    return e;
}
