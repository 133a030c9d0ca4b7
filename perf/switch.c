// SPDX-License-Identifier: MIT
// Nanoseconds to switch from one stack to another: two fibers hand the processor to each other.
#include "fiber/fiber.h"
#include "sys/clock.h"
#include <stdio.h>

enum { SWITCH_ROUNDS = 50 * 1000 * 1000 };

static struct fiber *here;
static struct fiber thread;

static void answer(struct fiber *me)
{
    for (;;)
        fiber_switch(me, here);
}

int main(void)
{
    struct stack_pool pool;
    struct fiber *other;
    stack_pool_init(&pool, 0, STACK_GUARD_BEST);
    if (fiber_new(&pool, &other, sizeof *other, answer) < 0)
        return 1;
    fiber_of_thread(&thread);
    here = &thread;
    int64_t began = clock_mono();
    for (int i = 0; i < SWITCH_ROUNDS / 2; i++)
        fiber_switch(&thread, other);
    printf("switch: %.2f ns\n", (double)(clock_mono() - began) / SWITCH_ROUNDS);
    return 0;
}
