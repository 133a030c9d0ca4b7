// SPDX-License-Identifier: MIT
#ifndef VISIT_RECENT_H
#define VISIT_RECENT_H
#include <stdbool.h>
#include <stdint.h>

// The links that a worker has reported a moment ago, so that what stands on every page of a site is
// not sent to the coordinator with every page. A table of hashes in which a new one takes the place
// of an older one: it forgets, and never claims a link that was not there, but for two of one hash
// (64 bits). { 0 } is empty. Owns `at`.
enum { RECENT_ROOM = 1 << 16 }; // hashes; 512 KB, made when the first one comes

struct recent {
    uint64_t *at;
};

// Whether `hash` is new; from now on it is not. Without memory everything is new.
bool recent_add(struct recent *r, uint64_t hash);

void recent_fini(struct recent *r);
#endif
