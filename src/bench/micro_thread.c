// SPDX-License-Identifier: MIT
#include "bench/micro_baton.h"
#include "bench/micro_measure.h"
#include "bench/micro_memory.h"
#include "bench/micro_parking.h"
#include "sys/clock.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { THREAD_BATCH = 16 }; // operations between two looks at the clock

// ---- Switching

struct thread_peer {
    struct micro_baton baton;
    int cpu;
    int result;
};

static void *thread_answer(void *arg)
{
    struct thread_peer *p = arg;
    int pinned = micro_probe_pin(p->cpu);
    p->result = micro_baton_answer(&p->baton);
    if (pinned < 0)
        p->result = pinned;
    return NULL;
}

int micro_thread_switch(const struct micro_plan *plan, struct micro_sample *out)
{
    struct thread_peer peer = { .cpu = plan->cpu[1] };
    pthread_t thread;
    int r = micro_baton_open(&peer.baton, plan->way);
    if (r < 0)
        return r;
    r = -pthread_create(&thread, NULL, thread_answer, &peer);
    if (r < 0)
        goto close_baton;
    r = micro_baton_time(&peer.baton, 0, plan->span, out);
    micro_baton_end(&peer.baton);
    pthread_join(thread, NULL);
    if (r == 0)
        r = peer.result;
close_baton:
    micro_baton_close(&peer.baton);
    return r;
}

// ---- Spawning

static void *thread_nothing(void *arg)
{
    return arg;
}

int micro_thread_spawn(const struct micro_plan *plan, struct micro_sample *out)
{
    struct micro_watch watch;
    micro_watch_begin(&watch, 0);
    do {
        for (int i = 0; i < THREAD_BATCH; i++) {
            pthread_t thread;
            int error = pthread_create(&thread, NULL, thread_nothing, NULL);
            if (error)
                return -error;
            pthread_join(thread, NULL);
        }
        out->count += THREAD_BATCH;
    } while (clock_mono() - watch.wall < plan->span);
    micro_watch_end(&watch, out);
    return 0;
}

// ---- Parking

static void *thread_park(void *arg)
{
    micro_parking_wait(arg);
    return NULL;
}

// Makes them until plan->units or until the system has no more; sets out->count and out->stopped.
static int thread_fill(struct micro_parking *p, pthread_t *thread, const struct micro_plan *plan,
                       struct micro_sample *out)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error == 0 && plan->bytes)
        error = pthread_attr_setstacksize(&attributes, plan->bytes);
    if (error)
        return -error;
    while (out->count < plan->units && out->stopped == 0) {
        out->stopped = pthread_create(&thread[out->count], &attributes, thread_park, p);
        if (out->stopped == 0)
            out->count++;
    }
    pthread_attr_destroy(&attributes);
    micro_parking_full(p, (unsigned)out->count);
    return 0;
}

int micro_thread_park(const struct micro_plan *plan, struct micro_sample *out)
{
    struct micro_parking parking;
    struct micro_memory before, after;
    pthread_t *thread = calloc(plan->units, sizeof *thread);
    if (!thread)
        return -ENOMEM;
    int r = micro_parking_open(&parking);
    if (r < 0)
        goto free_threads;
    r = micro_memory_read(&before, NULL, 0);
    if (r == 0)
        r = thread_fill(&parking, thread, plan, out);
    if (r == 0)
        r = micro_memory_read(&after, NULL, 0);
    if (r == 0)
        micro_memory_growth(&before, &after, out);
    micro_parking_release(&parking);
    for (uint64_t i = 0; i < out->count; i++)
        pthread_join(thread[i], NULL);
    micro_parking_close(&parking);
free_threads:
    free(thread);
    return r;
}
