// SPDX-License-Identifier: MIT
#include "bench/rounds.h"
#include "crawl/settings.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

// splitmix64
static uint64_t next_random(struct rounds *b)
{
    uint64_t x = b->random += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

// ---- What is shown meanwhile

static double time_left(const struct rounds *b)
{
    if (b->turns < 2)
        return -1;
    double each = (double)(clock_mono() - b->began) / 1e9 / (b->turns - 1);
    return each * (b->all - (b->turns - 1));
}

static bool on_tick(void *arg, const struct subject_report *report)
{
    struct rounds *b = arg;
    struct line_news news = { .cell = b->cell,
                              .done = b->turns - 1,
                              .all = b->all,
                              .urls = report->done,
                              .left = time_left(b) };
    line_show(&b->line, &news);
    return !*b->stop;
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
    struct rounds *b = arg;
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

// How each URL of a cell is fetched: as `fetch` would, with nothing in the way but -j.
static int settle_crawl(const struct rounds *b, const struct bench_cell *c,
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
    out->worker.work = rounds_compute(c->workload) ? b->work : 0;
    out->grace = CLOCK_S;
    out->seed = 1;
    return 0;
}

int64_t rounds_warm_up(const struct rounds *b, enum bench_workload workload)
{
    bool waits = workload != BENCH_COMPUTING && b->course.origins;
    int64_t waves = waits ? 2 * b->setup->delay : 0;
    return b->setup->warm_up > waves ? b->setup->warm_up : waves;
}

static void note_failure(struct rounds *b, int error)
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
static int run_cell(struct rounds *b, unsigned i, unsigned round)
{
    struct bench_cell *c = b->cell = &b->result->cell[i];
    struct crawl_settings crawl;
    struct bench_repetition *r = &c->repetition[c->repetitions];
    struct subject_order order = {
        .crawl = &crawl,
        .rate = b->setup->rate,
        .urls = b->setup->urls,
        .duration = (int64_t)(b->result->plan.duration * 1e9),
        .warm_up = rounds_warm_up(b, c->workload),
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
static void shuffle(struct rounds *b)
{
    for (unsigned i = 0; i < b->result->cells; i++)
        b->order[i] = i;
    for (unsigned i = b->result->cells; i > 1; i--) {
        unsigned k = (unsigned)(next_random(b) % i), last = b->order[i - 1];
        b->order[i - 1] = b->order[k];
        b->order[k] = last;
    }
}

static int run_round(struct rounds *b, unsigned round)
{
    shuffle(b);
    for (unsigned i = 0; i < b->result->cells; i++) {
        if (!may_run(&b->result->cell[b->order[i]], round)) {
            b->all -= b->result->cell[b->order[i]].spec[0] != '\0';
            continue;
        }
        int r = *b->stop ? -EINTR : run_cell(b, b->order[i], round);
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

int rounds_run(struct rounds *b, const volatile sig_atomic_t *stop)
{
    int r = 0;
    b->stop = stop;
    b->observer.tick = on_tick;
    b->observer.said = on_said;
    b->observer.arg = b;
    b->began = clock_mono();
    for (unsigned round = 0; r == 0 && round < b->setup->repeat; round++)
        r = run_round(b, round);
    line_clear(&b->line);
    return r;
}
