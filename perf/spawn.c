// SPDX-License-Identifier: MIT
// Nanoseconds of CPU time to spawn a fiber on a pooled stack, let it run and wait for its end.
#include "sched/loop.h"
#include "sched/nursery.h"
#include <stdio.h>
#include <time.h>

enum { SPAWN_ROUNDS = 5 * 1000 * 1000 };

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int measure(void *arg)
{
    struct nursery n;
    (void)arg;
    nursery_init(&n, "perf");
    clock_t began = clock();
    for (int i = 0; i < SPAWN_ROUNDS; i++) {
        int r = nursery_spawn(&n, "nothing", nothing, NULL);
        if (r < 0)
            return r;
        nursery_close(&n);
    }
    printf("spawn and join: %.1f ns\n",
           (double)(clock() - began) * 1e9 / CLOCKS_PER_SEC / SPAWN_ROUNDS);
    return 0;
}

int main(void)
{
    struct loop *l;
    if (loop_new(&l, NULL) < 0)
        return 1;
    int r = loop_run(l, measure, NULL);
    loop_free(l);
    return r < 0;
}
