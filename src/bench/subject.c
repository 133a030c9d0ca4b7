// SPDX-License-Identifier: MIT
#include "bench/subject.h"
#include "crawl/gauge.h"
#include "crawl/tally.h"
#include "proc/strain.h"
#include "sched/loop.h"
#include "sys/clock.h"
#include "sys/limits.h"
#include "sys/log.h"
#include "sys/zygote.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SUBJECT_PATIENCE (60 * CLOCK_S)
// Both ends of the window are ends of a URL. Where many end at once (a loop that has worked on all
// of them in turn), a time in between would count work whose URLs it does not. Only when no URL
// ends for so long is the time enough.
#define SUBJECT_SILENCE (5 * CLOCK_S)

// Counters at one end of the window.
struct reading {
    int64_t at;
    struct tree_census tree;
    struct strain strain;
    struct tree_time origin[SUBJECT_ORIGINS], observer;
};

struct subject {
    struct gauge gauge;
    struct crawl_watcher watcher;
    struct loop_hook hook;
    struct loop *loop;
    const struct subject_order *order;
    struct subject_report *report;
    struct zygote *zygote;
    int64_t born, ready;
    uint64_t done;
    bool stopped;
    struct reading first, last;
    struct crawl_settings settings;
    struct crawl_stats stats;
};

#define SUBJECT_OF(p, member) ((struct subject *)((char *)(p)-offsetof(struct subject, member)))

// ---- The window

static int take_reading(struct subject *s, struct reading *r)
{
    for (unsigned i = 0; i < s->order->origins; i++)
        if (!tree_time_of(s->order->origin[i], &r->origin[i]))
            r->origin[i] = (struct tree_time){ 0 };
    tree_time_of(getppid(), &r->observer);
    strain_read(&r->strain);
    return tree_take_census(&r->tree, getpid());
}

static void fail(struct subject *s, int error)
{
    s->report->result = error;
    s->report->phase = SUBJECT_OVER;
}

static void begin_window(struct subject *s)
{
    int r = take_reading(s, &s->first);
    if (r < 0) {
        fail(s, r);
        return;
    }
    s->first.at = clock_mono(); // what the reading took is not in the window
    s->report->phase = SUBJECT_MEASURING;
}

static void compare_origins(struct subject *s)
{
    for (unsigned i = 0; i < s->order->origins; i++) {
        const struct tree_time *from = &s->first.origin[i], *to = &s->last.origin[i];
        int64_t used = to->total - from->total;
        s->report->origin.total += used;
        s->report->origin.user += to->user - from->user;
        s->report->origin.system += to->system - from->system;
        if (used > s->report->origin_most)
            s->report->origin_most = used;
    }
}

static void end_window(struct subject *s)
{
    struct subject_report *r = s->report;
    s->last.at = clock_mono();
    int error = take_reading(s, &s->last);
    // An engine that has taken every descriptor leaves none to look with: then who observes from
    // outside knows more.
    tree_take_size(&r->size, getpid());
    if (error < 0) {
        fail(s, error);
        return;
    }
    r->length = s->last.at - s->first.at;
    r->used = tree_time_between(&s->first.tree, &s->last.tree);
    compare_origins(s);
    r->strained = s->first.strain.busy && s->last.strain.busy;
    r->others = s->last.strain.busy - s->first.strain.busy - r->used.total - r->origin.total -
                (s->last.observer.total - s->first.observer.total);
    r->steal = s->last.strain.steal - s->first.strain.steal;
    r->throttled = s->last.strain.throttled - s->first.strain.throttled;
    r->swapped = s->last.strain.swapped - s->first.strain.swapped;
    r->phase = SUBJECT_OVER;
}

// ---- What the crawl tells

