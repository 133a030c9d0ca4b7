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

// Shows up to `most` of them from the key `from` (host, hash) on, which becomes the one behind the
// last that was shown. Returns how many; fewer than `most`: there are no more. A negative result of
// `visit` ends the walk and is returned.
int state_pages_some(struct state *s, uint64_t from[2], unsigned most, state_pages_visit *visit,
                     void *arg);

// Shows all of them; tells how many they are.
int state_pages_each(struct state *s, state_pages_visit *visit, void *arg);
int state_pages_count(struct state *s, uint64_t *out);
#endif
