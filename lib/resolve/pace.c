// SPDX-License-Identifier: MIT
#include "resolve/pace.h"
#include "sys/clock.h"

void pace_init(struct pace *p, unsigned most)
{
    *p = (struct pace){ .most = most, .room = most, .slot = INT64_MIN / 2, .cut = INT64_MIN / 2 };
}

bool pace_start(struct pace *p, int64_t now)
{
    if (now - p->slot >= PACE_SLOT) {
        p->slot = now;
        p->burst = 0;
    }
    if (p->under_way >= p->room || p->burst >= PACE_BURST)
        return false;
    p->under_way++;
    p->burst++;
    return true;
}

int64_t pace_next(const struct pace *p)
{
    return p->under_way >= p->room ? CLOCK_NEVER : p->slot + PACE_SLOT;
}

void pace_end(struct pace *p)
{
    p->under_way--;
    if (p->burst)
        p->burst--;
    if (p->room < p->most && ++p->well >= p->room) {
        p->room++;
        p->well = 0;
    }
}

void pace_refused(struct pace *p, int64_t now)
{
    if (now - p->cut < PACE_CUT)
        return;
    unsigned half = (p->under_way < p->room ? p->under_way : p->room) / 2;
    unsigned least = p->most < PACE_ROOM_LEAST ? p->most : PACE_ROOM_LEAST;
    p->room = half > least ? half : least;
    p->cut = now;
    p->well = 0;
}
