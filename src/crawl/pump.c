// SPDX-License-Identifier: MIT
#include "crawl/pump.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/dispatch.h"
#include "crawl/explore.h"
#include "crawl/gauge.h"
#include "crawl/intake.h"
#include "crawl/opening.h"
#include "crawl/robots.h"
#include "crawl/settle.h"
#include "crawl/shelf.h"
#include "crawl/shelf_known.h"
#include "crawl/treatment.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/flow.h"

enum { LOOK_MS = 10 };

bool pump_is_over(struct coordinator *c)
{
    if (c->in_flight > 0)
        return false;
    return c->stopping ||
           (c->fed && intake_waiting(c) == 0 && c->spill.lines == 0 && c->opening == 0 &&
            c->asking == 0 && (!c->explore || explore_is_over(c)) && shelf_is_empty(c));
}

static int64_t next_time(const struct coordinator *c)
{
    int64_t at = frontier_due(&c->frontier);
    if (c->settings->gauge && !c->settings->gauge->open)
        return clock_after(c->now, LOOK_MS * CLOCK_MS);
    if (frontier_has_ready(&c->frontier) && c->in_flight < c->cap) {
        int64_t start = dispatch_due(c);
        at = start > c->now && start < at ? start : at;
    }
    int64_t due = commits_due(c);
    at = due < at ? due : at;
    if (explore_is_behind(c)) { // nobody tells when it no longer is
        int64_t look = clock_after(c->now, LOOK_MS * CLOCK_MS);
        at = look < at ? look : at;
    }
    return at;
}

void pump_look_at_limits(struct coordinator *c)
{
    const struct flow *flow = c->settings->worker.flow;
    enum bounds_kind kind =
        bounds_reached(&c->settings->bounds, c->now - c->began, flow ? flow_received(flow) : 0);
    if (kind == BOUNDS_NONE || c->stopping)
        return;
    log_note("%s: reached; what is in flight may take %lld s more, the rest is not fetched",
             bounds_name(kind), (long long)(c->settings->grace / CLOCK_S));
    if (c->end == CRAWL_COMPLETE)
        c->end = CRAWL_LIMITED;
    coordinator_stop(c);
}

static bool turn(struct loop_hook *hook)
{
    struct coordinator *c =
        (struct coordinator *)((char *)hook - offsetof(struct coordinator, hook));
    if (!c->dirty)
        return false;
    c->dirty = false;
    c->now = clock_mono(); // read anew: a pace counts from when an exchange had really ended
    settle_all(c);
    if (c->explore)
        explore_pump(c);
    shelf_turn(c);
    if (c->settings->bounds.bytes)
        pump_look_at_limits(c);
    if (!c->stopping) {
        frontier_advance(&c->frontier, c->now);
        if (gauge_open(c))
            dispatch_all(c);
        treatment_settle(c);
        opening_start(c);
        robots_start(c);
        if (!list_empty(&c->hungry) && intake_wanted(c))
            wake_all(&c->hungry, 0);
        if (!list_empty(&c->full) && intake_low(c))
            wake_all(&c->full, 0);
        commits_turn(c);
        shelf_known_turn(c);
        int64_t at = next_time(c);
        if (at == CLOCK_NEVER)
            loop_disarm(c->loop, &c->timer);
        else if (loop_arm(c->loop, &c->timer, at) < 0)
            c->dirty = true;
    } else {
        commits_turn(c);
    }
    if (pump_is_over(c))
        wake_all(&c->over, 0);
    return true;
}

static void fire(struct loop_timer *t)
{
    coordinator_stir((struct coordinator *)((char *)t - offsetof(struct coordinator, timer)));
}

void pump_init(struct coordinator *c)
{
    c->hook.run = turn;
    c->timer.fire = fire;
}

void pump_end(struct coordinator *c)
{
    loop_remove_hook(c->loop, &c->hook);
    loop_disarm(c->loop, &c->timer);
}
