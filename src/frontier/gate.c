// SPDX-License-Identifier: MIT
#include "frontier/gate.h"
#include "sys/clock.h"

void gate_init(struct gate *g, unsigned limit, int64_t delay, double rate)
{
    *g = (struct gate){ .limit = limit ? limit : 1, .delay = delay, .ended = -1 };
    bucket_init(&g->bucket, rate);
}

// With a delay one exchange follows the other: several at once would reach the server closer
// together than the delay, by as much as their connecting takes.
int64_t gate_next(const struct gate *g, int64_t now)
{
    if (g->in_flight >= (g->delay > 0 || g->slow ? 1 : g->limit))
        return CLOCK_NEVER;
    int64_t at = bucket_next(&g->bucket, now);
    int64_t rested = g->delay > 0 && g->ended >= 0 ? clock_after(g->ended, g->delay) : at;
    at = rested > at ? rested : at;
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
    g->ended = now;
}

void gate_was_asked(struct gate *g, int64_t at)
{
    bucket_take(&g->bucket, at);
    g->ended = at;
}

void gate_set_delay(struct gate *g, int64_t delay)
{
    g->delay = delay;
}

void gate_set_slow(struct gate *g, bool slow)
{
    g->slow = slow;
}

void gate_hold(struct gate *g, int64_t until)
{
    if (until > g->held)
        g->held = until;
}
