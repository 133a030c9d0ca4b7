// SPDX-License-Identifier: MIT
#ifndef CRAWL_BERTHS_H
#define CRAWL_BERTHS_H
#include "crawl/settings.h"
#include "data/heap.h"
#include <stdbool.h>
#include <stdint.h>

struct lane;

// Which lane a job goes to. A host stays where it has work, for its connections are there; one that
// is new goes to the engine that is least full for its size, and there to the lane that is, in turn
// among equals. Lanes with room stand on a heap an engine, so that one of ten thousand is found as
// fast as one of two. Pure: lanes are looked at and never used.
struct berths {
    struct heap free[CRAWL_ENGINES]; // lanes that have room, or had; the emptiest first
    struct engine *engine[CRAWL_ENGINES];
    unsigned engines;
    int64_t turn; // filings so far
};

// What is known of the host that a job goes to.
struct berths_host {
    struct lane *last;  // where its last job went; NULL: nowhere
    uint64_t key;       // host_key of its jobs
    unsigned in_flight; // requests to it, without this one
    bool one;           // all of them belong into one connection (HTTP/2)
};

// Takes up the lanes of an engine, whose number (engine.number) says which it is. Errors: -ENOMEM.
int berths_add(struct berths *b, struct engine *e);

void berths_fini(struct berths *b);

// A lane was sent a job, or has given outcomes, or was announced.
void berths_note(struct berths *b, struct lane *l);

// Whether any lane has room.
bool berths_any(struct berths *b);

// The lane for a job; NULL when none has room.
struct lane *berths_choose(struct berths *b, const struct berths_host *h);
#endif
