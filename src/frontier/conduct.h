// SPDX-License-Identifier: MIT
#ifndef FRONTIER_CONDUCT_H
#define FRONTIER_CONDUCT_H
#include "data/heap.h"
#include "data/span.h"
#include "frontier/health.h"
#include <stddef.h>

struct host;
struct robots_rules;

// How one host does and what it asks of us, as far as that is known.
struct conduct {
    struct host *host; // whose it is
    struct health health;
    struct heap_node due;       // on the frontier's heap of hosts that are set aside
    struct robots_rules *rules; // of its robots.txt; owned. NULL: everything is allowed
    size_t rules_size;          // bytes
    int64_t known_until;        // monotonic ns until which the rules hold; 0: not known yet
    bool given_up_robots;       // with the host given up: it was for its robots.txt
    char why[96];               // of the last failure
};

// The conduct whose `due` this is.
static inline struct conduct *conduct_of_due(struct heap_node *n)
{
    return (struct conduct *)(void *)((char *)n - offsetof(struct conduct, due));
}

// Takes over the rules of a robots.txt, of which it makes a copy, until `until`; absent: everything
// is allowed. Errors: -ENOMEM, then nothing has changed.
int conduct_take_rules(struct conduct *c, struct span rules, int64_t until);

// Forgets the rules.
void conduct_forget_rules(struct conduct *c);
#endif
