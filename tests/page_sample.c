// SPDX-License-Identifier: MIT
#include "page_sample.h"
#include "bench/measure.h"
#include "bench/micro_rows.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const engines[] = { "serial",  "coro",  "callback",      "green",
                                       "threads", "forks", "threads:2/coro" };
static const unsigned levels[] = { 16, 256, 4096 };
enum { ENGINES = sizeof engines / sizeof *engines, LEVELS = sizeof levels / sizeof *levels };

static struct bench_figure about(double v)
{
    return (struct bench_figure){ v, v * 0.94, v * 1.08, 3 };
}

// Numbers of a plausible size, nothing more.
static void fill(struct bench_cell *c, unsigned engine, double level, enum bench_workload workload)
{
    static const double user[] = { 60, 22, 21, 30, 28, 35, 24 };
    static const double system[] = { 40, 14, 14, 22, 31, 45, 15 };
    static const double base[] = { 8e6, 9e6, 9e6, 9e6, 1e7, 2e7, 2e7 };
    static const double each[] = { 0, 21e3, 19e3, 40e3, 90e3, 2.1e6, 22e3 };
    double extra = workload == BENCH_COMPUTING ? 2000 : 0,
           cpu = user[engine] + system[engine] + extra;
    double most = 1e6 / cpu * (engine == 6 ? 1.9 : 1);
    double waiting = workload == BENCH_COMPUTING ? most : level * 10;
    double rate = waiting < most ? waiting : most;
    c->figure[BENCH_RATE] = about(rate);
    c->figure[BENCH_CPU_USER] = about(user[engine] + extra);
    c->figure[BENCH_CPU_SYSTEM] = about(system[engine]);
    c->figure[BENCH_CPUS] = about(rate * cpu / 1e6);
    c->figure[BENCH_MEMORY] = about(base[engine] + each[engine] * level);
    c->figure[BENCH_MEMORY_EACH] = about((base[engine] + each[engine] * level) / level);
    for (unsigned i = 0; i < BENCH_CURVE; i++) {
        double q = measure_curve[i] < 0.9999 ? measure_curve[i] : 0.9999;
        c->curve[i] = (struct bench_point){
            measure_curve[i], level / rate * 1e6 * (0.9 - 0.11 * log10(1 - q) * (1 + engine / 3.0))
        };
    }
    c->points = BENCH_CURVE;
    c->figure[BENCH_P50] = about(c->curve[6].us);
    c->figure[BENCH_P99] = about(c->curve[17].us);
    c->figure[BENCH_P999] = about(c->curve[20].us);
    c->figure[BENCH_SWITCHES_VOLUNTARY] = about(0.31);
    c->figure[BENCH_THREADS] = about(level);
    c->succeeded = 60000;
}

static int add_cell(struct bench_result *r, unsigned engine, unsigned level,
                    enum bench_workload workload)
{
    struct bench_cell *c = &r->cell[r->cells++];
    snprintf(c->engine, sizeof c->engine, "%s", engines[engine]);
    snprintf(c->spec, sizeof c->spec, "%s:%u", engines[engine], level);
    c->engine_index = engine;
    c->workload = workload;
    c->in_flight = engine == 0 ? 1 : level;
    if (engine == 5 && level == 4096) {
        snprintf(c->note, sizeof c->note, "forks holds 1,024 at most %s", PAGE_SAMPLE_EVIL);
        return 0;
    }
    c->repetition = calloc(3, sizeof *c->repetition);
    if (!c->repetition)
        return -ENOMEM;
    c->repetitions = 3;
    fill(c, engine, c->in_flight, workload);
    if (engine == 3 && level == 256) {
        c->odd = true;
        c->failed = 12;
        snprintf(c->note, sizeof c->note, "12 failed: 12 x timeout");
    }
    return 0;
}

static int add_cells(struct bench_result *r)
{
    int error = 0;
    for (unsigned i = 0; i < LEVELS; i++)
        for (unsigned engine = i > 0; engine < ENGINES; engine++)
            error |= add_cell(r, engine, levels[i], BENCH_WAITING);
    for (unsigned engine = 0; engine < ENGINES; engine++)
        error |= add_cell(r, engine, 256, BENCH_COMPUTING);
    return error ? -ENOMEM : 0;
}

