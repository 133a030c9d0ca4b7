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

// The first function on a fiber's stack.
static void fiber_main(void *arg)
{
    struct fiber *f = arg;
    annotate_arrive(&f->annotation);
    f->started = true;
    f->body(f);
    __builtin_trap();
}

int fiber_new(struct stack_pool *pool, struct fiber **out, size_t size, void (*body)(struct fiber *f))
{
    struct stack *s;
    int r = stack_get(pool, &s, pool);
    if (r < 0)
        return r;
    char *top = stack_top(s) - (size + 63) / 64 * 64;
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

void fiber_free(struct stack_pool *pool, struct fiber *f)
{
    annotate_forget(&f->annotation);
    stack_put(pool, f->stack);
}

// Not inlined: a compiler may keep the address of a thread-local variable over what it takes for a plain call.
__attribute__((noinline)) void fiber_switch(struct fiber *from, struct fiber *to)
{
    fiber_check(from);
    fiber_running = to;
    annotate_leave(&from->annotation, &to->annotation, false);
    switch_stacks(&from->context, to->context);
    annotate_arrive(&from->annotation);
}

__attribute__((noinline)) void fiber_leave(struct stack_pool *pool, struct fiber *from, struct fiber *to)
{
    void *nobody;
    fiber_check(from);
    stack_put(pool, from->stack);
    fiber_running = to;
    annotate_leave(&from->annotation, &to->annotation, true);
    switch_stacks(&nobody, to->context);
    __builtin_trap();
}
