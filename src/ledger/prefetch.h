// SPDX-License-Identifier: MIT
#ifndef LEDGER_PREFETCH_H
#define LEDGER_PREFETCH_H
#include "ledger/gather.h"
#include "store/state.h"

// Links that were gathered and sorted are looked up in a state that may be larger than memory. When
// that has turned out to be slow, threads look up the next ones beforehand, each a part of them, so
// that the disk has many reads to do at a time and not one: while a commit waits for the disk, or
// before the links are looked up.
struct prefetch {
    bool slow;                  // the last time it was
    size_t ahead;               // so many of the links that come next have been looked up
    struct prefetch_crew *crew; // that look some up just now; NULL: none
};

// Has those looked up that come next, in the last commit, and returns at once; does nothing when
// there is no need, or no memory for it. They are sorted. prefetch_join ends it, and must come
// before another transaction begins.
void prefetch_ahead(struct prefetch *p, struct state *s, struct gather *links);
void prefetch_join(struct prefetch *p);

// Before the links are looked up. Blocks until the threads are done; does nothing when there is no
// need.
void prefetch_begin(struct prefetch *p, struct state *s, const struct gather *links);

// They were looked up and stored in `took` ns.
void prefetch_end(struct prefetch *p, size_t links, int64_t took);
#endif
