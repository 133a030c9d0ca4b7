// SPDX-License-Identifier: MIT
#include "sched/green.h"
#include "sched/task.h"
#include "sys/clock.h"
#include "sys/poller.h"
#include <errno.h>
#include <stdlib.h>

enum { GREEN_FEW = 4 }; // descriptors of a poll that needs no memory

static _Thread_local unsigned green_count;
static _Thread_local struct poller *green_before;

// ---- a poll

static void green_event(struct ev_loop *ev, struct ev_io *io, int events)
{
    (void)ev, (void)events;
    wake_all(io->data, 0);
}

static int green_events(const struct pollfd *fd)
{
    return (fd->events & (POLLIN | POLLRDNORM | POLLRDBAND | POLLPRI | POLLRDHUP) ? EV_READ : 0) |
           (fd->events & (POLLOUT | POLLWRNORM | POLLWRBAND) ? EV_WRITE : 0);
}

// A descriptor that poll would pass over, or only have told of an error, is not watched.
static void green_watch(struct ev_loop *ev, struct ev_io *io, const struct pollfd *fds, nfds_t n,
                        struct list *waiter)
{
    for (nfds_t i = 0; i < n; i++) {
        ev_io_init(&io[i], green_event, fds[i].fd, green_events(&fds[i]));
        io[i].data = waiter;
        if (fds[i].fd >= 0 && green_events(&fds[i]))
            ev_io_start(ev, &io[i]);
    }
}

// Parks until something has happened to one of them, or the time is over.
static int green_wait(struct ev_io *io, const struct pollfd *fds, nfds_t n, int64_t deadline)
{
    struct ev_loop *ev = loop_mine->ev;
    struct list waiter;
    list_init(&waiter);
    green_watch(ev, io, fds, n, &waiter);
    int r = park_on_as("poll", &waiter, deadline);
    for (nfds_t i = 0; i < n; i++)
        ev_io_stop(ev, &io[i]); // one that was not started is passed over
    return r;
}

static int green_interrupted(void)
{
    errno = EINTR;
    return -1;
}

int green_poll(struct pollfd *fds, nfds_t n, int timeout)
{
    struct ev_io few[GREEN_FEW], *io = few;
    int found = poller_system(fds, n, 0);
    if (timeout == 0 || found < 0)
        return found;
    if (found > 0) // one that always finds something would keep the others from their turn
        return yield_fiber() < 0 ? green_interrupted() : found;
    if (n > GREEN_FEW && !(io = reallocarray(NULL, n, sizeof *io))) {
        errno = ENOMEM;
        return -1;
    }
    int64_t deadline = timeout < 0 ? CLOCK_NEVER : clock_mono() + timeout * CLOCK_MS;
    int r;
    do {
        r = green_wait(io, fds, n, deadline);
        if (r != -ECANCELED)
            found = poller_system(fds, n, 0); // exactly what has happened is for the system to say
    } while (r == 0 && found == 0);
    if (io != few)
        free(io);
    return r == -ECANCELED ? green_interrupted() : found;
}

// ---- in the place of the system's

static int green_poll_or_not(struct poller *p, struct pollfd *fds, nfds_t n, int timeout)
{
    (void)p;
    bool on_fiber = loop_mine && loop_mine->running;
    return on_fiber ? green_poll(fds, n, timeout) : poller_system(fds, n, timeout);
}

void green_begin(void)
{
    static struct poller poller = { green_poll_or_not };
    if (green_count++ == 0)
        green_before = poller_use(&poller);
}

void green_end(void)
{
    if (--green_count == 0)
        poller_use(green_before);
}
