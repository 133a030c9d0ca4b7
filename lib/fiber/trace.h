// SPDX-License-Identifier: MIT
#ifndef FIBER_TRACE_H
#define FIBER_TRACE_H
#include "data/buffer.h"
#include "fiber/fiber.h"
#include "fiber/symbol.h"

// The backtrace of a fiber that is not running: where it stands, and how it got there. Unwound by
// the compiler's tables, so it needs no frame pointers and costs nothing until it is asked for.

// Writes the return addresses on the stack of `f`, innermost first, without those of the switch
// itself, to `frames[0..n)`; returns how many. 0 for a fiber that is running or never ran. Not
// async-signal-safe.
int trace_fiber(const struct fiber *f, void **frames, int n);

// Appends one line a frame: "    #0 chan_recv+0x5c (trawl)". `names` may be NULL.
void trace_print(struct buffer *out, const struct symbol_table *names, void *const *frames, int n);
#endif
