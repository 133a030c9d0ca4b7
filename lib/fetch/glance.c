// SPDX-License-Identifier: MIT
#include "fetch/glance.h"
#include "data/list.h"
#include "fetch/sockets.h"

// Registered for reading, and nothing has come that is not dealt with yet.
static bool is_quiet(const struct sockets *s, int fd)
{
    const struct socket_slot *slot = fd >= 0 ? sockets_find(s, fd) : NULL;
    return slot && slot->connected && ev_is_active(&slot->io) && (slot->io.events & EV_READ) &&
           !ev_is_pending(&slot->io);
}

static int glance_poll(struct poller *p, struct pollfd *fds, nfds_t n, int timeout)
{
    const struct sockets *s = list_entry(p, struct glance, poller)->sockets;
    if (n == 1 && timeout == 0 && !(fds[0].events & POLLOUT) && is_quiet(s, fds[0].fd)) {
        fds[0].revents = 0;
        return 0;
    }
    return poller_system(fds, n, timeout);
}

void glance_init(struct glance *g, const struct sockets *sockets)
{
    *g = (struct glance){ .poller.poll = glance_poll, .sockets = sockets };
}
