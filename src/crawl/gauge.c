// SPDX-License-Identifier: MIT
#include "crawl/gauge.h"
#include "crawl/coordinator.h"
#include "engine/lane.h"
#include "sys/clock.h"

// Workers that cannot work yet. An engine that has failed has none that ever will.
static unsigned lacking(const struct coordinator *c)
{
    unsigned n = 0;
    for (unsigned k = 0; k < c->lanes; k++)
        n += c->lane[k]->capacity == 0 && !c->lane[k]->engine->failed;
    return n;
}

bool gauge_open(struct coordinator *c)
{
    struct gauge *g = c->settings->gauge;
    if (!g || g->open)
        return true;
    unsigned n = lacking(c);
    if (n > 0 && c->now < clock_after(c->stats.began, g->patience))
        return false;
    g->open = true;
    g->began = c->now;
    g->ready(g, c->lanes, n);
    return true;
}

// What a loop that wakes once a millisecond may start too early: better than all of it too late.
#define GAUGE_EARLY CLOCK_MS

static int64_t slot(const struct gauge *g)
{
    double seconds = (double)g->started / g->rate;
    return clock_after(g->began,
                       seconds < 1e9 ? (int64_t)(seconds * 1e9 + 0.5) : CLOCK_NEVER - g->began);
}

int64_t gauge_due(const struct gauge *g, int64_t now)
{
    int64_t at = g->rate > 0 ? slot(g) - GAUGE_EARLY : now;
    return at > now ? at : now;
}

int64_t gauge_start(struct gauge *g, int64_t now)
{
    int64_t at = g->rate > 0 ? slot(g) : now;
    g->started++;
    return at < now ? at : now;
}
