// SPDX-License-Identifier: MIT
// Microseconds from asking for a worker to the report of its death, and the memory of a zygote at
// rest.
#include "sys/zygote.h"
#include "sys/clock.h"
#include <poll.h>
#include <stdio.h>

enum { WORKERS = 1000 };

static int worker(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    (void)kind;
    (void)setup;
    (void)n;
    (void)fds;
    (void)nfds;
    return 0;
}

static int await_death(struct zygote *z)
{
    struct zygote_report r;
    struct pollfd p = { .fd = zygote_fd(z), .events = POLLIN };
    for (;;) {
        int some = zygote_read(z, &r);
        if (some < 0 || (some == 1 && r.event != ZYGOTE_SPAWNED))
            return some < 0 || r.event == ZYGOTE_FAILED ? -1 : 0;
        if (some == 0)
            poll(&p, 1, -1);
    }
}

static long proportional_kb(pid_t pid)
{
    char path[64], line[256];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    FILE *f = fopen(path, "re");
    while (f && kb < 0 && fgets(line, sizeof line, f))
        sscanf(line, "Pss: %ld", &kb);
    if (f)
        fclose(f);
    return kb;
}

int main(void)
{
    struct zygote *z;
    if (zygote_start(&z, worker) < 0)
        return 1;
    int64_t start = clock_mono();
    for (int i = 0; i < WORKERS; i++)
        if (zygote_spawn(z, 0, NULL, 0, NULL, 0, 1) < 0 || await_death(z) < 0)
            return 1;
    printf("zygote: a worker spawned, dead and reported %.0f us; the zygote takes %ld KB (PSS)\n",
           (double)(clock_mono() - start) / WORKERS / 1e3, proportional_kb(zygote_pid(z)));
    zygote_stop(z, NULL);
    return 0;
}
