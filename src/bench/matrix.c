// SPDX-License-Identifier: MIT
#include "bench/matrix.h"
#include "crawl/settings.h"
#include "data/span.h"
#include "engine/engine.h"
#include "report/units.h"
#include "sys/limits.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MATRIX_LEVEL_MOST = 1000000 };

// Cuts the next item off a list with `separator` between. Whether there was one.
static bool next_item(const char **rest, char separator, struct span *item)
{
    if (!*rest)
        return false;
    const char *end = strchr(*rest, separator);
    *item = (struct span){ *rest, end ? (size_t)(end - *rest) : strlen(*rest) };
    *rest = end ? end + 1 : NULL;
    return true;
}

static int copy_item(char *out, size_t room, struct span item, char why[MATRIX_WHY])
{
    if (item.n >= room || item.n == 0) {
        snprintf(why, MATRIX_WHY, "%s", item.n ? "an item is too long" : "an item is empty");
        return -EINVAL;
    }
    memcpy(out, item.p, item.n);
    out[item.n] = '\0';
    return 0;
}

// ---- Engines

// As --engine takes it: with commas.
static void as_option(char *text)
{
    for (; *text; text++)
        *text = *text == '+' ? ',' : *text;
}

static int parse(struct engine_spec spec[CRAWL_ENGINES], const char *engine, char why[MATRIX_WHY])
{
    char text[BENCH_NAME + 16];
    snprintf(text, sizeof text, "%s", engine);
    as_option(text);
    return engine_parse(spec, CRAWL_ENGINES, text, why, MATRIX_WHY);
}

static int add_engine(struct matrix *m, const char *text, char why[MATRIX_WHY])
{
    struct engine_spec spec[CRAWL_ENGINES];
    if (parse(spec, text, why) < 0)
        return -EINVAL;
    for (unsigned i = 0; i < m->engines; i++)
        if (strcmp(m->engine[i], text) == 0)
            return 0;
    if (m->engines == MATRIX_ENGINES) {
        snprintf(why, MATRIX_WHY, "%d engines are the most that fit side by side", MATRIX_ENGINES);
        return -EINVAL;
    }
    snprintf(m->engine[m->engines++], BENCH_NAME, "%s", text);
    return 0;
}

int matrix_read_engines(struct matrix *m, const char *text, char why[MATRIX_WHY])
{
    char one[BENCH_NAME / 2]; // so that the numbers that are added have room, too
    struct span item;
    m->engines = 0;
    while (next_item(&text, ',', &item)) {
        int r = copy_item(one, sizeof one, item, why);
        if (r == 0)
            r = add_engine(m, one, why);
        if (r < 0)
            return r;
    }
    return 0;
}

void matrix_default_engines(struct matrix *m)
{
    static const char *const single[] = { "coro", "callback", "green", "threads", "forks" };
    static const char *const pools[] = { "threads", "forks" };
    char why[MATRIX_WHY], text[BENCH_NAME / 2];
    unsigned cpus = limits_cpus();
    m->engines = 0;
    for (unsigned i = 0; i < sizeof single / sizeof *single; i++)
        add_engine(m, single[i], why);
    for (unsigned i = 0; i < sizeof pools / sizeof *pools; i++) {
        snprintf(text, sizeof text, "%s:%u/coro", pools[i], cpus > 2 ? cpus : 2);
        add_engine(m, text, why);
    }
    add_engine(m, "serial", why);
}

// ---- Levels and workloads

int matrix_read_levels(struct matrix *m, const char *text, char why[MATRIX_WHY])
{
    char one[UNITS_ROOM];
    struct span item;
    m->levels = 0;
    while (next_item(&text, ',', &item)) {
        uint64_t n;
        int r = copy_item(one, sizeof one, item, why);
        if (r < 0)
            return r;
        if (units_count(one, 1, MATRIX_LEVEL_MOST, &n) < 0) {
            snprintf(why, MATRIX_WHY, "'%s' is no number from 1 to %d", one, MATRIX_LEVEL_MOST);
            return -EINVAL;
        }
        bool there = false;
        for (unsigned i = 0; i < m->levels; i++)
            there |= m->level[i] == n;
        if (!there && m->levels == MATRIX_LEVELS) {
            snprintf(why, MATRIX_WHY, "%d numbers are the most", MATRIX_LEVELS);
            return -EINVAL;
        }
        if (!there)
            m->level[m->levels++] = (unsigned)n;
    }
    return 0;
}

static int find_workload(struct span name)
{
    for (int i = 0; i < BENCH_WORKLOADS; i++)
        if (span_is(name, result_workload((enum bench_workload)i)))
            return i;
    return -EINVAL;
}

int matrix_read_workloads(struct matrix *m, const char *text, char why[MATRIX_WHY])
{
    struct span item;
    memset(m->workload, 0, sizeof m->workload);
    while (next_item(&text, ',', &item)) {
        int found = find_workload(item);
        if (found < 0) {
            snprintf(why, MATRIX_WHY, "'%.*s' is none of waiting, computing and mixed",
                     item.n > 40 ? 40 : (int)item.n, item.p);
            return -EINVAL;
        }
        m->workload[found] = true;
    }
    return 0;
}

// ---- What an engine is told

static bool accepts(const char *name, unsigned n)
{
    struct engine_spec spec[CRAWL_ENGINES];
    char text[BENCH_NAME + 16], why[MATRIX_WHY];
    snprintf(text, sizeof text, "%s:%u", name, n);
    return parse(spec, text, why) > 0;
}

