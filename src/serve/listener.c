// SPDX-License-Identifier: MIT
#include "serve/listener.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER_BATCH = 64, LISTENER_PAUSE_MS = 100 };

// Whether the connection is to a loopback address, so that nobody outside can have made it: the
// kernel takes no packet for 127/8 from outside.
static bool listener_allows(const struct listener *l, int fd)
{
    struct endpoint local = { .n = sizeof local - sizeof local.n };
    if (!l->loopback_only)
        return true;
    return getsockname(fd, &local.any, &local.n) == 0 && endpoint_is_loopback(&local);
}

static void listener_take(struct listener *l, int fd)
{
    if (!listener_allows(l, fd) || l->take(l, fd) < 0)
        close(fd);
}

// Accepts some of those who have come. Returns 0, or a negative errno when there was no room for
// the next one.
static int listener_accept(struct listener *l)
{
    for (int i = 0; i < LISTENER_BATCH; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            listener_take(l, fd);
        else if (errno == EAGAIN)
            return 0;
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return -errno;
        // anything else is the trouble of that one connection (accept(2))
    }
    return 0;
}

static int listener_fiber(void *arg)
{
    struct listener *l = arg;
    bool told = false;
    int r = 0;
    while (r != -ECANCELED) {
        int full = listener_accept(l);
        if (full < 0) {
            if (!told)
                log_warning("no more connections can be taken (%s): the next ones wait",
                            strerror(-full));
            told = true;
            r = park_on(&l->server->room, loop_now(loop_current()) + LISTENER_PAUSE_MS * CLOCK_MS);
        } else {
            r = watch_readable(&l->watch, CLOCK_NEVER);
        }
    }
    return 0;
}

// The kernel then hands us nothing that came from outside, before we look at it ourselves. Older
// kernels want a privilege for it; there the look alone has to do.
static void listener_bind_to_loopback(int fd)
{
    static const char device[] = "lo";
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, sizeof device) < 0)
        log_detail("the listening socket is not bound to the loopback device (%s)",
                   strerror(errno));
}

int listener_open(struct listener **out, struct server *s, const struct endpoint *at,
                  bool loopback_only, int (*take)(struct listener *l, int fd))
{
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    *l = (struct listener){ .server = s, .at = *at, .loopback_only = loopback_only, .take = take };
    int r = l->fd = endpoint_open(&l->at, SOCK_STREAM);
    if (r < 0)
        goto no_socket;
    if (loopback_only)
        listener_bind_to_loopback(l->fd);
    watch_init(&l->watch, l->fd);
    r = nursery_spawn(&s->fibers, "accept", listener_fiber, l);
    if (r < 0)
        goto no_fiber;
    *out = l;
    return 0;

no_fiber:
    watch_fini(&l->watch);
    close(l->fd);
no_socket:
    free(l);
    return r;
}

void listener_close(struct listener *l)
{
    if (!l)
        return;
    watch_fini(&l->watch);
    close(l->fd);
    free(l);
}
