// SPDX-License-Identifier: MIT
#include "micro/parking.h"
#include "sys/clock.h"
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct parking_shared {
    uint32_t there, released;
};

int parking_open(struct parking *p)
{
    void *shared =
        mmap(NULL, sizeof *p->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -ENOMEM;
    p->shared = shared;
    return 0;
}

void parking_close(struct parking *p)
{
    munmap(p->shared, sizeof *p->shared);
}

void parking_wait(struct parking *p)
{
    __atomic_add_fetch(&p->shared->there, 1, __ATOMIC_SEQ_CST);
    while (!__atomic_load_n(&p->shared->released, __ATOMIC_SEQ_CST))
        syscall(SYS_futex, &p->shared->released, FUTEX_WAIT, 0, NULL, NULL, 0);
}

void parking_full(struct parking *p, unsigned n)
{
    while (__atomic_load_n(&p->shared->there, __ATOMIC_SEQ_CST) < n)
        clock_sleep(clock_mono() + CLOCK_MS);
    clock_sleep(clock_mono() + 2 * CLOCK_MS); // between saying so and sleeping lie microseconds
}

void parking_release(struct parking *p)
{
    __atomic_store_n(&p->shared->released, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &p->shared->released, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
