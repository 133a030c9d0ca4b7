// SPDX-License-Identifier: MIT
#include "sys/clock.h"
#include <errno.h>
#include <time.h>

static int64_t clock_read(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec;
}

int64_t clock_mono(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_wall(void)
{
    return clock_read(CLOCK_REALTIME);
}

void clock_sleep(int64_t until)
{
    struct timespec t = { .tv_sec = until / CLOCK_S, .tv_nsec = until % CLOCK_S };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}
