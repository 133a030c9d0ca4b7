// SPDX-License-Identifier: MIT
#ifndef SERVE_FLAKY_H
#define SERVE_FLAKY_H
#include "data/list.h"
#include "data/map.h"

// How often each of the keys last asked for was asked for. Bounded: beyond FLAKY_KEYS of them the
// one that was not asked for longest is forgotten. { 0 } is none.
enum { FLAKY_KEYS = 65536, FLAKY_KEY_MAX = 256 };

struct flaky {
    struct map map;
    struct list recent; // the last one asked for comes last. Not yet a head when the map is empty
};

// Counts one more for `key` (FLAKY_KEY_MAX bytes at most) and gives the count. Errors: -ENOMEM,
// -E2BIG.
int flaky_count(struct flaky *f, struct span key, uint64_t *count);

void flaky_fini(struct flaky *f);
#endif
