// SPDX-License-Identifier: MIT
#ifndef LEDGER_STORE_ANSWER_H
#define LEDGER_STORE_ANSWER_H
#include "ledger/operation.h"
#include "store/state_frontier.h"

// What the store thread answers: a number of things, packed one behind the other. The thread packs
// them, the loop takes them off again; only this file knows how they lie.
enum store_kind {
    STORE_TOOK,      // items of `host`; fewer than `most`: there are no more on disk
    STORE_SURVEYED,  // hosts from `host` on; fewer than `most`: there are no more behind them
    STORE_LINKED,    // links that had a tag
    STORE_RECALLED,  // pages, in the order of their keys
    STORE_REVIVED,   // hosts that have got something; `more`: there are more pages
    STORE_COMMITTED, // the cut with the number `cut`
};

// As the loop sees it: a view.
struct store_answer {
    enum store_kind kind;
    unsigned count, most;
    bool more;
    uint64_t host;
    uint64_t cut;
    struct span bytes; // what has not been taken off
};

// Take the next thing off an answer of their kind. False: that was all.
bool store_answer_item(struct store_answer *a, struct state_place *at, struct span *item);
bool store_answer_host(struct store_answer *a, uint64_t *host);
bool store_answer_link(struct store_answer *a, uint64_t *tag, bool *is_new);
bool store_answer_page(struct store_answer *a, struct span *page); // absent: it is not known

// As the thread makes it, and as it crosses: the operation that asked, and what was found. Owns its
// bytes. Lack of memory for what is added stays in `bytes`.
struct store_answer_packed {
    struct list node;
    struct operation asked;
    unsigned count;
    struct buffer bytes;
};

// An empty one. NULL: no memory.
struct store_answer_packed *store_answer_new(const struct operation *asked);
void store_answer_free(struct store_answer_packed *p);

// Add one thing of their kind.
void store_answer_add_item(struct store_answer_packed *p, const struct state_place *at,
                           struct span item);
void store_answer_add_link(struct store_answer_packed *p, uint64_t tag, bool is_new);
void store_answer_add_page(struct store_answer_packed *p, struct span page);

// Room for `most` hosts, of which store_answer_add_hosts then adds the first `n`. NULL: no memory.
uint64_t *store_answer_room(struct store_answer_packed *p, uint64_t most);
void store_answer_add_hosts(struct store_answer_packed *p, unsigned n);

// What it says; a view of it.
struct store_answer store_answer_of(const struct store_answer_packed *p);
#endif
