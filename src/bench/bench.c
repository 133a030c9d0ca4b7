// SPDX-License-Identifier: MIT
#include "bench/bench.h"
#include "bench/calibrate.h"
#include "bench/compare.h"
#include "bench/course.h"
#include "bench/line.h"
#include "bench/machine.h"
#include "bench/micro.h"
#include "bench/observer.h"
#include "bench/reading.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include "sys/log.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define BENCH_BUDGET 95.0   // s that all repetitions together may take by default
#define BENCH_OVERHEAD 0.25 // s of a repetition that are neither warm-up nor window, or so
#define BENCH_SHORTEST 0.4  // s of a window
#define BENCH_LONGEST 3.0   // s

struct bench {
    struct bench_result *result;
    const struct bench_setup *setup;
    const struct crawl_settings *crawl;
    struct course course;
    struct observer observer;
    struct histogram *latency; // a cell
    unsigned *order;           // of cells, in this round
    unsigned turns;            // repetitions begun
    unsigned all;              // to be done
    uint32_t work;
    int64_t began;
    uint64_t random;
    struct line line;
    struct bench_cell *cell; // that runs
    char said[BENCH_NOTE];   // the last complaint of its process
};

static volatile sig_atomic_t bench_signal;

static void on_signal(int number)
{
    bench_signal = number;
}

