// SPDX-License-Identifier: MIT
#ifndef FRONTIER_GATE_H
#define FRONTIER_GATE_H
#include "frontier/bucket.h"
#include <stdbool.h>
#include <stdint.h>

// Decides when the next request to one politeness group may start: a pure function of time and of
// what has started and ended. It never waits and owns no timer.
struct gate {
    unsigned limit, in_flight; // exchanges at once; with a delay it is one
    int64_t delay;             // from the end of an exchange to the start of the next
    int64_t ended;             // when the last exchange ended; -1: none has
    bool slow;                 // the last answer was too slow to be waited for: one at once
    int64_t held;              // nothing starts before: the server asked so (Retry-After)
    struct bucket bucket;
};

// `limit` at least 1; `delay` ns; `rate` starts a second, 0 for no limit.
void gate_init(struct gate *g, unsigned limit, int64_t delay, double rate);

// When the next exchange may start: `now` when it may now; CLOCK_NEVER when only the end of one in
// flight can tell; otherwise a time after `now`.
int64_t gate_next(const struct gate *g, int64_t now);

// Count a start (which gate_next allowed) and an end.
void gate_start(struct gate *g, int64_t now);
void gate_end(struct gate *g, int64_t now);

// An exchange of somebody else's may have ended at `at`.
void gate_was_asked(struct gate *g, int64_t at);

// Changes the delay; it counts from the exchange that ended last.
void gate_set_delay(struct gate *g, int64_t delay);

// The last exchange took longer than it may: whoever drips gets one worker, not all of them. Or it
// did not (`slow` false), and there may be as many as ever.
void gate_set_slow(struct gate *g, bool slow);

// Lets nothing start before `until`; an earlier hold that lasts longer stays.
void gate_hold(struct gate *g, int64_t until);
#endif
