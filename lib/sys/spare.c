// SPDX-License-Identifier: MIT
#include "sys/spare.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

static atomic_uint spare_number;
static atomic_int spare_first = INT_MAX;

static int spare_limit(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0 || l.rlim_cur > INT_MAX)
        return INT_MAX;
    return (int)l.rlim_cur;
}

void spare_keep(unsigned n)
{
    int limit = spare_limit();
    bool none = n == 0 || limit == INT_MAX;
    atomic_store(&spare_number, n);
    atomic_store(&spare_first, none ? INT_MAX : n < (unsigned)limit ? limit - (int)n : 0);
}

unsigned spare_kept(void)
{
    return atomic_load_explicit(&spare_number, memory_order_relaxed);
}

bool spare_is(int fd)
{
    return fd >= atomic_load_explicit(&spare_first, memory_order_relaxed);
}

// One system call tells which of many are open, without touching any.
static unsigned spare_count(struct pollfd *p, nfds_t n)
{
    unsigned free = 0;
    bool told = ppoll(p, n, &(struct timespec){ 0, 0 }, NULL) >= 0;
    for (nfds_t k = 0; k < n; k++)
        free += told ? (p[k].revents & POLLNVAL) != 0 : fcntl(p[k].fd, F_GETFD) < 0;
    return free;
}

unsigned spare_left(unsigned most)
{
    enum { AT_ONCE = 256 };
    struct pollfd p[AT_ONCE];
    unsigned left = 0;
    int fd = spare_limit() - 1; // the high ones are free, mostly
    while (fd >= 0 && left < most) {
        nfds_t n = 0;
        for (; n < AT_ONCE && fd >= 0; n++, fd--)
            p[n] = (struct pollfd){ .fd = fd };
        left += spare_count(p, n);
    }
    return left < most ? left : most;
}
