// SPDX-License-Identifier: MIT
#include "engine/porter.h"
#include "sched/loop.h"
#include <unistd.h>

// Those who were told of, the first one first.
static struct porter_guest *porter_take(struct porter *p)
{
    struct porter_guest *in_order = NULL, *next;
    struct porter_guest *g = __atomic_exchange_n(&p->guests, NULL, __ATOMIC_SEQ_CST);
    for (; g; g = next) {
        next = g->next;
        g->next = in_order;
        in_order = g;
    }
    return in_order;
}

static void porter_on_bell(struct ev_loop *ev, struct ev_io *io, int events)
{
    loop_watch_again(ev, io, events);
    struct porter *p = list_entry(io, struct porter, io);
    struct porter_guest *g, *next;
    doorbell_hush(&p->bell);
    doorbell_arm(&p->bell); // before the look: who comes later rings again
    for (g = porter_take(p); g; g = next) {
        next = g->next;
        // From here on it may be put on the list again.
        __atomic_store_n(&g->told, false, __ATOMIC_SEQ_CST);
        g->heard(g);
    }
}

int porter_open(struct porter *p, struct loop *l)
{
    int fd = doorbell_open();
    if (fd < 0)
        return fd;
    *p = (struct porter){ .loop = l };
    p->bell = (struct doorbell){ .asleep = &p->asleep, .fd = fd };
    ev_io_init(&p->io, porter_on_bell, fd, EV_READ);
    ev_io_start(loop_ev(l), &p->io);
    doorbell_arm(&p->bell);
    return 0;
}

void porter_close(struct porter *p)
{
    if (!p->loop)
        return;
    ev_io_stop(loop_ev(p->loop), &p->io);
    close(p->bell.fd);
    p->loop = NULL;
}

void porter_tell(struct porter_guest *g)
{
    struct porter *p = g->porter;
    if (__atomic_exchange_n(&g->told, true, __ATOMIC_SEQ_CST))
        return;
    g->next = __atomic_load_n(&p->guests, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&p->guests, &g->next, g, true, __ATOMIC_SEQ_CST,
                                        __ATOMIC_RELAXED))
        ;
    doorbell_ring(&p->bell);
}
