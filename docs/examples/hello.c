// SPDX-License-Identifier: MIT
// A thousand fibers sleep side by side, each on a stack of its own.
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <stdio.h>

static int sleep_and_count(void *arg)
{
    int *count = arg;
    int r = sleep_until(clock_after(clock_mono(), 100 * CLOCK_MS)); // parks; others run meanwhile
    if (r < 0)
        return r;
    ++*count;
    return 0;
}

static int first(void *arg)
{
    struct nursery n;
    nursery_init(&n, "sleepers");
    for (int i = 0; i < 1000; i++) {
        int r = nursery_spawn(&n, "sleeper", sleep_and_count, arg);
        if (r < 0) {
            nursery_cancel(&n);
            break;
        }
    }
    return nursery_close(&n); // a tenth of a second later, all of them
}

int main(void)
{
    struct loop *l;
    int count = 0;
    if (loop_new(&l, NULL) < 0)
        return 1;
    int r = loop_run(l, first, &count);
    loop_free(l);
    printf("%d fibers have slept\n", count);
    return r < 0 || count != 1000;
}
