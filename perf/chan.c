// SPDX-License-Identifier: MIT
// Nanoseconds of CPU time to hand an item over and wake who is parked for it: two fibers pass one
// item to and fro through two channels without room, so each hand-over is one send, one wake, one
// park and one switch.
#include "sched/chan.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sys/clock.h"
#include <stdio.h>
#include <time.h>

enum { CHAN_ROUNDS = 10 * 1000 * 1000 };

static int answer(void *arg)
{
    struct chan **c = arg;
    void *item;
    while (chan_recv(c[0], &item, CLOCK_NEVER) == 0)
        if (chan_send(c[1], item, CLOCK_NEVER) < 0)
            break;
    return 0;
}

static int measure(void *arg)
{
    struct chan **c = arg;
    struct nursery n;
    void *item = NULL;
    nursery_init(&n, "perf");
    int r = nursery_spawn(&n, "answer", answer, c);
    if (r < 0)
        return r;
    clock_t began = clock();
    for (int i = 0; i < CHAN_ROUNDS / 2; i++) {
        chan_send(c[0], item, CLOCK_NEVER);
        chan_recv(c[1], &item, CLOCK_NEVER);
    }
    printf("park and wake through a channel: %.1f ns\n",
           (double)(clock() - began) * 1e9 / CLOCKS_PER_SEC / CHAN_ROUNDS);
    chan_close(c[0]);
    return nursery_close(&n);
}

int main(void)
{
    struct loop *l;
    struct chan *c[2];
    if (loop_new(&l, NULL) < 0 || chan_new(&c[0], 0, NULL) < 0 || chan_new(&c[1], 0, NULL) < 0)
        return 1;
    int r = loop_run(l, measure, c);
    chan_free(c[0]);
    chan_free(c[1]);
    loop_free(l);
    return r < 0;
}
