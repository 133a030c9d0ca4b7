// SPDX-License-Identifier: MIT
#include "crawl/gate.h"
#include "sys/clock.h"

void gate_init(struct gate *g, unsigned limit, int64_t delay, double rate)
{
    *g = (struct gate){ .limit = limit ? limit : 1, .delay = delay };
    bucket_init(&g->bucket, rate);
}

int64_t gate_next(const struct gate *g, int64_t now)
{
    if (g->in_flight >= g->limit)
        return CLOCK_NEVER;
    int64_t at = bucket_next(&g->bucket, now);
    at = g->rested > at ? g->rested : at;
    return g->held > at ? g->held : at;
}

// The delay counts from starts as well: with more than one exchange at once, the server still never
// sees two requests closer than the delay.
static void rest(struct gate *g, int64_t now)
{
    if (g->delay > 0)
        g->rested = clock_after(now, g->delay);
}

void gate_start(struct gate *g, int64_t now)
{
    g->in_flight++;
    bucket_take(&g->bucket, now);
    rest(g, now);
}

void gate_end(struct gate *g, int64_t now)
{
    g->in_flight--;
    rest(g, now);
}

void gate_hold(struct gate *g, int64_t until)
{
    if (until > g->held)
        g->held = until;
}
