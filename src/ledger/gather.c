// SPDX-License-Identifier: MIT
#include "ledger/gather.h"
#include "data/array.h"
#include <errno.h>
#include <stdlib.h>

int gather_add(struct gather *g, const struct operation *op)
{
    if (g->count == g->room) {
        struct gathered *at = array_grow(g->at, &g->room, 1024, sizeof *at);
        if (!at)
            return -ENOMEM;
        g->at = at;
    }
    g->at[g->count] = (struct gathered){ { op->a, op->b }, op, (uint32_t)g->count };
    g->count++;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct gathered *x = a, *y = b;
    for (unsigned i = 0; i < 2; i++)
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void gather_sort(struct gather *g)
{
    if (g->count > 1)
        qsort(g->at, g->count, sizeof *g->at, compare);
}

void gather_clear(struct gather *g)
{
    g->count = 0;
}

void gather_fini(struct gather *g)
{
    free(g->at);
    *g = (struct gather){ 0 };
}
