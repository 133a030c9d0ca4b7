// SPDX-License-Identifier: MIT
#include "sys/spare.h"
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/resource.h>

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

unsigned spare_left(unsigned most)
{
    unsigned left = 0;
    for (int fd = spare_limit() - 1; fd >= 0 && left < most; fd--) // the high ones are free, mostly
        left += fcntl(fd, F_GETFD) < 0;
    return left;
}
