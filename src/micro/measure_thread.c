// SPDX-License-Identifier: MIT
#include "micro/baton.h"
#include "micro/measure.h"
#include "micro/memory.h"
#include "micro/parking.h"
#include "micro/stopwatch.h"
#include "sys/clock.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { THREAD_BATCH = 16, THREAD_CALLS = 256 }; // operations between two looks at the clock

// ---- What all of the below is made of

int measure_system_call(const struct probe_plan *plan, struct probe_sample *out)
{
    struct stopwatch watch;
    stopwatch_begin(&watch, 0);
    do {
        for (int i = 0; i < THREAD_CALLS; i++)
            syscall(SYS_getppid);
        out->count += THREAD_CALLS;
    } while (clock_mono() - watch.wall < plan->span);
    stopwatch_end(&watch, out);
    return 0;
}

// ---- Switching

struct thread_peer {
    struct baton baton;
    int cpu;
    int result;
};

static void *thread_answer(void *arg)
{
    struct thread_peer *p = arg;
    int pinned = probe_pin(p->cpu);
    p->result = baton_answer(&p->baton);
    if (pinned < 0)
        p->result = pinned;
    return NULL;
}

int measure_thread_switch(const struct probe_plan *plan, struct probe_sample *out)
{
    struct thread_peer peer = { .cpu = plan->cpu[1] };
    pthread_t thread;
    int r = baton_open(&peer.baton, plan->way);
    if (r < 0)
        return r;
    r = -pthread_create(&thread, NULL, thread_answer, &peer);
    if (r < 0)
        goto close_baton;
    r = baton_time(&peer.baton, 0, plan->span, out);
    baton_end(&peer.baton);
    pthread_join(thread, NULL);
    if (r == 0)
        r = peer.result;
close_baton:
    baton_close(&peer.baton);
    return r;
}

// ---- Spawning

static void *thread_nothing(void *arg)
{
    return arg;
}

int measure_thread_spawn(const struct probe_plan *plan, struct probe_sample *out)
{
    struct stopwatch watch;
    stopwatch_begin(&watch, 0);
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
    stopwatch_end(&watch, out);
    return 0;
}

// ---- Parking

static void *thread_park(void *arg)
{
    parking_wait(arg);
    return NULL;
}

// Makes them until plan->units or until the system has no more; sets out->count and out->stopped.
static int thread_fill(struct parking *p, pthread_t *thread, const struct probe_plan *plan,
                       struct probe_sample *out)
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
    parking_full(p, (unsigned)out->count);
    return 0;
}

int measure_thread_park(const struct probe_plan *plan, struct probe_sample *out)
{
    struct parking parking;
    struct memory before, after;
    pthread_t *thread = calloc(plan->units, sizeof *thread);
    if (!thread)
        return -ENOMEM;
    int r = parking_open(&parking);
    if (r < 0)
        goto free_threads;
    r = memory_read(&before, NULL, 0);
    if (r == 0)
        r = thread_fill(&parking, thread, plan, out);
    if (r == 0)
        r = memory_read(&after, NULL, 0);
    if (r == 0)
        memory_growth(&before, &after, out);
    parking_release(&parking);
    for (uint64_t i = 0; i < out->count; i++)
        pthread_join(thread[i], NULL);
    parking_close(&parking);
free_threads:
    free(thread);
    return r;
}
