// SPDX-License-Identifier: MIT
// A wall clock that is set while a program runs: loaded with LD_PRELOAD, it adds CLOCK_JUMP_BY
// seconds to the time of day, from CLOCK_JUMP_AFTER milliseconds after the program's beginning on.
// What is measured with the monotonic clock does not change.
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real_clock_gettime)(clockid_t clock, struct timespec *out);
static struct timespec begin;
static time_t by;
static long after;

__attribute__((constructor)) static void start(void)
{
    const char *seconds = getenv("CLOCK_JUMP_BY"), *ms = getenv("CLOCK_JUMP_AFTER");
    *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    by = seconds ? atol(seconds) : 0;
    after = ms ? atol(ms) : 0;
    real_clock_gettime(CLOCK_MONOTONIC, &begin);
}

static time_t jumped(void)
{
    struct timespec now;
    real_clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 >= after
               ? by
               : 0;
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (!real_clock_gettime)
        start();
    int r = real_clock_gettime(clock, out);
    if (r == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        out->tv_sec += jumped();
    return r;
}

int gettimeofday(struct timeval *out, void *zone)
{
    struct timespec now;
    (void)zone;
    int r = clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec;
    out->tv_usec = now.tv_nsec / 1000;
    return r;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
