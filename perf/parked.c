// SPDX-License-Identifier: MIT
// Resident bytes of a parked fiber: 100,000 of them (or as many as the argument says) wait, each
// for an item from a channel with a deadline. Page tables, which are not resident memory of the
// process but memory all the same, are told beside.
#include "sched/chan.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parked {
    struct chan *chan;
    long count;
};

// A line of /proc/self/status, in bytes.
static double status(const char *name)
{
    char line[256];
    double kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            kb = strtod(line + strlen(name), NULL);
    if (f)
        fclose(f);
    return kb * 1024;
}

static int wait_for_item(void *arg)
{
    void *item;
    int r = chan_recv(arg, &item, loop_now(loop_current()) + 3600 * CLOCK_S);
    return r == -EPIPE ? 0 : r;
}

static int measure(void *arg)
{
    struct parked *p = arg;
    struct nursery n;
    nursery_init(&n, "perf");
    double resident = status("VmRSS:"), tables = status("VmPTE:");
    for (long i = 0; i < p->count; i++) {
        int r = nursery_spawn(&n, "parked", wait_for_item, p->chan);
        if (r < 0)
            return r;
    }
    sleep_until(loop_now(loop_current()) + CLOCK_MS);
    printf("resident bytes of a parked fiber: %.0f (and %.0f of page tables), %ld fibers\n",
           (status("VmRSS:") - resident) / (double)p->count,
           (status("VmPTE:") - tables) / (double)p->count, p->count);
    chan_close(p->chan);
    return nursery_close(&n);
}

int main(int argc, char **argv)
{
    struct loop *l;
    struct parked p = { .count = argc > 1 ? atol(argv[1]) : 100 * 1000 };
    if (p.count < 1 || loop_new(&l, NULL) < 0 || chan_new(&p.chan, 0, NULL) < 0)
        return 1;
    int r = loop_run(l, measure, &p);
    chan_free(p.chan);
    loop_free(l);
    return r < 0;
}
