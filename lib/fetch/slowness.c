// SPDX-License-Identifier: MIT
#include "fetch/slowness.h"
#include "sys/clock.h"

// The youngest mark that is `time` old; false when none is.
static bool slowness_find(const struct slowness *s, int64_t now, int64_t time, uint64_t *bytes)
{
    unsigned kept = s->marks < SLOWNESS_MARKS ? s->marks : SLOWNESS_MARKS;
    for (unsigned back = 1; back <= kept; back++) {
        unsigned i = (s->marks - back) % SLOWNESS_MARKS;
        if (now - s->mark[i].at >= time) {
            *bytes = s->mark[i].bytes;
            return true;
        }
    }
    return false;
}

bool slowness_check(struct slowness *s, int64_t now, uint64_t bytes, uint64_t min_speed,
                    int64_t time)
{
    unsigned last = (s->marks + SLOWNESS_MARKS - 1) % SLOWNESS_MARKS;
    if (s->marks && now - s->mark[last].at < time / 8)
        return false;
    uint64_t then;
    double least = (double)min_speed * (double)time / CLOCK_S;
    bool slow = slowness_find(s, now, time, &then) && (double)(bytes - then) < least;
    unsigned i = s->marks++ % SLOWNESS_MARKS;
    s->mark[i].at = now;
    s->mark[i].bytes = bytes;
    return slow;
}
