// SPDX-License-Identifier: MIT
#include "proc/strain.h"
#include "proc/cgroup.h"
#include "proc/peek.h"
#include <stdio.h>
#include <unistd.h>

// proc_stat(5): user nice system idle iowait irq softirq steal; guests are in user and nice.
enum { STAT_IDLE = 3, STAT_IOWAIT = 4, STAT_STEAL = 7, STAT_FIELDS = 8 };

void strain_parse(struct strain *out, const char *text, int64_t tick)
{
    unsigned long long f[STAT_FIELDS] = { 0 };
    out->busy = out->steal = 0;
    // NOLINTNEXTLINE(cert-err34-c): the kernel's own, which fits
    sscanf(text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &f[0], &f[1], &f[2], &f[3], &f[4],
           &f[5], &f[6], &f[7]);
    for (unsigned i = 0; i < STAT_STEAL; i++)
        if (i != STAT_IDLE && i != STAT_IOWAIT)
            out->busy += (int64_t)f[i] * tick;
    out->steal = (int64_t)f[STAT_STEAL] * tick;
}

void strain_read(struct strain *out)
{
    char text[16384];
    long ticks = sysconf(_SC_CLK_TCK);
    peek_file(text, 256, "/proc/stat");
    strain_parse(out, text, 1000000000 / (ticks > 0 ? ticks : 100));
    peek_file(text, sizeof text, "/proc/vmstat");
    out->swapped = peek_number(text, "pswpin ") + peek_number(text, "pswpout ");
    out->throttled = cgroup_throttled();
}
