// SPDX-License-Identifier: MIT
#ifndef RESOLVE_FLIGHTS_H
#define RESOLVE_FLIGHTS_H
#include "data/list.h"
#include "data/map.h"
#include "resolve/cache.h"
#include "resolve/flight.h"
#include "resolve/pace.h"
#include "resolve/resolver.h"
#include "resolve/roster.h"
#include "sched/loop.h"
#include <stdbool.h>
#include <stdint.h>

// All names being looked up: at most one flight a name (single flight), at most `most` asking at
// once, the others waiting in order. All that touches c-ares happens in the hook, on the loop's
// stack.
struct flights {
    struct loop *loop;
    struct roster roster;
    struct cache cache;
    struct map by_name;
    struct list waiting, asking, late; // of flights, oldest first
    struct list ready;
    struct pace pace;
    struct loop_timer turn; // when the pace lets the next one start
    unsigned belated;       // length of late
    bool ipv4, ipv6;
    int64_t timeout;
    struct loop_hook hook;
    struct resolver_stats stats;
};

enum { FLIGHTS_LATE_MOST = 4096 }; // late ones kept; beyond, the oldest is let go

struct flights_options {
    const struct servers *servers; // NULL: those of `conf`
    const char *conf;              // borrowed
    size_t cache_bytes;
    unsigned in_flight;
    int64_t timeout;
    bool ipv4, ipv6;
};

// Prepares on loop `l`. Errors: -ENOMEM, -EMFILE, -ENFILE.
int flights_init(struct flights *all, struct loop *l, const struct flights_options *options);

// Ends what is left. Nobody may wait.
void flights_fini(struct flights *all);

// The flight for `name` (lower case), joined or begun. Its key is the name without a trailing dot,
// unless the dot keeps it from being searched for. NULL: no memory.
struct flight *flights_join(struct flights *all, struct span name);

// The key that `name` is kept under in the cache and here.
struct span flights_key(const struct flights *all, struct span name);
#endif
