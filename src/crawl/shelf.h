// SPDX-License-Identifier: MIT
#ifndef CRAWL_SHELF_H
#define CRAWL_SHELF_H
#include <stdbool.h>
#include <stdint.h>

// What is on disk, and is still to be fetched.
struct coordinator;
struct item;

// Puts a fresh item there, to be found under `host`. Takes it.
void shelf_put(struct coordinator *c, struct item *i, uint64_t host);

// Takes what the store has answered, and asks for more.
void shelf_turn(struct coordinator *c);

// Whether nothing is there, as far as is known; soon it is, when not.
bool shelf_is_empty(struct coordinator *c);
#endif
