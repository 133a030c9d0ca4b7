// SPDX-License-Identifier: MIT
#include "micro/stopwatch.h"
#include "sys/clock.h"
#include <sys/resource.h>
#include <time.h>

static int64_t stopwatch_read(clockid_t clock)
{
    struct timespec t = { 0 };
    clock_gettime(clock, &t);
    return t.tv_sec * CLOCK_S + t.tv_nsec;
}

static int64_t stopwatch_cpu(const struct stopwatch *w)
{
    clockid_t peer;
    int64_t cpu = stopwatch_read(CLOCK_PROCESS_CPUTIME_ID);
    if (w->peer > 0 && clock_getcpuclockid(w->peer, &peer) == 0)
        cpu += stopwatch_read(peer);
    return cpu;
}

void stopwatch_begin(struct stopwatch *w, pid_t peer)
{
    w->peer = peer;
    w->cpu = stopwatch_cpu(w);
    w->wall = clock_mono();
}

void stopwatch_end(const struct stopwatch *w, struct probe_sample *out)
{
    out->wall = clock_mono() - w->wall;
    out->cpu = stopwatch_cpu(w) - w->cpu;
}

int64_t stopwatch_children(void)
{
    struct rusage r = { 0 };
    getrusage(RUSAGE_CHILDREN, &r);
    return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * CLOCK_S +
           (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * CLOCK_US;
}
