// SPDX-License-Identifier: MIT
#ifndef SCHED_PERMIT_H
#define SCHED_PERMIT_H
#include "data/list.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A limit on how much of something the fibers of a loop may hold at once: requests in flight, bytes
// in memory. Whoever parked first is served first, and nobody overtakes: one who wants much is not
// starved by those who want little.
struct permit {
    struct list waiting;
    size_t limit, taken; // taken > limit: for a while, after the limit was lowered
};

// A limit of `limit`; 0 lets nobody through until it is raised.
void permit_init(struct permit *p, size_t limit);

// Aborts if a fiber is parked on it.
void permit_fini(struct permit *p);

// Takes `n`. Parks until there is room for all of them at once; one who wants more than the limit
// is let through when he is alone (nothing else is taken). Errors: -ETIMEDOUT, -ECANCELED; then
// nothing was taken.
int permit_take(struct permit *p, size_t n, int64_t deadline);

// Takes `n` if that needs no parking, and returns whether it did.
bool permit_try(struct permit *p, size_t n);

// Gives `n` of those taken back, and wakes those for whom there is room now. Does not park; any
// fiber may do it, or a callback on the loop's stack.
void permit_give(struct permit *p, size_t n);

// Changes the limit. Nobody loses what he has taken.
void permit_set_limit(struct permit *p, size_t limit);
#endif
