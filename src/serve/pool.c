// SPDX-License-Identifier: MIT
#include "serve/pool.h"
#include <stdlib.h>

struct pool_block {
    struct pool_block *next;
};

void pool_init(struct pool *p, size_t size, unsigned keep)
{
    *p = (struct pool){ .size = size, .keep = keep };
}

void *pool_get(struct pool *p)
{
    struct pool_block *b = p->free;
    if (!b)
        return malloc(p->size);
    p->free = b->next;
    p->count--;
    return b;
}

void pool_put(struct pool *p, void *block)
{
    struct pool_block *b = block;
    if (!b)
        return;
    if (p->count == p->keep) {
        free(b);
        return;
    }
    b->next = p->free;
    p->free = b;
    p->count++;
}

void pool_fini(struct pool *p)
{
    p->keep = 0;
    while (p->free) {
        struct pool_block *b = p->free;
        p->free = b->next;
        free(b);
    }
    p->count = 0;
}
