// SPDX-License-Identifier: MIT
#ifndef FIBER_SWITCH_H
#define FIBER_SWITCH_H

// The bare switch between stacks: one implementation an architecture (switch_x86_64.S,
// switch_aarch64.S) and a portable one on ucontext, of which configure links exactly one. It knows
// nothing of fibers; fiber.h is what to use.
//
// A stack that is not running is one pointer, its context: where everything that the platform's
// calling convention lets a callee rely on was saved, the control words of the floating-point unit
// among it (rounding and exception masks, not the sticky flags). The signal mask is not: it belongs
// to the thread.

// Lays out, below `top`, a context that will call `entry(arg)` on a stack growing down from there,
// with the caller's floating-point controls. What `entry` returns is the context to go on with; its
// own stack is then free. Unwinders stop at it. Needs 2 KB at most.
void *switch_prepare(void *top, void *(*entry)(void *arg), void *arg);

// Saves the running stack's context, stores it in `*from`, and goes on where `to` was saved.
// Returns when somebody switches back.
void switch_stacks(void **from, void *to);

// Writes the return addresses on the stack saved as `context`, innermost first, to `frames[0..n)`;
// returns how many. The first is inside this file's own switch or beside it. What is unwound is
// only read, not run (in the ucontext fallback it is run for a moment, so its stack must have 8 KB
// left).
int switch_trace(void *context, void **frames, int n);
#endif
