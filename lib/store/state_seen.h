// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_SEEN_H
#define STORE_STATE_SEEN_H
#include "store/state.h"

// The URLs that a crawl has come upon: their hashes, by host.

// Adds one. Returns 1 when it is new, 0 when it was there. Sorted by key, many are much cheaper
// than in any order. Errors: see state.h.
int state_seen_add(struct state *s, uint64_t host, uint64_t hash);

// 1 when it is there, 0 when not.
int state_seen_has(struct state *s, uint64_t host, uint64_t hash);

// How many they are. Errors: see state.h.
int state_seen_count(struct state *s, uint64_t *out);
#endif
