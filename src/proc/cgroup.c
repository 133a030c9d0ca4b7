// SPDX-License-Identifier: MIT
#include "proc/cgroup.h"
#include "proc/peek.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CGROUP_TEXT = 4096, CGROUP_PATH = 256 };

// One hierarchy: where it is mounted, and our group in it ("" or "/a/b").
struct cgroup {
    const char *mount;
    bool first; // version 1
    char path[CGROUP_PATH];
};

double cgroup_parse_max(const char *text)
{
    char *end;
    double quota = strtod(text, &end), period;
    if (end == text || quota <= 0)
        return 0;
    period = strtod(end, NULL);
    return period > 0 ? quota / period : 0;
}

int64_t cgroup_parse_stat(const char *text)
{
    uint64_t us = peek_number(text, "throttled_usec "), ns = peek_number(text, "throttled_time ");
    return (int64_t)(us ? us * 1000 : ns);
}

// Whether a line "4:cpu,cpuacct:/path" of /proc/self/cgroup is of the hierarchy that has `cpu`, or,
// with a number of 0 and no names, of version 2.
static bool is_of(const char *line, bool first)
{
    const char *names = strchr(line, ':'), *end = names ? strchr(names + 1, ':') : NULL;
    if (!end)
        return false;
    if (!first)
        return end == names + 1;
    for (names++; names < end; names += strcspn(names, ",:") + 1)
        if (strncmp(names, "cpu", 3) == 0 && (names[3] == ',' || names[3] == ':'))
            return true;
    return false;
}

static bool find_group(struct cgroup *g, const char *text)
{
    for (; text && *text; text = strchr(text, '\n'), text += text != NULL) {
        if (!is_of(text, g->first))
            continue;
        const char *path = strchr(strchr(text, ':') + 1, ':') + 1;
        size_t n = strcspn(path, "\n");
        if (n == 1 || n >= sizeof g->path)
            n = 0;
        memcpy(g->path, path, n);
        g->path[n] = '\0';
        return true;
    }
    return false;
}

static double limit_here(const struct cgroup *g)
{
    char text[CGROUP_TEXT], quota[64];
    if (!g->first)
        return peek_file(text, sizeof text, "%s%s/cpu.max", g->mount, g->path) > 0
                   ? cgroup_parse_max(text)
                   : 0;
    if (peek_file(quota, sizeof quota - 32, "%s%s/cpu.cfs_quota_us", g->mount, g->path) <= 0)
        return 0;
    size_t n = strcspn(quota, "\n");
    quota[n++] = ' ';
    peek_file(quota + n, sizeof quota - n, "%s%s/cpu.cfs_period_us", g->mount, g->path);
    return cgroup_parse_max(quota);
}

static int64_t throttled_here(const struct cgroup *g)
{
    char text[CGROUP_TEXT];
    return peek_file(text, sizeof text, "%s%s/cpu.stat", g->mount, g->path) > 0
               ? cgroup_parse_stat(text)
               : 0;
}

// Goes from our group outwards. `cpus` is the tightest limit, `throttled` the longest time of a
// group that has one.
static void look_around(struct cgroup *g, double *cpus, int64_t *throttled)
{
    for (;;) {
        double here = limit_here(g);
        if (here > 0) {
            int64_t t = throttled_here(g);
            *cpus = *cpus == 0 || here < *cpus ? here : *cpus;
            *throttled = t > *throttled ? t : *throttled;
        }
        char *slash = strrchr(g->path, '/');
        if (!slash)
            return;
        *slash = '\0';
    }
}

static void look(double *cpus, int64_t *throttled)
{
    static const struct cgroup all[] = {
        { "/sys/fs/cgroup", false, "" },
        { "/sys/fs/cgroup/unified", false, "" },
        { "/sys/fs/cgroup/cpu", true, "" },
    };
    char text[CGROUP_TEXT];
    *cpus = 0;
    *throttled = 0;
    if (peek_file(text, sizeof text, "/proc/self/cgroup") <= 0)
        return;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        struct cgroup g = all[i];
        if (find_group(&g, text))
            look_around(&g, cpus, throttled);
    }
}

double cgroup_cpus(void)
{
    double cpus;
    int64_t throttled;
    look(&cpus, &throttled);
    return cpus;
}

int64_t cgroup_throttled(void)
{
    double cpus;
    int64_t throttled;
    look(&cpus, &throttled);
    return throttled;
}
