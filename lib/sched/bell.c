// SPDX-License-Identifier: MIT
#include "sched/bell.h"
#include "sched/loop.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

static void bell_heard(struct ev_loop *ev, struct ev_io *io, int events)
{
    struct bell *b = io->data;
    loop_watch_again(ev, io, events);
    doorbell_hush(&b->door);
    doorbell_arm(&b->door); // before the look: who comes later rings again
    b->rung(b);
}

int bell_open(struct bell *b, struct loop *l, void (*rung)(struct bell *b))
{
    int fd = doorbell_open();
    *b = (struct bell){ .rung = rung };
    if (fd < 0)
        return fd;
    b->loop = l;
    b->door = (struct doorbell){ .asleep = &b->asleep, .fd = fd };
    ev_io_init(&b->io, bell_heard, fd, EV_READ);
    b->io.data = b;
    ev_io_start(loop_ev(l), &b->io);
    ev_unref(loop_ev(l));
    doorbell_arm(&b->door);
    return 0;
}

void bell_close(struct bell *b)
{
    if (!b->loop)
        return;
    ev_ref(loop_ev(b->loop));
    ev_io_stop(loop_ev(b->loop), &b->io);
    close(b->door.fd);
    b->loop = NULL;
}

void bell_ring(struct bell *b)
{
    doorbell_ring(&b->door);
}

// ---- signals

static struct bell_signal *bell_signals[NSIG];

static void bell_on_signal(int number)
{
    int former = errno;
    struct bell_signal *s = __atomic_load_n(&bell_signals[number], __ATOMIC_SEQ_CST);
    if (s) {
        __atomic_store_n(&s->told, true, __ATOMIC_SEQ_CST);
        bell_ring(&s->bell);
    }
    errno = former;
}

static void bell_signal_rung(struct bell *b)
{
    struct bell_signal *s = (struct bell_signal *)(void *)b;
    if (__atomic_exchange_n(&s->told, false, __ATOMIC_SEQ_CST))
        s->came(s);
}

int bell_signal_begin(struct bell_signal *s, struct loop *l, int number)
{
    struct sigaction mine = { .sa_handler = bell_on_signal, .sa_flags = SA_RESTART }, former;
    struct bell_signal *nobody = NULL;
    int r = bell_open(&s->bell, l, bell_signal_rung);
    if (r < 0)
        return r;
    s->number = number;
    s->told = false;
    if (!__atomic_compare_exchange_n(&bell_signals[number], &nobody, s, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        bell_close(&s->bell);
        return -EBUSY;
    }
    sigfillset(&mine.sa_mask);
    sigaction(number, &mine, &former);
    s->former = former.sa_handler;
    return 0;
}

void bell_signal_end(struct bell_signal *s)
{
    if (!s->bell.loop)
        return;
    signal(s->number, s->former);
    __atomic_store_n(&bell_signals[s->number], NULL, __ATOMIC_SEQ_CST);
    bell_close(&s->bell);
}
