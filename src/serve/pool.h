// SPDX-License-Identifier: MIT
#ifndef SERVE_POOL_H
#define SERVE_POOL_H
#include <stddef.h>

// Blocks of one size, used again last in, first out: whoever works gets the memory that was worked
// in a moment ago. An idle connection holds none.
struct pool {
    struct pool_block *free;
    size_t size;
    unsigned count, keep; // free ones; how many at most
};

// Prepares a pool of blocks of `size` bytes that keeps up to `keep` free ones. Allocates nothing
// yet.
void pool_init(struct pool *p, size_t size, unsigned keep);

// Takes a block, whose bytes are anything; NULL when there is no memory.
void *pool_get(struct pool *p);

// Gives `block` back; NULL is legal.
void pool_put(struct pool *p, void *block);

// Frees the free ones. None may be in use.
void pool_fini(struct pool *p);
#endif
