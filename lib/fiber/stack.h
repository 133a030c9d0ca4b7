// SPDX-License-Identifier: MIT
#ifndef FIBER_STACK_H
#define FIBER_STACK_H
#include "data/list.h"
#include <stdint.h>

// Stacks for fibers, cut from large mappings (slabs), used again last in first out, so that the
// next fiber finds its stack warm. One pool belongs to one thread.
//
//      low                                                        top
//      | guard page |  ....  the stack grows down  ....  | fiber |
//      '------------------------- size -------------------------'
//
// Memory is what a parked fiber has touched: one page for most, at the top. A stack that was once
// deep keeps its pages, so they are given back before it is used again; this is done for many
// stacks at once, on the loop's own stack.

// How the end of a stack is watched. Each is exact about what it covers, and weaker than the one
// before.
enum stack_guard {
    STACK_GUARD_BEST,   // the first below that there is
    STACK_GUARD_KERNEL, // MADV_GUARD_INSTALL, Linux 6.13 on: any number of stacks
    STACK_GUARD_PAGES,  // mprotect: two mappings a stack, as long as vm.max_map_count allows
    STACK_GUARD_CANARY, // words at the end looked at on each switch: notices the damage, does not
                        // prevent it
};

struct stack_slab;

struct stack {
    struct list node; // among the free ones of its pool
    char *low;        // lowest byte, guard included
    struct stack_slab *slab;
    void *owner;   // whoever runs on it; NULL: free
    unsigned tool; // Valgrind's number for it
    enum stack_guard guard : 8;
    bool clean : 1; // holds no memory: never used, or given back
};

struct stack_pool {
    struct list slabs;
    struct list warm;  // free, ready for use; the last one put comes first
    struct list cold;  // free, holding no memory
    struct list dirty; // free, to be trimmed
    size_t warm_count, dirty_count, in_use;
    size_t size, next_slab;
    enum stack_guard guard;
};

// Prepares a pool of stacks of `size` virtual bytes each (rounded up to pages, four at least; 0: 64
// KB, or 256 KB in sanitizer builds, whose frames are larger). Maps nothing yet.
void stack_pool_init(struct stack_pool *p, size_t size, enum stack_guard guard);

// Unmaps everything. No stack may be in use.
void stack_pool_fini(struct stack_pool *p);

// Takes a stack for `owner` (not NULL). Its contents are anything. Errors: -ENOMEM.
int stack_get(struct stack_pool *p, struct stack **out, void *owner);

// Gives `s` back to its pool. Legal on the very stack that is given back, as long as it is then
// left for good before the pool is used again: nothing is written to it or unmapped here.
void stack_put(struct stack *s);

// Whether stack_pool_trim has enough to do to be called.
static inline bool stack_pool_untidy(const struct stack_pool *p)
{
    return p->dirty_count >= 64;
}

// Gives back the memory of stacks that were deep, and of free ones beyond the number kept warm
// (1,024), and unmaps slabs of which none is in use. Never between putting back the stack that one
// is on and leaving it.
void stack_pool_trim(struct stack_pool *p);

// Visits every stack in use, slab by slab.
void stack_pool_each(struct stack_pool *p, void (*visit)(struct stack *s, void *arg), void *arg);

// One past the highest byte.
char *stack_top(const struct stack *s);

// Where to begin using it: up to 896 bytes below the top, another place for each neighbour, so that
// what is hot at the beginning of many stacks does not compete for the same few lines of the cache.
char *stack_begin(const struct stack *s);

// Bytes, guard included.
size_t stack_size(const struct stack *s);

// Whether `address` lies in the guard page of `s`.
bool stack_guards(const struct stack *s, const void *address);

// The words that must stay zero at the end of a stack without a guard page; NULL for one that has
// it. They are zero because nobody wrote them: so they cost no memory. A kilobyte of them, for
// functions write only here and there in their frames: overrunning with frames that are larger may
// go unnoticed.
enum { STACK_CANARY_WORDS = 128 };
const uint64_t *stack_canary(const struct stack *s);

// Whether they still are.
bool stack_canary_lives(const uint64_t *canary);
#endif
