// SPDX-License-Identifier: MIT
#include "frontier/gate.h"
#include "sys/clock.h"

// With a delay one exchange follows the other: several at once would reach the server closer
// together than the delay, by as much as their connecting takes.
void gate_init(struct gate *g, unsigned limit, int64_t delay, double rate)
{
    *g = (struct gate){ .limit = limit && delay == 0 ? limit : 1, .delay = delay };
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

void gate_start(struct gate *g, int64_t now)
{
    g->in_flight++;
    bucket_take(&g->bucket, now);
}

void gate_end(struct gate *g, int64_t now)
{
    g->in_flight--;
    if (g->delay > 0)
        g->rested = clock_after(now, g->delay);
}

void gate_hold(struct gate *g, int64_t until)
{
    if (until > g->held)
        g->held = until;
}
