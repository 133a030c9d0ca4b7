// SPDX-License-Identifier: MIT
#include "fiber/fiber.h"
#include "fiber/overflow.h"
#include "fiber/switch.h"

static _Thread_local struct fiber *fiber_running;

struct fiber *fiber_current(void)
{
    return fiber_running;
}

void fiber_of_thread(struct fiber *f)
{
    *f = (struct fiber){ .name = "thread", .file = "", .started = true };
    annotate_thread(&f->annotation);
}

// The first function on a fiber's stack; returns the context to go on with.
static void *fiber_main(void *arg)
{
    struct fiber *f = arg;
    annotate_arrive(&f->annotation);
    f->started = true;
    struct fiber *next = f->body(f);
    fiber_check(f);
    stack_put(f->stack); // nobody takes it before we are off it
    fiber_running = next;
    annotate_leave(&f->annotation, &next->annotation, true);
#if ANNOTATE_SANITIZED
    // What they do when a function returns would go to the account of the next one.
    void *nobody;
    switch_stacks(&nobody, next->context);
#endif
    return next->context;
}

int fiber_new(struct stack_pool *pool, struct fiber **out, size_t size,
              struct fiber *(*body)(struct fiber *f))
{
    struct stack *s;
    int r = stack_get(pool, &s, pool);
    if (r < 0)
        return r;
    char *top = stack_begin(s) - (size + 63) / 64 * 64;
    struct fiber *f = (struct fiber *)(void *)top;
    s->owner = f;
    annotate_begin(&f->annotation, s->low, stack_size(s));
    f->stack = s;
    f->canary = stack_canary(s);
    f->name = f->file = "";
    f->line = 0;
    f->started = false;
    f->body = body;
    f->context = switch_prepare(top, fiber_main, f);
    *out = f;
    return 0;
}

void fiber_overrun(const struct fiber *f)
{
    if (!stack_canary_lives(f->canary))
        overflow_die(f);
}

void fiber_free(struct fiber *f)
{
    annotate_forget(&f->annotation);
    stack_put(f->stack);
}

// Not inlined: a compiler may keep the address of a thread-local variable over what it takes for a
// plain call.
__attribute__((noinline)) void fiber_switch(struct fiber *from, struct fiber *to)
{
    fiber_check(from);
    fiber_running = to;
    annotate_leave(&from->annotation, &to->annotation, false);
    switch_stacks(&from->context, to->context);
    annotate_arrive(&from->annotation);
}
