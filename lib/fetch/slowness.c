// SPDX-License-Identifier: MIT
#include "fetch/slowness.h"
#include "sys/clock.h"

bool slowness_check(struct slowness *s, int64_t now, uint64_t bytes, uint64_t min_speed,
                    int64_t time)
{
    if (now < s->next)
        return false;
    uint64_t *oldest = &s->at[s->marks % SLOWNESS_MARKS];
    double least = (double)min_speed * (double)time / CLOCK_S;
    bool slow = s->marks >= SLOWNESS_MARKS && (double)(bytes - *oldest) < least;
    *oldest = bytes;
    s->marks++;
    s->next = clock_after(now, time / SLOWNESS_MARKS);
    return slow;
}
