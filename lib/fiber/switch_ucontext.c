// SPDX-License-Identifier: MIT
#include "fiber/switch.h"
#include <execinfo.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

// The portable switch (switch.h says what each function promises). A context is a ucontext_t on the
// stack that it describes. Dear: swapcontext makes two system calls for the signal mask.

// A context's own room below `top`, in bytes: it must not lie in what makecontext takes for the
// stack.
enum { SWITCH_CONTEXT = (sizeof(ucontext_t) + 63) / 64 * 64, SWITCH_FIRST_FRAME = 512 };

// Somebody on this thread wants to know where the stack being switched to stands.
static _Thread_local struct {
    ucontext_t *back; // NULL: nobody does
    void **frames;
    int room, count;
} tracing;

// makecontext passes ints only, so a pointer goes in two halves.
static void switch_enter(unsigned entry_high, unsigned entry_low, unsigned arg_high,
                         unsigned arg_low)
{
    uintptr_t entry = (uintptr_t)((uint64_t)entry_high << 32 | entry_low);
    uintptr_t arg = (uintptr_t)((uint64_t)arg_high << 32 | arg_low);
    setcontext(((void *(*)(void *))entry)((void *)arg));
    __builtin_trap();
}

void *switch_prepare(void *top, void *(*entry)(void *arg), void *arg)
{
    uintptr_t end = (uintptr_t)top & ~(uintptr_t)63;
    ucontext_t *c = (ucontext_t *)(end - SWITCH_CONTEXT);
    getcontext(c);
    // Only the end of the area counts: stacks grow down from it, and where it begins is the guard's
    // business.
    c->uc_stack.ss_sp = (char *)c - SWITCH_FIRST_FRAME;
    c->uc_stack.ss_size = SWITCH_FIRST_FRAME;
    c->uc_link = NULL;
    uint64_t e = (uintptr_t)entry, a = (uintptr_t)arg;
    makecontext(c, (void (*)(void))switch_enter, 4, (unsigned)(e >> 32), (unsigned)e,
                (unsigned)(a >> 32), (unsigned)a);
    return c;
}

void switch_stacks(void **from, void *to)
{
    ucontext_t me;
    me.uc_stack = (stack_t){ 0 }; // sanitizers look at it
    *from = &me;
    swapcontext(&me, to);
    while (tracing.back) {
        tracing.count = backtrace(tracing.frames, tracing.room);
        ucontext_t *back = tracing.back;
        tracing.back = NULL;
        swapcontext(&me, back);
    }
}

int switch_trace(void *context, void **frames, int n)
{
    ucontext_t me;
    me.uc_stack = (stack_t){ 0 };
    tracing.back = &me;
    tracing.frames = frames;
    tracing.room = n;
    swapcontext(&me, context); // comes back by tracing.back, which is NULL again then
    return tracing.count;      // NOLINT(clang-analyzer-core.StackAddressEscape)
}
