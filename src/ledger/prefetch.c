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

struct prefetch_crew {
    struct part part[THREADS];
    unsigned started;
    struct state_touch keys[];
};

static void start(struct prefetch_crew *crew, struct state *s, size_t n)
{
    sigset_t former;
    size_t each = n / THREADS + 1, at = 0;
    block_signals(&former);
    for (unsigned i = 0; i < THREADS && at < n; i++) {
        size_t left = n - at, mine = left < each ? left : each;
        crew->part[i] = (struct part){ .state = s, .keys = crew->keys + at, .n = mine };
        if (pthread_create(&crew->part[i].thread, NULL, run, &crew->part[i]) != 0)
            break;
        crew->started++;
        at += mine;
    }
    pthread_sigmask(SIG_SETMASK, &former, NULL);
}

// Has all links looked up but the first `skip` that came.
static struct prefetch_crew *crew_new(struct state *s, const struct gather *links, size_t skip)
{
    struct prefetch_crew *crew = calloc(1, sizeof *crew + links->count * sizeof *crew->keys);
    size_t n = 0;
    if (!crew)
        return NULL;
    for (size_t i = 0; i < links->count; i++) {
        const struct gathered *at = &links->at[i];
        if (at->order >= skip)
            crew->keys[n++] = (struct state_touch){ at->key[0], at->key[1] };
    }
    start(crew, s, n);
    return crew;
}

static void crew_free(struct prefetch_crew *crew)
{
    for (unsigned i = 0; crew && i < crew->started; i++)
        pthread_join(crew->part[i].thread, NULL);
    free(crew);
}

void prefetch_ahead(struct prefetch *p, struct state *s, struct gather *links)
{
    if (!p->slow || links->count < LEAST)
        return;
    gather_sort(links);
    p->crew = crew_new(s, links, 0);
    p->ahead = p->crew ? links->count : 0;
}

void prefetch_join(struct prefetch *p)
{
    crew_free(p->crew);
    p->crew = NULL;
}

void prefetch_begin(struct prefetch *p, struct state *s, const struct gather *links)
{
    size_t skip = links->count < p->ahead ? links->count : p->ahead;
    p->ahead -= skip;
    if (p->slow && links->count - skip >= LEAST)
        crew_free(crew_new(s, links, skip));
}

void prefetch_end(struct prefetch *p, size_t links, int64_t took)
{
    // With threads at it, it is not slow any more while it would be without: they go on until it
    // could not be any better.
    if (links >= LEAST)
        p->slow = took / (int64_t)links > (p->slow ? SLOW / 2 : SLOW);
}
