// SPDX-License-Identifier: MIT
#include "sys/poller.h"
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static _Thread_local struct poller *poller_mine;
static _Thread_local const sigset_t *poller_mask;

struct poller *poller_use(struct poller *p)
{
    struct poller *before = poller_mine;
    poller_mine = p;
    return before;
}

const sigset_t *poller_under(const sigset_t *mask)
{
    const sigset_t *before = poller_mask;
    poller_mask = mask;
    return before;
}

int poller_system(struct pollfd *fds, nfds_t n, int timeout)
{
    struct timespec limit = { .tv_sec = timeout / 1000, .tv_nsec = timeout % 1000 * 1000000L };
    return (int)syscall(SYS_ppoll, fds, n, timeout < 0 ? NULL : &limit,
                        timeout ? poller_mask : NULL, (size_t)_NSIG / 8);
}

static int poller_poll(struct pollfd *fds, nfds_t n, int timeout)
{
    struct poller *p = poller_mine;
    return p ? p->poll(p, fds, n, timeout) : poller_system(fds, n, timeout);
}

// (The declaration of poll says that it only writes to `fds`, which a definition under that name
// would be warned about.)
int poll(struct pollfd *fds, nfds_t n, int timeout) __attribute__((alias("poller_poll")));
