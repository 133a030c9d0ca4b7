// SPDX-License-Identifier: MIT
#ifndef FIBER_OVERFLOW_H
#define FIBER_OVERFLOW_H
#include "fiber/fiber.h"

// A fiber that runs off the end of its stack ends the process with a message that names it:
//
//      trawl: stack overflow in fiber 'visit' (spawned at src/engine/coro.c:120), 64 KB
//
// Where there is a guard page the kernel says so (SIGSEGV), and the process then dies by that
// signal, as it would have without us; a stack with canaries is looked at on each switch away, and
// found out late: abort.

struct overflow_watch {
    void *stack; // what signals are handled on; NULL: the thread had one before
};

// Lets the calling thread say so. A fault that is no fiber's overflow goes on to the handler that
// was there before. Errors: -ENOMEM, or what sigaltstack gave.
int overflow_watch_begin(struct overflow_watch *w);

// Ends it for the calling thread. The handler, which belongs to the process, stays.
void overflow_watch_end(struct overflow_watch *w);

// Says that `f` has overflown and aborts.
__attribute__((noreturn)) void overflow_die(const struct fiber *f);
#endif