// splitmix64
static uint64_t next_random(struct bench *b)
{
    uint64_t x = b->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

// ---- What is shown meanwhile

static double time_left(const struct bench *b)
{
    if (b->turns < 2)
        return -1;
    double each = (double)(clock_mono() - b->began) / 1e9 / (b->turns - 1);
    return each * (b->all - (b->turns - 1));
}

static bool on_tick(void *arg, const struct subject_report *report)
{
    struct bench *b = arg;
    struct line_news news = { .cell = b->cell,
                              .done = b->turns - 1,
                              .all = b->all,
                              .urls = report->done,
                              .left = time_left(b) };
    line_show(&b->line, &news);
    return !bench_signal;
}

// Behind `prefix`; NULL when `text` does not begin with it.
static const char *behind(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

// The first complaint of a subject stands beside its cell; what else it says is for who asked for
// details, and what is no message of ours (a sanitizer's, a library's) is passed on as it is.
static void on_said(void *arg, const char *text)
{
    struct bench *b = arg;
    const char *complaint = behind(text, "trawl: error: "), *other = behind(text, "trawl: ");
    if (!complaint)
        complaint = behind(text, "trawl: warning: ");
    line_clear(&b->line);
    if (!other) {
        fprintf(stderr, "%s\n", text);
    } else if (!complaint || b->said[0]) {
        log_detail("%s at %u: %s", b->cell->engine, b->cell->in_flight, other);
    } else {
        log_warning("%s at %u, %s: %s", b->cell->engine, b->cell->in_flight,
                    result_workload(b->cell->workload), complaint);
        snprintf(b->said, sizeof b->said, "%s", complaint);
    }
}

// ---- One repetition

static bool computes(enum bench_workload w)
{
    return w != BENCH_WAITING;
}

// How each URL of a cell is fetched: as `fetch` would, with nothing in the way but -j.
static int settle_crawl(const struct bench *b, const struct bench_cell *c,
                        struct crawl_settings *out)
{
    char why[MATRIX_WHY];
    *out = *b->crawl;
    int n = engine_parse(out->engine, CRAWL_ENGINES, c->spec, why, sizeof why);
    if (n < 0)
        return n;
    out->engines = (unsigned)n;
    out->urls = NULL;
    out->input = "-";
    out->output = "/dev/null";
    out->in_flight = c->in_flight;
    if (!out->per_host)
        out->per_host = c->in_flight;
    out->worker.work = computes(c->workload) ? b->work : 0;
    out->grace = CLOCK_S;
    out->seed = 1;
    return 0;
}

static int64_t warm_up(const struct bench *b, enum bench_workload workload)
{
    bool waits = workload != BENCH_COMPUTING && b->course.origins;
    int64_t waves = waits ? 2 * b->setup->delay : 0;
    return b->setup->warm_up > waves ? b->setup->warm_up : waves;
}

static void note_failure(struct bench *b, int error)
{
    struct bench_cell *c = b->cell;
    if (b->said[0])
        snprintf(c->note, sizeof c->note, "%s", b->said);
    else if (error == -ETIMEDOUT)
        snprintf(c->note, sizeof c->note, "nothing happened any more: it was ended");
    else
        snprintf(c->note, sizeof c->note, "it could not be run to its end: %s", strerror(-error));
}

// Runs a cell once. One that fails is not tried again. Returns -EINTR when a signal came.
static int run_cell(struct bench *b, unsigned i, unsigned round)
{
    struct bench_cell *c = b->cell = &b->result->cell[i];
    struct crawl_settings crawl;
    struct bench_repetition *r = &c->repetition[c->repetitions];
    struct subject_order order = {
        .crawl = &crawl,
        .rate = b->setup->rate,
        .urls = b->setup->urls,
        .duration = (int64_t)(b->result->plan.duration * 1e9),
        .warm_up = warm_up(b, c->workload),
        .cpus = b->setup->cpus.given ? &b->setup->cpus.set : NULL,
        .origin = b->course.pid,
        .origins = b->course.origins,
    };
    b->turns++;
    b->said[0] = '\0';
    b->observer.feed = course_feed(&b->course, c->workload);
    int e = settle_crawl(b, c, &crawl);
    if (e == 0)
        e = observer_run(&b->observer, &order, r, &b->latency[i]);
    if (e == -EINTR)
        return e;
    if (e < 0) {
        note_failure(b, e);
        return 0;
    }
    r->round = round;
    r->turn = b->turns - 1;
    c->repetitions++;
    if (b->said[0] && !c->note[0])
        snprintf(c->note, sizeof c->note, "%s", b->said);
    return 0;
}

// ---- All of them

static bool may_run(const struct bench_cell *c, unsigned round)
{
    return c->spec[0] && c->repetitions == round;
}

// A new order each round, so that nobody always comes after the same other.
static void shuffle(struct bench *b)
{
    for (unsigned i = 0; i < b->result->cells; i++)
        b->order[i] = i;
    for (unsigned i = b->result->cells; i > 1; i--) {
        unsigned k = (unsigned)(next_random(b) % i), last = b->order[i - 1];
        b->order[i - 1] = b->order[k];
        b->order[k] = last;
    }
}

static int run_round(struct bench *b, unsigned round)
{
    shuffle(b);
    for (unsigned i = 0; i < b->result->cells; i++) {
        if (!may_run(&b->result->cell[b->order[i]], round)) {
            b->all -= b->result->cell[b->order[i]].spec[0] != '\0';
            continue;
        }
        int r = bench_signal ? -EINTR : run_cell(b, b->order[i], round);
        if (r < 0)
            return r;
        if (!course_stands(&b->course)) {
            line_clear(&b->line);
            log_error("the origin has ended: nothing more can be measured");
            return -EIO;
        }
    }
    return 0;
}

static int run_rounds(struct bench *b)
{
    int r = 0;
    b->began = clock_mono();
    for (unsigned round = 0; r == 0 && round < b->setup->repeat; round++)
        r = run_round(b, round);
    line_clear(&b->line);
    return r;
}

// ---- Micro

static bool on_micro(void *arg, const char *what, unsigned done, unsigned all)
{
    struct bench *b = arg;
    struct line_news news = { .what = what, .done = done, .all = all, .left = -1 };
    line_show(&b->line, &news);
    return !bench_signal;
}

static int run_micro(struct bench *b)
{
    struct micro_options options = { .progress = on_micro, .arg = b };
    int r = micro_run(&b->result->micro, &options);
    line_clear(&b->line);
    return r;
}

// ---- Before and after

// The time of a window when nobody says: what all of them together may take, dealt out.
static double default_duration(const struct bench *b)
{
    double warm = 0, n = 0;
    for (unsigned i = 0; i < b->result->cells; i++) {
        warm += (double)warm_up(b, b->result->cell[i].workload) / 1e9;
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

static int make_cells(struct bench *b)
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

static void plan(struct bench *b)
{
    const struct bench_setup *s = b->setup;
    struct bench_plan *p = &b->result->plan;
    bool any = false;
    for (unsigned i = 0; i < b->result->cells; i++)
        any |= computes(b->result->cell[i].workload);
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

static int prepare(struct bench *b)
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
    b->observer.tick = on_tick;
    b->observer.said = on_said;
    b->observer.arg = b;
    line_show(&b->line, &news);
    plan(b);
    return r;
}

// What it all comes to, of what there is.
static int conclude(struct bench *b)
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
static int run_matrix(struct bench *b)
{
    int r = prepare(b);
    if (r == 0)
        r = run_rounds(b);
    course_close(&b->course);
    return r;
}

static void listen_to_signals(struct sigaction was[2])
{
    const struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGINT, &action, &was[0]);
    sigaction(SIGTERM, &action, &was[1]);
}

int bench_run(struct bench_result *out, const struct bench_setup *setup,
              const struct crawl_settings *crawl, bool live, struct bench_end *end)
{
    struct sigaction was[2];
    struct bench b = { .result = out, .setup = setup, .crawl = crawl };
    int64_t began = clock_mono();
    *out = (struct bench_result){ .started = clock_wall() };
    b.random = (uint64_t)out->started;
    line_begin(&b.line, live);
    machine_read(&out->machine);
    listen_to_signals(was);
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
    sigaction(SIGINT, &was[0], NULL);
    sigaction(SIGTERM, &was[1], NULL);
    if (b.latency)
        munmap(b.latency, out->cells * sizeof *b.latency);
    free(b.order);
    return r;
}
