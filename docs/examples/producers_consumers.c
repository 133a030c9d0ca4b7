// SPDX-License-Identifier: MIT
// Three producers and two consumers share one channel. The channel has room for four items, so the
// producers go no faster than the consumers.
#include "sched/chan.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>

enum { PRODUCERS = 3, CONSUMERS = 2, EACH = 10 };

static int squares[PRODUCERS * EACH]; // what is sent: pointers into this
static long sum;

static int produce(void *arg)
{
    struct chan *c = arg;
    static int next;
    for (int i = 0; i < EACH; i++) {
        int *item = &squares[next];
        *item = next * next;
        next++; // no lock: nothing else runs before we park
        int r = chan_send(c, item, CLOCK_NEVER);
        if (r < 0)
            return r;
    }
    return 0;
}

static int consume(void *arg)
{
    struct chan *c = arg;
    void *item;
    int r;
    while ((r = chan_recv(c, &item, CLOCK_NEVER)) == 0) {
        sum += *(int *)item;
        r = sleep_until(
            clock_after(clock_mono(), CLOCK_MS)); // hard work; the others go on meanwhile
        if (r < 0)
            return r;
    }
    return r == -EPIPE ? 0 : r; // closed and empty: done
}

static int run(void *arg)
{
    struct nursery producers, consumers;
    struct chan *c;
    (void)arg;
    int r = chan_new(&c, 4, NULL);
    if (r < 0)
        return r;
    nursery_init(&producers, "producers");
    nursery_init(&consumers, "consumers");
    for (int i = 0; i < PRODUCERS && r == 0; i++)
        r = nursery_spawn(&producers, "producer", produce, c);
    for (int i = 0; i < CONSUMERS && r == 0; i++)
        r = nursery_spawn(&consumers, "consumer", consume, c);

    // A nursery closes when its fibers are done. Then nobody sends any more, so the channel can be
    // closed, and that is how the consumers know that they are done too.
    int produced = nursery_close(&producers);
    chan_close(c);
    int consumed = nursery_close(&consumers);
    chan_free(c);
    return r < 0 ? r : produced < 0 ? produced : consumed;
}

int main(void)
{
    struct loop *l;
    if (loop_new(&l, NULL) < 0)
        return 1;
    int r = loop_run(l, run, NULL);
    loop_free(l);
    printf("%d squares sum up to %ld\n", PRODUCERS * EACH, sum);
    return r < 0 || sum != 8555;
}
