// SPDX-License-Identifier: MIT
#include "sys/limits.h"
#include "sys/spare.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LIMITS_DEFAULT_MAPS = 65530, LIMITS_DEFAULT_DESCRIPTORS = 1024 };

size_t limits_raise_descriptors(void)
{
    struct rlimit l;
    if (getrlimit(RLIMIT_NOFILE, &l) < 0)
        return LIMITS_DEFAULT_DESCRIPTORS;
    struct rlimit raised = { .rlim_cur = l.rlim_max, .rlim_max = l.rlim_max };
    if (l.rlim_cur < l.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return raised.rlim_cur;
    return l.rlim_cur;
}

bool limits_has_descriptor(void)
{
    int fd = eventfd(0, EFD_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0 && !spare_is(fd);
}

size_t limits_max_maps(void)
{
    char text[32];
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return LIMITS_DEFAULT_MAPS;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return LIMITS_DEFAULT_MAPS;
    text[n] = '\0';
    unsigned long maps = strtoul(text, NULL, 10);
    return maps ? maps : LIMITS_DEFAULT_MAPS;
}

unsigned limits_cpus(void)
{
    // The kernel refuses (EINVAL) a set smaller than its own, so try larger ones.
    for (unsigned room = CPU_SETSIZE; room <= 64 * CPU_SETSIZE; room *= 2) {
        cpu_set_t *set = CPU_ALLOC(room);
        if (!set)
            break;
        size_t size = CPU_ALLOC_SIZE(room);
        int r = sched_getaffinity(0, size, set);
        int error = errno;
        int count = r < 0 ? 0 : CPU_COUNT_S(size, set);
        CPU_FREE(set);
        if (count > 0)
            return (unsigned)count;
        if (error != EINVAL)
            break;
    }
    return 1;
}
