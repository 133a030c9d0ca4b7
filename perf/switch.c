// SPDX-License-Identifier: MIT
// Nanoseconds of CPU time to switch from one stack to another: two fibers hand the processor to
// each other.
#include "fiber/fiber.h"
#include <stdio.h>
#include <time.h>

enum { SWITCH_ROUNDS = 50 * 1000 * 1000 };

static struct fiber thread;
static bool going = true;

static struct fiber *answer(struct fiber *me)
{
    while (going)
        fiber_switch(me, &thread);
    return &thread;
}

int main(void)
{
    struct stack_pool pool;
    struct fiber *other;
    stack_pool_init(&pool, 0, STACK_GUARD_BEST);
    if (fiber_new(&pool, &other, sizeof *other, answer) < 0)
        return 1;
    fiber_of_thread(&thread);
    clock_t began = clock();
    for (int i = 0; i < SWITCH_ROUNDS / 2; i++)
        fiber_switch(&thread, other);
    printf("switch: %.2f ns\n", (double)(clock() - began) * 1e9 / CLOCKS_PER_SEC / SWITCH_ROUNDS);
    going = false;
    fiber_switch(&thread, other);
    stack_pool_fini(&pool);
    return 0;
}
