// SPDX-License-Identifier: MIT
#ifndef LEDGER_STOCK_H
#define LEDGER_STOCK_H
#include "data/list.h"
#include "data/map.h"
#include "ledger/store.h"
#include <stdbool.h>
#include <stdint.h>

// What a run has on disk of each host, and how it comes back into memory: a few items at a time of
// every host that has little there, so that each always has something to start and none fills the
// memory. Most hosts that have something are known here; with more than STOCK_HOSTS of them the
// others are found by surveys, when those have become fewer.
enum {
    STOCK_HOSTS = 1 << 20,
    STOCK_OF_CRAWL = 1 << 14, // for stock_start
    STOCK_OF_LIST = 1 << 12,  // the same, where memory has the lines that were read last as well
    STOCK_RESERVE = 1 << 14,
};

// `most` and `host_most` items are taken at most, in all and of one host; 0: no bound. What is then
// left on disk stays there.
struct stock {
    struct store *store; // borrowed
    struct map hosts;    // struct stocked
    struct list want;    // hosts whose items are wanted, in turn,
    struct list dry;     // those apart that have ended all that they had in memory
    unsigned count;      // hosts known
    unsigned pending;    // of those that may have more, and may give it, or were asked for it
    unsigned batches;    // items that all hosts together should have in memory
    uint64_t taken, asked, most, host_most;
    uint64_t held;   // items in memory, of the hosts known
    uint64_t cursor; // of the survey
    bool unlisted;   // hosts not known here may have something
    bool surveying;
    bool survey_found; // something, since it was at the beginning
};

// Nothing is known to be on disk, and there are no bounds.
void stock_init(struct stock *s);
void stock_fini(struct stock *s);

// Gives it its store; `unlisted`: that has something already. Each host has its share of `batches`
// items in memory.
void stock_start(struct stock *s, struct store *store, bool unlisted, unsigned batches);

// Counts `n` items of `host` as taken, by a run that goes on. With `host_most` only; without memory
// they are not counted.
void stock_count(struct stock *s, uint64_t host, unsigned n);

// Something of `host` has been appended to the store. Without memory a survey will find it.
void stock_put(struct stock *s, uint64_t host);

// Whether something of `host` may be on disk, or on its way from there.
bool stock_has(const struct stock *s, uint64_t host);

// An item that had been taken has ended.
void stock_ended(struct stock *s, uint64_t host);

// Asks the store for items, as long as memory should have `room` more of them; below 0: it has so
// many too many. Hosts that have used up what they had get STOCK_RESERVE beyond that: memory may be
// full of hosts that do nothing.
void stock_ask(struct stock *s, int64_t room);

// Takes an answer of the store, one of STORE_TOOK or STORE_SURVEYED; the items of the former are
// the caller's to make.
void stock_take(struct stock *s, struct store_answer *a);

// Whether nothing is on disk that might be taken, nor asked for.
bool stock_is_empty(const struct stock *s);
#endif
