// SPDX-License-Identifier: MIT
#ifndef LEDGER_GATHER_H
#define LEDGER_GATHER_H
#include "ledger/operation.h"
#include <stddef.h>

// Operations on one table whose order among others does not matter: put off until there are many,
// and then done in the order of their keys, so that what lies together on disk is done together.
struct gathered {
    uint64_t key[2];
    const struct operation *op; // borrowed
    uint32_t order;             // in which they came
};

struct gather {
    struct gathered *at;
    size_t count, room;
};

enum { GATHER_MOST = 32768 }; // so many are enough

// Adds one under its key: a and b. Errors: -ENOMEM.
int gather_add(struct gather *g, const struct operation *op);

static inline bool gather_is_full(const struct gather *g)
{
    return g->count >= GATHER_MOST;
}

// Sorts by key; those of one key by the order in which they came.
void gather_sort(struct gather *g);

// Forgets all.
void gather_clear(struct gather *g);
void gather_fini(struct gather *g);
#endif
