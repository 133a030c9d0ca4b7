// SPDX-License-Identifier: MIT
#ifndef RESOLVE_CACHE_H
#define RESOLVE_CACHE_H
#include "data/list.h"
#include "data/map.h"
#include "data/span.h"
#include "resolve/resolver.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Answers by name, each until it expires, within a bound of bytes: the one not asked for the
// longest goes first. Pure: time is an argument. An answer that says when it expires and has
// expired is never given out, not even when no server can be reached.
struct cache {
    struct map entries;
    struct list recent; // the entries, the one asked for last first
    size_t bytes, most; // what the entries take, allocator and map included
    uint64_t serial;    // of the last one kept
};

void cache_init(struct cache *c, size_t most);
void cache_fini(struct cache *c);

// Copies what is known of `name` at `now` to `out`. Returns whether something is.
bool cache_get(struct cache *c, struct span name, int64_t now, struct resolve_answer *out);

// Keeps a copy of `a` for `name`, in place of what was there. Returns a number that tells this
// entry from every other, or 0 when it is not kept: expired at `now`, larger than the bound, no
// memory. Then nothing is known of `name`.
uint64_t cache_put(struct cache *c, struct span name, const struct resolve_answer *a, int64_t now);

// The same, when what is there is still the entry `serial`; else does nothing.
void cache_amend(struct cache *c, struct span name, uint64_t serial, const struct resolve_answer *a,
                 int64_t now);
#endif
