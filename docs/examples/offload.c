// SPDX-License-Identifier: MIT
// Work that would keep the loop from everything else (it computes, or calls something that blocks)
// goes to a thread; the fiber parks until it is done, and the other fibers go on.
#include "sched/offload.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <stdbool.h>
#include <stdio.h>

struct count {
    int from, to, primes;
};

// Runs on a thread: touches nothing but what it was handed, and does not park.
static int count_primes(void *arg)
{
    struct count *c = arg;
    for (int n = c->from; n < c->to; n++) {
        bool prime = n > 1;
        for (int d = 2; d * d <= n && prime; d++)
            prime = n % d != 0;
        c->primes += prime;
    }
    return 0;
}

// A fiber: reads like a call.
static int count_elsewhere(void *arg)
{
    return offload(count_primes, arg);
}

static int tick(void *arg)
{
    int *ticks = arg;
    int r;
    while ((r = sleep_until(clock_after(clock_mono(), CLOCK_MS))) == 0)
        ++*ticks;
    return r;
}

static int run(void *arg)
{
    struct nursery workers, clock;
    struct count c[4] = {
        { 0, 250000, 0 }, { 250000, 500000, 0 }, { 500000, 750000, 0 }, { 750000, 1000000, 0 }
    };
    int *primes = arg, ticks = 0;
    nursery_init(&workers, "workers");
    nursery_init(&clock, "clock");
    int r = nursery_spawn(&clock, "clock", tick, &ticks);
    for (int i = 0; i < 4 && r == 0; i++)
        r = nursery_spawn(&workers, "worker", count_elsewhere, &c[i]);
    int worked = nursery_close(&workers);
    nursery_cancel(&clock);
    int ticked = nursery_close(&clock);
    for (int i = 0; i < 4; i++)
        *primes += c[i].primes;
    printf("%d primes below a million; the loop %s meanwhile\n", *primes,
           ticks ? "went on" : "stood still");
    return r < 0 ? r : worked < 0 ? worked : ticked;
}

int main(void)
{
    struct loop *l;
    int primes = 0;
    if (loop_new(&l, NULL) < 0)
        return 1;
    int r = loop_run(l, run, &primes);
    loop_free(l);
    return r < 0 || primes != 78498;
}
