// SPDX-License-Identifier: MIT
#include "micro/baton.h"
#include "micro/measure.h"
#include "micro/memory.h"
#include "micro/parking.h"
#include "micro/stopwatch.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

// ---- Switching

static int process_answer(void *arg)
{
    return baton_answer(arg);
}

int measure_process_switch(const struct probe_plan *plan, struct probe_sample *out)
{
    struct baton baton;
    int r = baton_open(&baton, plan->way);
    if (r < 0)
        return r;
    pid_t peer = probe_fork(process_answer, &baton, plan->cpu[1]);
    if (peer < 0) {
        r = (int)peer;
        goto close_baton;
    }
    r = baton_time(&baton, peer, plan->span, out);
    baton_end(&baton);
    int joined = probe_join(peer);
    if (r == 0)
        r = joined;
close_baton:
    baton_close(&baton);
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
int measure_process_spawn(const struct probe_plan *plan, struct probe_sample *out)
{
    struct stopwatch watch;
    int64_t children = stopwatch_children();
    stopwatch_begin(&watch, 0);
    do {
        pid_t child = probe_fork(process_nothing, NULL, -1);
        if (child < 0)
            return (int)child;
        int r = probe_join(child);
        if (r < 0)
            return r;
        out->count++;
    } while (clock_mono() - watch.wall < plan->span);
    stopwatch_end(&watch, out);
    out->cpu += stopwatch_children() - children;
    return 0;
}

// ---- Parking

static int process_park(void *arg)
{
    parking_wait(arg);
    return 0;
}

static void process_fill(struct parking *p, pid_t *child, const struct probe_plan *plan,
                         struct probe_sample *out)
{
    while (out->count < plan->units && out->stopped == 0) {
        pid_t pid = probe_fork(process_park, p, -1);
        if (pid < 0)
            out->stopped = -(int)pid;
        else
            child[out->count++] = pid;
    }
    parking_full(p, (unsigned)out->count);
}

int measure_process_park(const struct probe_plan *plan, struct probe_sample *out)
{
    struct parking parking;
    struct memory before, after;
    pid_t *child = calloc(plan->units, sizeof *child);
    if (!child)
        return -ENOMEM;
    int r = parking_open(&parking);
    if (r < 0)
        goto free_children;
    // The program that started this probe shares pages with it and with them: its share sinks.
    pid_t family = getppid();
    r = memory_read(&before, &family, 1);
    if (r == 0) {
        process_fill(&parking, child, plan, out);
        r = memory_read(&after, &family, 1);
    }
    if (r == 0)
        r = memory_add(&after, child, (unsigned)out->count);
    if (r == 0)
        memory_growth(&before, &after, out);
    parking_release(&parking);
    for (uint64_t i = 0; i < out->count; i++)
        probe_join(child[i]);
    parking_close(&parking);
free_children:
    free(child);
    return r;
}
