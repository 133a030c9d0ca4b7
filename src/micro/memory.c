// SPDX-License-Identifier: MIT
#include "micro/memory.h"
#include "sys/clock.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY_TEXT = 8192 };
#define MEMORY_PAUSE (40 * CLOCK_MS) // some grace periods of RCU

int64_t memory_line(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): a string has an end
        line += *line == '\n';
        if (strncmp(line, name, n) == 0)
            return strtoll(line + n, NULL, 10) * 1024;
    }
    return 0;
}

// A file of /proc, whole, as a string.
static int memory_file(char text[MEMORY_TEXT], const char *path)
{
    size_t n = 0;
    long got;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    while ((got = files_read(fd, text + n, MEMORY_TEXT - 1 - n)) > 0)
        n += (size_t)got;
    close(fd);
    text[n] = '\0';
    return got < 0 ? (int)got : 0;
}

static int memory_of(struct memory *m, pid_t pid)
{
    char path[64], text[MEMORY_TEXT];
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    int r = memory_file(text, path);
    if (r < 0)
        return r;
    m->resident += memory_line(text, "Pss:");
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    r = memory_file(text, path);
    if (r < 0)
        return r;
    m->address += memory_line(text, "VmSize:");
    m->tables += memory_line(text, "VmPTE:");
    return 0;
}

int memory_add(struct memory *m, const pid_t *others, unsigned n)
{
    int r = 0;
    for (unsigned i = 0; i < n && r == 0; i++)
        r = memory_of(m, others[i]);
    return r;
}

int memory_read(struct memory *out, const pid_t *others, unsigned n)
{
    char text[MEMORY_TEXT];
    *out = (struct memory){ 0 };
    clock_sleep(clock_mono() + MEMORY_PAUSE);
    int r = memory_file(text, "/proc/meminfo");
    if (r == 0)
        r = memory_of(out, getpid());
    if (r < 0)
        return r;
    out->machine = memory_line(text, "KernelStack:") + memory_line(text, "SUnreclaim:");
    return memory_add(out, others, n);
}

static int64_t grown(int64_t before, int64_t after)
{
    return after > before ? after - before : 0;
}

void memory_growth(const struct memory *before, const struct memory *after,
                   struct probe_sample *out)
{
    out->resident = grown(before->resident, after->resident);
    out->address = grown(before->address, after->address);
    out->kernel = grown(before->tables, after->tables) + grown(before->machine, after->machine);
}
