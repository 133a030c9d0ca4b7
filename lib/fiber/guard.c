// SPDX-License-Identifier: MIT
#include "fiber/guard.h"
#include "sys/limits.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

// Mappings left for everything that is not a stack: libraries, heaps, files, threads.
enum { GUARD_MAPS_LEFT = 8192, GUARD_MAPS_A_STACK = 2 };

static pthread_once_t guard_once = PTHREAD_ONCE_INIT;
static enum stack_guard guard_best;
static size_t guard_maps_most;
static atomic_size_t guard_maps; // of all pools together: the limit is the process's
static atomic_flag guard_said = ATOMIC_FLAG_INIT;

// Emulators take an advice that they do not know for done, so what counts is that the page cannot
// be read afterwards.
static bool guard_kernel_works(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int ends[2];
    char *p = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return false;
    bool works = false;
    if (madvise(p, page, MADV_GUARD_INSTALL) == 0 && pipe2(ends, O_CLOEXEC) == 0) {
        works = write(ends[1], p, 1) < 0 && errno == EFAULT;
        close(ends[0]);
        close(ends[1]);
    }
    munmap(p, page);
    return works;
}

static void guard_probe(void)
{
    size_t most = limits_max_maps();
    guard_maps_most = most > GUARD_MAPS_LEFT * 2 ? most - GUARD_MAPS_LEFT : most / 2;
    guard_best = guard_kernel_works() ? STACK_GUARD_KERNEL : STACK_GUARD_PAGES;
    log_detail("stacks of fibers are guarded by %s",
               guard_best == STACK_GUARD_KERNEL ? "the kernel's guard regions" : "protected pages");
}

enum stack_guard guard_choose(enum stack_guard wanted)
{
    pthread_once(&guard_once, guard_probe);
    return wanted == STACK_GUARD_BEST ? guard_best : wanted;
}

static bool guard_protect(void *low, size_t size)
{
    size_t before = atomic_fetch_add(&guard_maps, GUARD_MAPS_A_STACK);
    if (before + GUARD_MAPS_A_STACK <= guard_maps_most && mprotect(low, size, PROT_NONE) == 0)
        return true;
    atomic_fetch_sub(&guard_maps, GUARD_MAPS_A_STACK);
    return false;
}

enum stack_guard guard_install(enum stack_guard wanted, void *low, size_t size)
{
    if (wanted == STACK_GUARD_CANARY)
        return wanted;
    // Refused, for one, where memory is locked (mlockall).
    if (wanted == STACK_GUARD_KERNEL && madvise(low, size, MADV_GUARD_INSTALL) == 0)
        return STACK_GUARD_KERNEL;
    if (guard_protect(low, size))
        return STACK_GUARD_PAGES;
    if (!atomic_flag_test_and_set(&guard_said))
        log_note("more than %zu stacks of fibers: vm.max_map_count allows no further guard pages, "
                 "so the others "
                 "are guarded by canaries",
                 atomic_load(&guard_maps) / GUARD_MAPS_A_STACK);
    return STACK_GUARD_CANARY;
}

void guard_forget(enum stack_guard guard)
{
    if (guard == STACK_GUARD_PAGES)
        atomic_fetch_sub(&guard_maps, GUARD_MAPS_A_STACK);
}
