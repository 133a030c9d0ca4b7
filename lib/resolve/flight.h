// SPDX-License-Identifier: MIT
#ifndef RESOLVE_FLIGHT_H
#define RESOLVE_FLIGHT_H
#include "data/list.h"
#include "data/map.h"
#include "resolve/question.h"
#include "resolve/resolver.h"
#include "sched/loop.h"
#include <stdbool.h>
#include <stdint.h>

// One name being looked up, for however many fibers wait for it.
//
//   waiting --a place is free--> asking --verdict--> (late) --> freed
//
// When one family alone made the verdict, the flight stays on, late, to add what the other brings
// to the cache. A late flight holds no place, and the next lookup of its name makes a new one.
struct flights;

enum flight_stage { FLIGHT_WAITING, FLIGHT_ASKING, FLIGHT_LATE };

struct flight {
    struct map_node by_name; // among flights.by_name, until it is late
    struct list node;        // on the list of its stage
    struct list ready;       // on flights.ready when there is something to do
    struct list waiters;     // of the fibers; the slot is where they want the answer
    struct flights *all;
    struct upstreams *servers; // held while asking or late
    struct question six, four;
    struct loop_timer timer;
    enum flight_stage stage;
    int64_t deadline;           // when asking ends whatever has come
    uint64_t kept;              // its entry in the cache
    unsigned refused;           // times the questions were, as far as the pace knows
    unsigned candidate;         // which of the names to ask is being asked
    char asked[QUERY_NAME + 1]; // that name
    char name[];                // the key
};

// Makes one that waits, for `key`. Errors: NULL, no memory.
struct flight *flight_new(struct flights *all, struct span key, uint64_t hash);

// Frees it in any stage; nobody may wait for it.
void flight_free(struct flight *f);

// Begins to ask; the pace has counted it.
void flight_start(struct flight *f, int64_t now);

// Does what there is to do at `now`. May free it.
void flight_step(struct flight *f, int64_t now);

// Writes the `i`th name to ask for `key`: as it is (a trailing dot makes that the only one), and,
// when it has fewer dots than `ndots`, with each search domain behind it; without any dot those
// come first. Returns its length, 0 when there are no more; too long ones are left out. Pure.
size_t flight_candidate(char out[QUERY_NAME + 1], struct span key, const struct servers *servers,
                        unsigned i);
#endif
