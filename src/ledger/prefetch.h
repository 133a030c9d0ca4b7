// SPDX-License-Identifier: MIT
#ifndef LEDGER_PREFETCH_H
#define LEDGER_PREFETCH_H
#include "ledger/gather.h"
#include "store/state.h"

// Links that were gathered and sorted are looked up in a state that may be larger than memory. When
// that has turned out to be slow, threads look up the next ones beforehand, each a part of them, so
// that the disk has many reads to do at a time and not one.
struct prefetch {
    bool slow; // the last time it was
};

// Before the links are looked up. Blocks until the threads are done; does nothing when there is no
// need.
void prefetch_begin(const struct prefetch *p, struct state *s, const struct gather *links);

// They were looked up and stored in `took` ns.
void prefetch_end(struct prefetch *p, size_t links, int64_t took);
#endif
