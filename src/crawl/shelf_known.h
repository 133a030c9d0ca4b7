// SPDX-License-Identifier: MIT
#ifndef CRAWL_SHELF_KNOWN_H
#define CRAWL_SHELF_KNOWN_H
#include "data/buffer.h"
#include "data/list.h"
#include <stdbool.h>
#include <stdint.h>

// What came of pages, for a refresh: it is asked of the store while their items wait here.
struct coordinator;
struct ending;
struct item;
struct store_answer;
struct url;

// Items that wait to be told what is known of their pages. Owns them.
struct shelf_known {
    struct list fresh; // nobody was asked yet
    struct list asked; // in the order of the questions
    unsigned waiting;  // in both
    struct buffer keys;
};

// Says to the store what is known of the page of `i`, whose record is written.
void shelf_known_remember(struct coordinator *c, const struct item *i, const struct ending *e);

void shelf_known_init(struct shelf_known *k);
void shelf_known_fini(struct shelf_known *k);

// Whether the state is to be asked about the page of `i` before it enters the frontier.
bool shelf_known_wanted(const struct coordinator *c, const struct item *i);

// Asks, and has `i` enter when there is an answer. Takes it.
void shelf_known_ask(struct coordinator *c, struct item *i, int64_t not_before);

// Sends what is to be asked, unless a cut is due. Once a pump, after the cut.
void shelf_known_turn(struct coordinator *c);

// Takes an answer of the store, STORE_RECALLED.
void shelf_known_take(struct coordinator *c, struct store_answer *a);

// The next of those that wait, which is the caller's then; NULL: none does.
struct item *shelf_known_drain(struct coordinator *c);

// The key of the page at `u`, as `i` asks for it: a line of JSON that asks in a way of its own has
// a page of its own. Errors: -ENOMEM.
int shelf_known_key(struct coordinator *c, const struct item *i, const struct url *u,
                    uint64_t key[2]);
#endif
