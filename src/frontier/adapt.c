// SPDX-License-Identifier: MIT
#include "frontier/adapt.h"
#include "sys/clock.h"
#include <stdbool.h>

enum {
    SMOOTH = 4,  // an exchange counts for a quarter in the latency
    RECOVER = 8, // an answer takes an eighth off what the delay is too long by
    FIRST_S = 1, // what a delay of nothing, doubled, is
};

static int64_t within(int64_t delay, const struct adapt *a, const struct adapt_settings *s)
{
    delay = delay < a->least ? a->least : delay;
    return delay > s->most ? s->most : delay;
}

void adapt_init(struct adapt *a, const struct adapt_settings *s, int64_t delay, int64_t least)
{
    *a = (struct adapt){ .least = least };
    a->delay = within(delay ? delay : s->factor > 0, a, s);
}

void adapt_recall(struct adapt *a, const struct adapt_settings *s, int64_t delay, int64_t latency)
{
    bool first = a->latency == 0 && latency > 0;
    if (first)
        a->latency = latency;
    if (first || delay > a->delay)
        a->delay = within(delay, a, s);
}

void adapt_good(struct adapt *a, const struct adapt_settings *s, int64_t latency)
{
    enum { STEP_MS = 1 };
    a->latency = a->latency ? a->latency + (latency - a->latency) / SMOOTH : latency;
    int64_t times = s->factor ? s->most / s->factor : CLOCK_NEVER;
    int64_t target = within(a->latency > times ? s->most : a->latency * s->factor, a, s);
    int64_t excess = a->delay - target;
    a->delay = excess > STEP_MS * CLOCK_MS ? a->delay - excess / RECOVER : target;
}

void adapt_bad(struct adapt *a, const struct adapt_settings *s, int64_t began, int64_t now)
{
    if (began < a->grown)
        return;
    a->grown = now;
    int64_t twice = a->delay > s->most / 2 ? s->most : 2 * a->delay;
    a->delay = within(twice < FIRST_S * CLOCK_S ? FIRST_S * CLOCK_S : twice, a, s);
}
