// SPDX-License-Identifier: MIT
#include "ledger/prefetch.h"
#include "store/state_touch.h"
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
    THREADS = 8,
    LEAST = 512, // links for which threads are worth it
    SLOW = 5000, // ns a link: in memory it takes a third of that
};

struct part {
    pthread_t thread;
    struct state *state;
    const struct state_touch *keys;
    size_t n;
};

static void *run(void *arg)
{
    const struct part *p = arg;
    pthread_setname_np(pthread_self(), "prefetch");
    state_touch(p->state, p->keys, p->n);
    return NULL;
}

// Signals are for the threads that have loops; faults are for who made them.
static void block_signals(sigset_t *former)
{
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, former);
}

static void run_all(struct part part[THREADS])
{
    sigset_t former;
    unsigned started = 0;
    block_signals(&former);
    while (started < THREADS &&
           pthread_create(&part[started].thread, NULL, run, &part[started]) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    for (unsigned i = 0; i < started; i++)
        pthread_join(part[i].thread, NULL);
}

void prefetch_begin(const struct prefetch *p, struct state *s, const struct gather *links)
{
    if (!p->slow || links->count < LEAST)
        return;
    struct state_touch *keys = calloc(links->count, sizeof *keys);
    struct part part[THREADS];
    if (!keys)
        return;
    for (size_t i = 0; i < links->count; i++)
        keys[i] = (struct state_touch){ links->at[i].key[0], links->at[i].key[1],
                                        links->at[i].op->depth };
    size_t each = links->count / THREADS + 1, at = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        size_t left = links->count - at, n = left < each ? left : each;
        part[i] = (struct part){ .state = s, .keys = keys + at, .n = n };
        at += n;
    }
    run_all(part);
    free(keys);
}

void prefetch_end(struct prefetch *p, size_t links, int64_t took)
{
    // With threads at it, it is not slow any more while it would be without: they go on until it
    // could not be any better.
    if (links >= LEAST)
        p->slow = took / (int64_t)links > (p->slow ? SLOW / 2 : SLOW);
}