static void add_micro(struct micro_result *m)
{
    static const double ns[MICRO_KINDS + 1] = { 40, 1400, 1500, 130 };
    m->measured = true;
    m->round = 7;
    m->cpu[1] = 1;
    for (unsigned i = 0; i < micro_items; i++) {
        struct micro_row *row = &m->row[m->rows++];
        const struct micro_item *item = &micro_item[i];
        snprintf(row->id, sizeof row->id, "%s", item->id);
        snprintf(row->name, sizeof row->name, "%s", item->name);
        row->group = item->group;
        row->kind = item->kind;
        if (item->group == MICRO_PARKED) {
            row->resident = about(4096 * (1 + 4 * (int)item->kind));
            row->kernel = about(128 + 20000 * (int)item->kind);
            row->address = about(item->kind ? 8 << 20 : 65536);
            row->parked = 1000;
        } else {
            row->cpu_ns = about(ns[item->kind] * (item->group == MICRO_SPAWN ? 20 : 1));
            row->wall_ns = row->cpu_ns;
        }
    }
    for (enum micro_kind kind = 0; kind < MICRO_KINDS; kind++) {
        static const char *const name[] = { "coroutine", "thread", "process" };
        struct micro_unit *u = &m->unit[kind];
        snprintf(u->name, sizeof u->name, "%s", name[kind]);
        u->switch_ns = about(ns[kind]);
        u->spawn_ns = about(ns[kind] * 20);
        u->memory_bytes = about(4224 + 30000 * (int)kind);
        u->ceiling = 32768;
        snprintf(u->ceiling_by, sizeof u->ceiling_by, "kernel.pid_max");
    }
}

static int add_texts(struct bench_result *r)
{
    int error = 0;
    r->plan.command = strdup(
        "trawl bench --engines serial,coro -j 16,256,4096 --html page.html " PAGE_SAMPLE_EVIL);
    r->plan.what = strdup("30,000 URLs of a local origin");
    error |= result_say(&r->warnings, "crawler and origin share CPU 0: %s", PAGE_SAMPLE_EVIL);
    error |= result_say(&r->warnings, "other programs kept 0.31 of 2 CPUs busy");
    error |= result_say(&r->notes, "serial was run at 1 in flight only: it knows no more");
    error |= result_say(
        &r->reading,
        "coro was the fastest at 4,096 in flight: 27,800 URLs/s, 1.6 times threads, for it "
        "spends 36 us of CPU a URL instead of 59.");
    error |= result_say(&r->reading,
                        "Computing: coro and callback use one CPU; threads:2/coro uses both.");
    return error || !r->plan.command || !r->plan.what ? -ENOMEM : 0;
}

int page_sample(struct bench_result *r)
{
    memset(r, 0, sizeof *r);
    r->engine = calloc(ENGINES, sizeof *r->engine);
    r->cell = calloc((size_t)ENGINES * (LEVELS + 1), sizeof *r->cell);
    if (!r->engine || !r->cell)
        return -ENOMEM;
    for (unsigned i = 0; i < ENGINES; i++)
        snprintf(r->engine[r->engines++], BENCH_NAME, "%s", engines[i]);
    r->started = INT64_C(1763750000) * 1000000000;
    r->took = 93.5;
    r->plan.delay = 0.1;
    r->plan.cpu = 0.002;
    r->plan.repeat = 3;
    r->plan.origins = 1;
    r->plan.hosts = 16;
    r->plan.duration = 2;
    r->plan.warm_up = 0.5;
    r->plan.body = 2048;
    r->machine.cpus = 2;
    r->machine.memory = UINT64_C(24) << 30;
    r->machine.is_virtual = true;
    snprintf(r->machine.cpu, sizeof r->machine.cpu, "A processor %s", PAGE_SAMPLE_EVIL);
    snprintf(r->machine.system, sizeof r->machine.system, "Linux 6.1");
    snprintf(r->machine.version, sizeof r->machine.version, "trawl 0.1.0");
    add_micro(&r->micro);
    int error = add_cells(r);
    return error ? error : add_texts(r);
}
