// SPDX-License-Identifier: MIT
// The run: opens the coordinator, lets its pump work until nothing is left, closes it.
#include "crawl/crawl.h"
#include "crawl/commits.h"
#include "crawl/commits_resume.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/intake.h"
#include "crawl/leftover.h"
#include "crawl/pump.h"
#include "crawl/stats_pack.h"
#include "input/source.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

enum { TICK_MS = 100 };

static __thread struct coordinator *running;

void crawl_stop(struct loop *l)
{
    struct coordinator *c = running;
    if (!c || c->loop != l)
        return;
    bool finishing = c->end == CRAWL_LIMITED;
    if (c->end == CRAWL_COMPLETE || finishing)
        c->end = CRAWL_INTERRUPTED;
    if (!finishing)
        coordinator_stop(c);
}

// URLs taken and not done.
static uint64_t waiting(const struct coordinator *c)
{
    uint64_t n = intake_waiting(c) + c->spill.lines;
    if (c->commits && c->commits->last_made) // what was in memory is kept, and dropped there
        n = c->commits->held;
    return c->store ? n + store_counts(c->store).frontier : n;
}

static void report(struct coordinator *c, struct crawl_watcher *watcher)
{
    struct crawl_stats *s = &c->stats;
    s->now = clock_mono();
    s->in_flight = c->in_flight;
    if (!c->counted)
        s->waiting = waiting(c);
    s->hosts = c->frontier.hosts.count;
    if (c->source && !c->explore) // how far the seeds are read says nothing of how far a crawl is
        source_progress(c->source, &s->bytes_read, &s->bytes_size);
    if (watcher)
        watcher->tick(watcher, s);
}

static bool engines_failed(const struct coordinator *c)
{
    for (unsigned k = 0; k < c->settings->engines; k++)
        if (!c->engine[k]->failed)
            return false;
    return true;
}

static int64_t next_look(const struct coordinator *c)
{
    int64_t time = c->settings->bounds.time, tick = clock_after(clock_mono(), TICK_MS * CLOCK_MS);
    int64_t end = time && !c->stopping ? clock_after(c->began, time) : CLOCK_NEVER;
    return end < tick ? end : tick;
}

// Whether there is something to begin. It has been begun when this is asked, unless there was no
// memory for it just then; and nothing else may be under way whose end would bring it up again.
static bool is_held_up(const struct coordinator *c)
{
    return (frontier_has_ready(&c->frontier) && c->in_flight < c->cap) ||
           (!list_empty(&c->frontier.unopened) && c->opening == 0) ||
           !list_empty(&c->frontier.asking);
}

// Waits for the end, and looks now and then at what only time tells.
static void wait_until_over(struct coordinator *c, struct crawl_watcher *watcher)
{
    int64_t grace_ends = CLOCK_NEVER;
    while (!pump_is_over(c)) {
        park_on(&c->over, next_look(c));
        report(c, watcher);
        c->now = clock_mono();
        if (is_held_up(c))
            coordinator_stir(c);
        pump_look_at_limits(c);
        if (!c->stopping && engines_failed(c)) {
            log_error("no engine is left that could do any work");
            c->end = CRAWL_BROKEN;
            coordinator_stop(c);
        }
        if (c->stopping && grace_ends == CLOCK_NEVER)
            grace_ends = clock_after(clock_mono(), c->settings->grace);
        if (c->stopping && !c->abandoned && clock_mono() >= grace_ends)
            coordinator_stop(c);
    }
}

// Brings the run to its end, from its beginning or from where the last one was left.
static int run(struct coordinator *c, const struct resume *resume, struct zygote *zygote,
               struct crawl_watcher *watcher)
{
    int r = coordinator_open(c, resume, zygote);
    if (r < 0)
        return r;
    running = c;
    coordinator_stir(c);
    wait_until_over(c, watcher);
    nursery_cancel(&c->fibers);
    nursery_close(&c->fibers);
    running = NULL;
    if (c->explore)
        explore_end(c);
    commits_finish(c);
    c->stats.waiting = waiting(c); // before what is left is taken out, to be listed
    c->counted = true;
    pump_end(c);
    if (c->explore)
        explore_list_rest(c);
    leftover_list(c);
    return 0;
}

// The same command on a state that has come to its end: what it came to is all there is to say.
static int say_finished(struct coordinator *c, const struct resume *resume)
{
    for (unsigned k = 0; k < c->settings->engines; k++)
        c->stats.engine[k].name = engine_name(&c->settings->engine[k]);
    c->stats.engines = c->settings->engines;
    int r = stats_unpack(&c->stats, resume->ledger.stats);
    if (r < 0) {
        log_error("'%s': %s", c->settings->state_dir, state_error_text(r));
        return r;
    }
    log_note("'%s' is finished: %llu URLs, of which %llu failed; nothing is left to be done",
             c->settings->state_dir, (unsigned long long)c->stats.records,
             (unsigned long long)c->stats.failed);
    c->end = CRAWL_NOTHING_LEFT;
    return 0;
}

int crawl_run(struct loop *l, const struct crawl_settings *settings, struct zygote *zygote,
              struct crawl_watcher *watcher, enum crawl_end *end, struct crawl_stats *stats)
{
    struct resume resume;
    struct coordinator *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    coordinator_init(c, l, settings);
    int r = resume_read(&resume, c);
    if (r == 0)
        r = resume_settle(&resume, c);
    if (r == 0)
        r = resume_is_over(&resume, c);
    if (r == 1) {
        r = archives_resume(c, &resume); // it may have died before its workers ended
        if (r == 0)
            r = say_finished(c, &resume);
    } else if (r == 0) {
        r = run(c, &resume, zygote, watcher);
    }
    leftover_drop(c);
    resume_fini(&resume);
    coordinator_finish_outputs(c);
    if (r == 0)
        report(c, NULL);
    coordinator_close(c); // retires the hosts: the slowest are known only now
    if (r == 0 && watcher)
        watcher->tick(watcher, &c->stats);
    if (end)
        *end = c->end;
    if (stats)
        *stats = c->stats;
    free(c);
    return r;
}
