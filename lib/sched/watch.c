// SPDX-License-Identifier: MIT
#include "sched/watch.h"
#include "sched/task.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

// The registration counts as something the loop waits for (ev_ref) only while somebody is parked on
// it: a descriptor that nobody waits for cannot wake anyone.

static void watch_set(struct watch *w, int events)
{
    struct ev_loop *ev = loop_ev(w->loop);
    if (ev_is_active(&w->io)) {
        ev_ref(ev);
        ev_io_stop(ev, &w->io);
    }
    if (events) {
        ev_io_modify(&w->io, events);
        ev_io_start(ev, &w->io);
        ev_unref(ev);
    }
}

static void watch_event(struct ev_loop *ev, struct ev_io *io, int events)
{
    (void)ev;
    struct watch *w = io->data;
    int unwanted = 0;
    if (events & EV_READ && !wake_all(&w->reader, 0))
        unwanted |= EV_READ;
    if (events & EV_WRITE && !wake_all(&w->writer, 0))
        unwanted |= EV_WRITE;
    if (events & EV_ERROR) { // libev has stopped it, and believes that the kernel knows it
        ev_ref(ev);
        ev_io_set(io, io->fd, 0);
        return;
    }
    if (unwanted)
        watch_set(w, io->events & (EV_READ | EV_WRITE) & ~unwanted);
}

void watch_init(struct watch *w, int fd)
{
    w->loop = loop_current();
    list_init(&w->reader);
    list_init(&w->writer);
    ev_io_init(&w->io, watch_event, fd, 0);
    w->io.data = w;
}

void watch_fini(struct watch *w)
{
    if (!list_empty(&w->reader) || !list_empty(&w->writer)) {
        log_error("watch_fini: a fiber is parked on descriptor %d", w->io.fd);
        abort();
    }
    watch_set(w, 0);
}

static int watch_wait(struct watch *w, struct list *queue, int event, const char *label,
                      int64_t deadline)
{
    if (!list_empty(queue)) {
        log_error("%s: two fibers wait for descriptor %d", label, w->io.fd);
        abort();
    }
    if (!(w->io.events & event) || !ev_is_active(&w->io))
        watch_set(w, (ev_is_active(&w->io) ? w->io.events & (EV_READ | EV_WRITE) : 0) | event);
    struct ev_loop *ev = loop_ev(w->loop);
    ev_ref(ev);
    int r = park_on_as(label, queue, deadline);
    ev_unref(ev);
    return r;
}

int watch_readable(struct watch *w, int64_t deadline)
{
    return watch_wait(w, &w->reader, EV_READ, "watch_readable", deadline);
}

int watch_writable(struct watch *w, int64_t deadline)
{
    return watch_wait(w, &w->writer, EV_WRITE, "watch_writable", deadline);
}
