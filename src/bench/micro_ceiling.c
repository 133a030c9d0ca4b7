// SPDX-License-Identifier: MIT
#include "bench/micro_ceiling.h"
#include "micro/memory.h"
#include "sys/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CEILING_PATH = 512 };

// The number in a file of one line; 0 when there is none ("max").
static uint64_t ceiling_number(const char *path)
{
    unsigned long long n = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        return 0;
    if (fscanf(f, "%llu", &n) != 1) // NOLINT(cert-err34-c): the kernel's own, which fits
        n = 0;
    fclose(f);
    return n;
}

uint64_t micro_ceiling_cgroup(const char *root, const char *path)
{
    char at[CEILING_PATH], file[2 * CEILING_PATH];
    uint64_t least = 0;
    snprintf(at, sizeof at, "%s", path);
    for (char *slash; (slash = strrchr(at, '/')); *slash = '\0') {
        snprintf(file, sizeof file, "%s%s/pids.max", root, at);
        uint64_t n = ceiling_number(file);
        if (n && (!least || n < least))
            least = n;
    }
    return least;
}

// Lines are "0::/path" (one hierarchy) or "4:pids:/path" (many).
static uint64_t ceiling_pids(void)
{
    char line[CEILING_PATH];
    uint64_t least = 0;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && fgets(line, sizeof line, f)) {
        char *names = strchr(line, ':'), *path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        if (names[1] == '\0')
            least = micro_ceiling_cgroup("/sys/fs/cgroup", path);
        else if (strstr(names, "pids"))
            least = micro_ceiling_cgroup("/sys/fs/cgroup/pids", path);
    }
    if (f)
        fclose(f);
    return least;
}

static uint64_t ceiling_resource(int resource)
{
    struct rlimit r;
    return getrlimit((unsigned)resource, &r) == 0 && r.rlim_cur != RLIM_INFINITY ? r.rlim_cur : 0;
}

static uint64_t ceiling_memory(void)
{
    char text[8192];
    FILE *f = fopen("/proc/meminfo", "re");
    if (!f)
        return 0;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return (uint64_t)memory_line(text, "MemAvailable:");
}

void micro_limits_read(struct micro_limits *out)
{
    *out = (struct micro_limits){
        .memory = ceiling_memory(),
        .threads_max = ceiling_number("/proc/sys/kernel/threads-max"),
        .pid_max = ceiling_number("/proc/sys/kernel/pid_max"),
        .nproc = geteuid() == 0 ? 0 : ceiling_resource(RLIMIT_NPROC),
        .pids = ceiling_pids(),
        .maps = limits_max_maps(),
        .address = ceiling_resource(RLIMIT_AS),
    };
}

// `limit` allows so many.
static void ceiling_lower(struct micro_unit *u, uint64_t limit, const char *name)
{
    if (limit == 0 || (u->ceiling && u->ceiling <= limit))
        return;
    u->ceiling = limit;
    snprintf(u->ceiling_by, sizeof u->ceiling_by, "%s", name);
}

void micro_ceiling(struct micro_unit *u, enum micro_kind kind, double address,
                   const struct micro_limits *l)
{
    if (u->memory_bytes.median <= 0)
        return;
    u->ceiling = 0;
    ceiling_lower(u, (uint64_t)((double)l->memory / u->memory_bytes.median), "memory");
    if (kind != MICRO_PROCESS && address > 0) // processes have a space each
        ceiling_lower(u, (uint64_t)((double)l->address / address), "ulimit -v");
    if (kind == MICRO_COROUTINE)
        return;
    ceiling_lower(u, l->threads_max, "kernel.threads-max");
    ceiling_lower(u, l->pid_max, "kernel.pid_max");
    ceiling_lower(u, l->nproc, "ulimit -u");
    ceiling_lower(u, l->pids, "pids.max of the cgroup");
    if (kind == MICRO_THREAD) // its stack and the guard below it are a mapping each
        ceiling_lower(u, l->maps / 2, "vm.max_map_count");
}
