// SPDX-License-Identifier: MIT
#include "sys/limits_threads.h"
#include "sys/limits.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    LIMITS_PATH = 512,
    LIMITS_SLACK = 64,          // others come and go while we look
    LIMITS_PIDS_RESERVED = 300, // never given out again once the numbers have gone round
};

// The first number in a file; -1 when there is none ("max", no such file).
static long limits_read(const char *path)
{
    long n = -1;
    FILE *f = fopen(path, "re");
    if (!f)
        return -1;
    if (fscanf(f, "%ld", &n) != 1) // NOLINT(cert-err34-c): the kernel's own, which fits
        n = -1;
    fclose(f);
    return n;
}

// Threads of the whole system.
static long limits_all_threads(void)
{
    long n = -1;
    FILE *f = fopen("/proc/loadavg", "re");
    if (!f)
        return -1;
    if (fscanf(f, "%*s %*s %*s %*d/%ld", &n) != 1) // NOLINT(cert-err34-c): as above
        n = -1;
    fclose(f);
    return n;
}

static size_t limits_count_maps(void)
{
    size_t n = 0;
    int c;
    FILE *f = fopen("/proc/self/maps", "re");
    while (f && (c = getc_unlocked(f)) != EOF)
        n += c == '\n';
    if (f)
        fclose(f);
    return n;
}

// Where this process stands in the hierarchy of control groups that counts processes: a directory
// below the mount of it, in `out`. Version 2 has a line "0::/PATH", version 1 "N:pids:/PATH".
static bool limits_find_group(char out[LIMITS_PATH])
{
    char line[LIMITS_PATH];
    bool found = false;
    FILE *f = fopen("/proc/self/cgroup", "re");
    while (f && fgets(line, sizeof line, f)) {
        char *kind = strchr(line, ':'), *path = kind ? strchr(kind + 1, ':') : NULL;
        if (!path)
            continue;
        path[strcspn(path, "\n")] = '\0';
        bool first = strncmp(kind, ":pids:", 6) == 0;
        if (first || (!found && kind + 1 == path))
            snprintf(out, LIMITS_PATH, "/sys/fs/cgroup%.6s%.*s", first ? "/pids" : "",
                     LIMITS_PATH - 32, path + 1);
        found = found || first || kind + 1 == path;
    }
    if (f)
        fclose(f);
    return found;
}

// The group, it or one above, that is full. Its limit; -1 when there is none.
static long limits_full_group(char group[LIMITS_PATH])
{
    char path[LIMITS_PATH + 32];
    if (!limits_find_group(group))
        return -1;
    while (strlen(group) >= strlen("/sys/fs/cgroup")) {
        snprintf(path, sizeof path, "%s/pids.max", group);
        long most = limits_read(path);
        snprintf(path, sizeof path, "%s/pids.current", group);
        if (most >= 0 && limits_read(path) + LIMITS_SLACK > most)
            return most;
        *strrchr(group, '/') = '\0';
    }
    return -1;
}

// The part about the limit itself.
static void limits_name(char *out, size_t room)
{
    char group[LIMITS_PATH];
    struct rlimit user, space;
    long most, all = limits_all_threads() + LIMITS_SLACK;
    if ((most = limits_full_group(group)) >= 0)
        snprintf(out, room, "the control group %s allows %ld (pids.max)", group, most);
    else if (limits_count_maps() + 2 * LIMITS_SLACK > limits_max_maps())
        snprintf(out, room,
                 "a process may have %zu mappings, a thread takes two; raise it with sysctl "
                 "vm.max_map_count",
                 limits_max_maps());
    else if (all > (most = limits_read("/proc/sys/kernel/threads-max")) && most > 0)
        snprintf(out, room, "the system allows %ld; raise it with sysctl kernel.threads-max", most);
    else if (all + LIMITS_PIDS_RESERVED > (most = limits_read("/proc/sys/kernel/pid_max")) &&
             most > 0)
        snprintf(out, room, "the system has %ld numbers; raise it with sysctl kernel.pid_max",
                 most);
    else if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        snprintf(out, room, "the process may take %llu MB of addresses; raise it with ulimit -v",
                 (unsigned long long)space.rlim_cur >> 20);
    else if (getrlimit(RLIMIT_NPROC, &user) == 0 && user.rlim_cur != RLIM_INFINITY && geteuid())
        snprintf(out, room, "the user may have %llu; raise it with ulimit -u",
                 (unsigned long long)user.rlim_cur);
    else
        snprintf(out, room, "there is no memory for more");
}

void limits_explain_threads(char *out, size_t room, unsigned started, unsigned wanted)
{
    char limit[LIMITS_PATH + 80];
    limits_name(limit, sizeof limit);
    snprintf(out, room, "%u of %u threads could be started: %s", started, wanted, limit);
}
