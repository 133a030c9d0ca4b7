// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_PAGES_H
#define STORE_STATE_PAGES_H
#include "store/state.h"

// What came of each URL the last time, by host and the hash of the URL.
typedef int state_pages_visit(void *arg, uint64_t host, uint64_t hash, struct span value);

// Sorted by key, many are much cheaper than in any order. Errors of all of them: see state.h.
int state_pages_put(struct state *s, uint64_t host, uint64_t hash, struct span value);

// Sets `out`, borrowed until the next change. Returns 1; 0 when there is none.
int state_pages_get(struct state *s, uint64_t host, uint64_t hash, struct span *out);

int state_pages_each(struct state *s, state_pages_visit *visit, void *arg);
int state_pages_count(struct state *s, uint64_t *out);
#endif
