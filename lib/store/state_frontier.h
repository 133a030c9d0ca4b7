// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_FRONTIER_H
#define STORE_STATE_FRONTIER_H
#include "store/state.h"

// What is still to be fetched and is on disk only. It is kept in parts, of so many items as were
// given numbers one after the other; inside a part all of a host lies together, breadth first, and
// a host's items are taken part by part. So what is added goes to pages that were written a moment
// ago, however large the rest has become: nothing is read for it. Items that were in memory at the
// last commit are in `held` instead (state_held.h), so that nothing is ever in both.
struct state_place {
    uint64_t host;
    uint64_t number; // 48 bits; no two items have the same
    uint16_t depth;
};

enum { STATE_PART_BITS = 16 }; // numbers of a part, as a power of two

#define STATE_NUMBER_MOST ((UINT64_C(1) << 48) - 1)

// Is shown one item; borrowed for the call. What it returns, when it is negative, ends the walk.
typedef int state_frontier_visit(void *arg, const struct state_place *at, struct span item);

// Adds an item. Errors: see state.h.
int state_frontier_put(struct state *s, const struct state_place *at, struct span item);

// Shows up to `most` items of `host`, in order, and removes them. Returns how many. A look into
// each part up to where the last of them is.
int state_frontier_take(struct state *s, uint64_t host, unsigned most, state_frontier_visit *visit,
                        void *arg);

// Sets `out` to the next up to `room` hosts from `from` on that have something, in the order of
// their numbers. Returns how many; fewer than `room`: there are no more. Skips from host to host,
// whatever each has. Errors: -ENOMEM too.
int state_frontier_hosts(struct state *s, uint64_t from, uint64_t *out, unsigned room);

// Shows all items, part by part, host by host. Errors: see state.h.
int state_frontier_each(struct state *s, state_frontier_visit *visit, void *arg);

// How many there are. Errors: see state.h.
int state_frontier_count(struct state *s, uint64_t *out);
#endif
