// SPDX-License-Identifier: MIT
#ifndef FIBER_FIBER_H
#define FIBER_FIBER_H
#include "fiber/annotate.h"
#include "fiber/stack.h"
#include <stddef.h>
#include <stdint.h>

// A function with a stack of its own, that can be left in the middle and gone on with later: a
// stackful coroutine. Nothing here decides who runs when: see sched/loop.h.
//
// The structure lives at the top of its own stack, so a fiber that has not gone deep is one page of
// memory. Whoever needs more in it embeds it as the first member of a larger structure.
//
// A fiber stays on the thread that made it: addresses of thread-local variables may be held by its
// frames.
struct fiber {
    void *context;          // while it is not running
    struct stack *stack;    // NULL: the thread's own
    const uint64_t *canary; // NULL: the stack has a guard page
    const char *name;       // a literal; may hold anything printable
    const char *file;       // where it was spawned
    unsigned line;
    bool started;
    struct fiber *(*body)(struct fiber *f);
    struct annotation annotation;
};

// Makes the calling thread's own stack a fiber, so that it can be switched away from and back to.
void fiber_of_thread(struct fiber *f);

// Takes a stack from `pool` and puts a structure of `size` bytes at its top, whose first member is
// the fiber; the rest of it is anything. The first switch to it calls `body`. When that returns,
// the fiber is gone and its stack is back in the pool; what it returned is the fiber to go on with,
// on the same thread. Errors: -ENOMEM.
int fiber_new(struct stack_pool *pool, struct fiber **out, size_t size,
              struct fiber *(*body)(struct fiber *f));

// Frees a fiber that was never switched to.
void fiber_free(struct fiber *f);

// Leaves `from`, which is running, and goes on with `to`, until somebody switches back to `from`.
// Both on the calling thread. errno is not kept.
void fiber_switch(struct fiber *from, struct fiber *to);

// Dies, naming `f`, when it has overrun a stack without a guard page. Each switch away from it does
// that.
void fiber_overrun(const struct fiber *f) __attribute__((cold));
static inline void fiber_check(const struct fiber *f)
{
    if (f->canary)
        fiber_overrun(f);
}

// The fiber that runs on the calling thread; NULL when none was ever switched to.
struct fiber *fiber_current(void);
#endif