static void on_ready(struct gauge *g, unsigned workers, unsigned lacking)
{
    struct subject *s = SUBJECT_OF(g, gauge);
    s->ready = clock_mono();
    s->report->start = s->ready - s->born;
    s->report->workers = workers;
    s->report->lacking = lacking;
    s->report->phase = SUBJECT_WARMING;
    if (lacking > 0)
        log_warning("%u of %u workers could not begin to work", lacking, workers);
}

static bool is_warm(const struct subject *s, int64_t now)
{
    return now - s->ready >= s->order->warm_up && s->done >= s->report->workers;
}

static bool is_measured(const struct subject *s, int64_t now)
{
    const struct subject_order *o = s->order;
    return (o->urls && s->report->window.records >= o->urls) ||
           (o->duration && now - s->first.at >= o->duration);
}

static void look_at_time(struct subject *s, int64_t now)
{
    if (s->report->phase == SUBJECT_WARMING && is_warm(s, now))
        begin_window(s);
    else if (s->report->phase == SUBJECT_MEASURING && is_measured(s, now))
        end_window(s);
}

static void on_end(struct gauge *g, const struct gauge_end *e)
{
    struct subject *s = SUBJECT_OF(g, gauge);
    struct crawl_stats *w = &s->report->window;
    s->report->done = ++s->done;
    if (s->report->phase == SUBJECT_MEASURING) {
        tally_record(w, e->error, e->status);
        w->bytes += e->bytes;
        s->report->in_flight += e->in_flight;
        if (!tally_is_failure(e->error, e->status))
            histogram_add(&w->latency, (uint64_t)((e->now - e->from) / CLOCK_US));
    }
    look_at_time(s, e->now);
}

static void on_tick(struct crawl_watcher *w, const struct crawl_stats *stats)
{
    struct subject *s = SUBJECT_OF(w, watcher);
    (void)stats;
    look_at_time(s, clock_mono() - SUBJECT_SILENCE);
}

// Ends the run once it has been measured; not from inside the crawl, which is then in the middle of
// something.
static bool on_round(struct loop_hook *hook)
{
    struct subject *s = SUBJECT_OF(hook, hook);
    if (s->report->phase != SUBJECT_OVER || s->stopped)
        return false;
    s->stopped = true;
    crawl_stop(s->loop);
    crawl_stop(s->loop);
    return true;
}

// ---- Its life

static int body(void *arg)
{
    struct subject *s = arg;
    loop_add_hook(s->loop, &s->hook);
    int r = crawl_run(s->loop, &s->settings, s->zygote, &s->watcher, NULL, &s->stats);
    loop_remove_hook(s->loop, &s->hook);
    return r;
}

static int run(struct subject *s)
{
    if (s->order->cpus && sched_setaffinity(0, sizeof *s->order->cpus, s->order->cpus) < 0)
        return -errno;
    limits_raise_descriptors();
    if (engine_needs_zygote(s->settings.engine, s->settings.engines)) {
        int r = zygote_start(&s->zygote, engine_worker_main);
        if (r < 0)
            return r;
    }
    s->born = clock_mono();
    int r = loop_new(&s->loop, NULL);
    if (r == 0) {
        r = loop_run(s->loop, body, s);
        loop_free(s->loop);
    }
    zygote_stop(s->zygote, NULL);
    return r;
}

void subject_live(const struct subject_order *order, struct subject_report *report)
{
    static struct subject s; // large, and there is only one
    s.order = order;
    s.report = report;
    s.settings = *order->crawl;
    s.settings.gauge = &s.gauge;
    s.gauge = (struct gauge){
        .rate = order->rate, .patience = SUBJECT_PATIENCE, .ready = on_ready, .ended = on_end
    };
    s.watcher.tick = on_tick;
    s.hook.run = on_round;
    int r = run(&s);
    if (r == 0 && report->result == 0 && report->length == 0)
        r = -ECANCELED; // it ended before it was measured: why has been said on the log
    if (report->result == 0)
        report->result = r;
    report->exchanges = s.stats.exchanges;
    _exit(report->result < 0);
}
