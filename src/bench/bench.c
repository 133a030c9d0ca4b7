// SPDX-License-Identifier: MIT
#include "bench/bench.h"
#include "bench/calibrate.h"
#include "bench/compare.h"
#include "bench/machine.h"
#include "bench/micro.h"
#include "bench/reading.h"
#include "bench/rounds.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BENCH_BUDGET 95.0   // s that all repetitions together may take by default
#define BENCH_OVERHEAD 0.25 // s of a repetition that are neither warm-up nor window, or so
#define BENCH_SHORTEST 0.4  // s of a window
#define BENCH_LONGEST 3.0   // s

static volatile sig_atomic_t bench_signal;

static void on_signal(int number)
{
    bench_signal = number;
}

// From now on Ctrl-C ends what is measured and not the program.
static void listen_to_signals(struct sigaction was[2])
{
    const struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, &was[0]);
    sigaction(SIGTERM, &action, &was[1]);
}

static void stop_listening(const struct sigaction was[2])
{
    sigaction(SIGINT, &was[0], NULL);
    sigaction(SIGTERM, &was[1], NULL);
}

// ---- Micro

static bool on_micro(void *arg, const char *what, unsigned done, unsigned all)
{
    struct rounds *b = arg;
    struct line_news news = { .what = what, .done = done, .all = all, .left = -1 };
    line_show(&b->line, &news);
    return !bench_signal;
}

static int run_micro(struct rounds *b)
{
    struct sigaction was[2];
    struct micro_options options = { .progress = on_micro, .arg = b };
    listen_to_signals(was);
    int r = micro_run(&b->result->micro, &options);
    stop_listening(was);
    line_clear(&b->line);
    return r;
}

// ---- Before and after

// The time of a window when nobody says: what all of them together may take, dealt out.
static double default_duration(const struct rounds *b)
{
    double warm = 0, n = 0;
    for (unsigned i = 0; i < b->result->cells; i++) {
        warm += (double)rounds_warm_up(b, b->result->cell[i].workload) / 1e9;
        n += b->result->cell[i].spec[0] != '\0';
    }
    double each = n > 0 ? (BENCH_BUDGET / b->setup->repeat - warm) / n - BENCH_OVERHEAD : 0;
    return each < BENCH_SHORTEST ? BENCH_SHORTEST : each > BENCH_LONGEST ? BENCH_LONGEST : each;
}

// Memory that no subject inherits, for it would count as its own. NULL: there is none.
static void *alone(size_t n)
{
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    madvise(p, n, MADV_DONTFORK);
    return p;
}

static int make_cells(struct rounds *b)
{
    struct bench_result *r = b->result;
    struct matrix m = b->setup->matrix;
    if (!m.engines)
        matrix_default_engines(&m);
    if (!m.workload[0] && !m.workload[1] && !m.workload[2])
        m.workload[BENCH_WAITING] = true, m.workload[BENCH_COMPUTING] = b->course.origins > 0;
    int e = matrix_cells(&m, &r->cell, &r->cells);
    if (e < 0)
        return e;
    r->engine = calloc(m.engines, sizeof *r->engine);
    b->latency = alone(r->cells * sizeof *b->latency);
    b->order = calloc(r->cells, sizeof *b->order);
    if (!r->engine || !b->latency || !b->order)
        return -ENOMEM;
    memcpy(r->engine, m.engine, m.engines * sizeof *r->engine);
    r->engines = m.engines;
    for (unsigned i = 0; i < r->cells; i++) {
        r->cell[i].repetition = calloc(b->setup->repeat, sizeof *r->cell[i].repetition);
        if (!r->cell[i].repetition)
            return -ENOMEM;
        b->all += r->cell[i].spec[0] ? b->setup->repeat : 0;
    }
    return 0;
}

static void plan(struct rounds *b)
{
    const struct bench_setup *s = b->setup;
    struct bench_plan *p = &b->result->plan;
    bool any = false;
    for (unsigned i = 0; i < b->result->cells; i++)
        any |= rounds_compute(b->result->cell[i].workload);
    if (any && s->cpu)
        b->work = calibrate_work(s->cpu);
    p->urls = s->urls;
    p->duration = s->duration ? (double)s->duration / 1e9 : s->urls ? 0 : default_duration(b);
    p->warm_up = (double)s->warm_up / 1e9;
    p->repeat = s->repeat;
    p->rate = s->rate;
    p->delay = b->course.origins ? (double)s->delay / 1e9 : 0;
    p->cpu = any ? (double)s->cpu / 1e9 : 0;
    p->work = b->work;
    p->order = b->random;
}

static int prepare(struct rounds *b)
{
    struct line_news news = { .what = "measuring the machine", .left = -1 };
    int r = course_open(&b->course, b->setup, b->crawl, &b->result->plan);
    if (r < 0)
        return r;
    machine_place(&b->result->machine, &b->course.crawler,
                  b->course.origins ? &b->course.server : NULL,
                  b->setup->cpus.given || b->setup->origin_cpus.given);
    r = make_cells(b);
    if (r == 0)
        r = observer_init(&b->observer, NULL);
    line_show(&b->line, &news);
    plan(b);
    return r;
}

// What it all comes to, of what there is.
static int conclude(struct rounds *b)
{
    struct bench_result *r = b->result;
    compare_sum_up(r);
    for (unsigned i = 0; i < r->cells; i++)
        compare_curve(&r->cell[i], &b->latency[i]);
    compare_work(r);
    int e = machine_complain(&r->warnings, &r->machine);
    if (e == 0)
        e = reading_write(r);
    return e;
}

// The matrix, cell by cell.
static int run_matrix(struct rounds *b)
{
    struct sigaction was[2];
    int r = prepare(b);
    listen_to_signals(was);
    if (r == 0)
        r = rounds_run(b, &bench_signal);
    course_close(&b->course);
    stop_listening(was);
    return r;
}

int bench_run(struct bench_result *out, const struct bench_setup *setup,
              const struct crawl_settings *crawl, bool live, struct bench_end *end)
{
    struct rounds b = { .result = out, .setup = setup, .crawl = crawl };
    int64_t began = clock_mono();
    *out = (struct bench_result){ .started = clock_wall() };
    b.random = (uint64_t)out->started;
    line_begin(&b.line, live);
    machine_read(&out->machine);
    int r = setup->micro ? run_micro(&b) : 0;
    if (r == 0 && !setup->only_micro)
        r = run_matrix(&b);
    out->interrupted = r == -EINTR;
    end->signal = r == -EINTR ? bench_signal : 0;
    out->took = (double)(clock_mono() - began) / 1e9;
    if (r == -EINTR)
        r = 0;
    if (r == 0)
        r = conclude(&b);
    if (r == -ENOMEM)
        log_error("out of memory");
    observer_fini(&b.observer);
    if (b.latency)
        munmap(b.latency, out->cells * sizeof *b.latency);
    free(b.order);
    return r;
}