// The most that `name` takes as its number, which is below `level`.
static unsigned most_of(const char *name, unsigned level)
{
    unsigned good = 1, bad = level;
    while (bad - good > 1) {
        unsigned middle = good + (bad - good) / 2;
        *(accepts(name, middle) ? &good : &bad) = middle;
    }
    return good;
}

// One engine without another inside.
static int flat_spec(char *spec, size_t room, const char *engine, unsigned level, char *why)
{
    if (!strchr(engine, ':') && accepts(engine, level)) {
        snprintf(spec, room, "%s:%u", engine, level);
        return 0;
    }
    // One that takes no other number than its own is what it is.
    if (strchr(engine, ':') || !accepts(engine, 2)) {
        snprintf(spec, room, "%s", engine);
        return 0;
    }
    snprintf(why, MATRIX_WHY, "engine %s holds %u requests at once at most", engine,
             most_of(engine, level));
    return -ERANGE;
}

// One engine with another inside: as many workers as were asked for, or as it takes by itself; what
// each of them holds is its share.
static void nested_spec(char *spec, size_t room, const char *engine, unsigned level)
{
    struct engine_spec parsed[CRAWL_ENGINES] = { { 0 } };
    char why[MATRIX_WHY];
    const char *slash = strchr(engine, '/');
    parse(parsed, engine, why);
    unsigned workers = parsed->count ? parsed->count : 1;
    bool counted = memchr(engine, ':', (size_t)(slash - engine)) != NULL;
    if (!counted && workers > level)
        workers = level;
    int n = snprintf(spec, room, "%s:%u%s", parsed->name, workers, slash);
    if (!strchr(slash, ':') && n > 0 && (size_t)n < room)
        // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): there are no levels of 0
        snprintf(spec + n, room - (size_t)n, ":%u", (level + workers - 1) / workers);
}

static int one_spec(char *spec, size_t room, const char *engine, unsigned level, char *why)
{
    if (!strchr(engine, '/'))
        return flat_spec(spec, room, engine, level, why);
    nested_spec(spec, room, engine, level);
    return 0;
}

static unsigned count_items(const char *text, char separator)
{
    unsigned n = 1;
    for (; *text; text++)
        n += *text == separator;
    return n;
}

// What they hold together.
static int capacity(const char *spec, unsigned *out, char *why)
{
    struct engine_spec parsed[CRAWL_ENGINES];
    int n = engine_parse(parsed, CRAWL_ENGINES, spec, why, MATRIX_WHY);
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += (uint64_t)parsed[i].count * (parsed[i].inner ? parsed[i].inner_count : 1);
    *out = sum > MATRIX_LEVEL_MOST ? MATRIX_LEVEL_MOST : (unsigned)sum;
    return n < 0 ? -ERANGE : 0;
}

int matrix_spec(char spec[BENCH_NAME], unsigned *in_flight, const char *engine, unsigned level,
                char why[MATRIX_WHY])
{
    unsigned shares = count_items(engine, '+'), holds;
    unsigned share = (level + shares - 1) / shares;
    size_t at = 0;
    struct span item;
    while (next_item(&engine, '+', &item)) {
        char one[BENCH_NAME];
        snprintf(one, sizeof one, "%.*s", (int)item.n, item.p);
        if (at > 0 && at < BENCH_NAME - 1)
            spec[at++] = ',';
        int r = one_spec(spec + at, BENCH_NAME - at, one, share, why);
        if (r < 0)
            return r;
        at += strlen(spec + at);
    }
    int r = capacity(spec, &holds, why);
    if (r == 0)
        *in_flight = holds < level ? holds : level;
    return r;
}

// ---- Cells

static bool has_cell(const struct bench_cell *cell, unsigned n, const struct bench_cell *like)
{
    for (unsigned i = 0; i < n; i++)
        if (cell[i].workload == like->workload && cell[i].in_flight == like->in_flight &&
            cell[i].engine_index == like->engine_index)
            return true;
    return false;
}

static void make_cell(struct bench_cell *c, const struct matrix *m, enum bench_workload workload,
                      unsigned level, unsigned engine)
{
    char why[MATRIX_WHY];
    *c = (struct bench_cell){ .engine_index = engine, .workload = workload, .in_flight = level };
    memcpy(c->engine, m->engine[engine], sizeof c->engine);
    if (matrix_spec(c->spec, &c->in_flight, c->engine, level, why) < 0) {
        c->spec[0] = '\0';
        snprintf(c->note, sizeof c->note, "%s", why);
    }
}

int matrix_cells(const struct matrix *m, struct bench_cell **out, unsigned *count)
{
    unsigned n = 0, most = BENCH_WORKLOADS * m->levels * m->engines;
    struct bench_cell *cell = calloc(most ? most : 1, sizeof *cell);
    if (!cell)
        return -ENOMEM;
    for (unsigned w = 0; w < BENCH_WORKLOADS; w++)
        for (unsigned l = 0; m->workload[w] && l < m->levels; l++)
            for (unsigned e = 0; e < m->engines; e++) {
                make_cell(&cell[n], m, (enum bench_workload)w, m->level[l], e);
                n += !has_cell(cell, n, &cell[n]);
            }
    *out = cell;
    *count = n;
    return 0;
}
