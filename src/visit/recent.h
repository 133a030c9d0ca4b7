// SPDX-License-Identifier: MIT
#ifndef VISIT_RECENT_H
#define VISIT_RECENT_H
#include <stdbool.h>
#include <stdint.h>

// The links that a worker has reported a moment ago, so that what stands on every page of a site is
// not sent to the coordinator with every page. A table of hashes in which a new one takes the place
// of an older one: it forgets, and never claims a link that was not there, but for two of one hash
// (64 bits). { 0 } is empty. Owns `at`, which is made when the first one comes.
enum { RECENT_ROOM = 1 << 16 }; // hashes where nobody says otherwise: 512 KB

struct recent {
    uint64_t *at;
    uint64_t room; // a power of two; 0: RECENT_ROOM
};

// Whether `hash` is new; from now on it is not. Without memory everything is new.
bool recent_add(struct recent *r, uint64_t hash);

// Whether it is there.
bool recent_has(const struct recent *r, uint64_t hash);

void recent_fini(struct recent *r);
#endif
