// SPDX-License-Identifier: MIT
#include "bench/micro_baton.h"
#include "bench/micro_measure.h"
#include "bench/micro_memory.h"
#include "bench/micro_parking.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

// ---- Switching

static int process_answer(void *arg)
{
    return micro_baton_answer(arg);
}

int micro_process_switch(const struct micro_plan *plan, struct micro_sample *out)
{
    struct micro_baton baton;
    int r = micro_baton_open(&baton, plan->way);
    if (r < 0)
        return r;
    pid_t peer = micro_probe_fork(process_answer, &baton, plan->cpu[1]);
    if (peer < 0) {
        r = (int)peer;
        goto close_baton;
    }
    r = micro_baton_time(&baton, peer, plan->span, out);
    micro_baton_end(&baton);
    int joined = micro_probe_join(peer);
    if (r == 0)
        r = joined;
close_baton:
    micro_baton_close(&baton);
    return r;
}

// ---- Spawning

static int process_nothing(void *arg)
{
    (void)arg;
    return 0;
}

// The children are gone when the watch is read: their CPU time is in none of its clocks, so it is
// taken from what the kernel adds up for the ones that were waited for.
int micro_process_spawn(const struct micro_plan *plan, struct micro_sample *out)
{
    struct micro_watch watch;
    int64_t children = micro_watch_children();
    micro_watch_begin(&watch, 0);
    do {
        pid_t child = micro_probe_fork(process_nothing, NULL, -1);
        if (child < 0)
            return (int)child;
        int r = micro_probe_join(child);
        if (r < 0)
            return r;
        out->count++;
    } while (clock_mono() - watch.wall < plan->span);
    micro_watch_end(&watch, out);
    out->cpu += micro_watch_children() - children;
    return 0;
}

// ---- Parking

static int process_park(void *arg)
{
    micro_parking_wait(arg);
    return 0;
}

static void process_fill(struct micro_parking *p, pid_t *child, const struct micro_plan *plan,
                         struct micro_sample *out)
{
    while (out->count < plan->units && out->stopped == 0) {
        pid_t pid = micro_probe_fork(process_park, p, -1);
        if (pid < 0)
            out->stopped = -(int)pid;
        else
            child[out->count++] = pid;
    }
    micro_parking_full(p, (unsigned)out->count);
}

int micro_process_park(const struct micro_plan *plan, struct micro_sample *out)
{
    struct micro_parking parking;
    struct micro_memory before, after;
    pid_t *child = calloc(plan->units, sizeof *child);
    if (!child)
        return -ENOMEM;
    int r = micro_parking_open(&parking);
    if (r < 0)
        goto free_children;
    // The program that started this probe shares pages with it and with them: its share sinks.
    pid_t family = getppid();
    r = micro_memory_read(&before, &family, 1);
    if (r == 0) {
        process_fill(&parking, child, plan, out);
        r = micro_memory_read(&after, &family, 1);
    }
    if (r == 0)
        r = micro_memory_add(&after, child, (unsigned)out->count);
    if (r == 0)
        micro_memory_growth(&before, &after, out);
    micro_parking_release(&parking);
    for (uint64_t i = 0; i < out->count; i++)
        micro_probe_join(child[i]);
    micro_parking_close(&parking);
free_children:
    free(child);
    return r;
}
