// SPDX-License-Identifier: MIT
#include "sys/doorbell.h"
#include "sys/clock.h"
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int doorbell_open(void)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

void doorbell_arm(const struct doorbell *b)
{
    __atomic_store_n(b->asleep, 1, __ATOMIC_SEQ_CST);
}

void doorbell_hush(const struct doorbell *b)
{
    uint64_t rings;
    __atomic_store_n(b->asleep, 0, __ATOMIC_SEQ_CST);
    while (b->fd >= 0 && read(b->fd, &rings, sizeof rings) < 0 && errno == EINTR)
        ;
}

static struct timespec doorbell_time(int64_t ns)
{
    return (struct timespec){ .tv_sec = ns / CLOCK_S, .tv_nsec = ns % CLOCK_S };
}

// Returns whether the deadline has passed.
static bool doorbell_poll(const struct doorbell *b, int64_t deadline)
{
    struct pollfd p = { .fd = b->fd, .events = POLLIN };
    struct timespec t, *timeout = NULL;
    if (deadline != CLOCK_NEVER) {
        int64_t left = deadline - clock_mono();
        t = doorbell_time(left < 0 ? 0 : left);
        timeout = &t;
    }
    return ppoll(&p, 1, timeout, NULL) == 0;
}

static int doorbell_futex(const struct doorbell *b, int operation, uint32_t value,
                          const struct timespec *timeout)
{
    if (!b->shared)
        operation |= FUTEX_PRIVATE_FLAG;
    return (int)syscall(SYS_futex, b->asleep, operation, value, timeout, NULL,
                        FUTEX_BITSET_MATCH_ANY);
}

// The same; the kernel looks at the flag before it lets the thread sleep.
static bool doorbell_block(const struct doorbell *b, int64_t deadline)
{
    struct timespec until = doorbell_time(deadline);
    const struct timespec *timeout = deadline == CLOCK_NEVER ? NULL : &until;
    return doorbell_futex(b, FUTEX_WAIT_BITSET, 1, timeout) < 0 && errno == ETIMEDOUT;
}

int doorbell_wait(const struct doorbell *b, int64_t deadline)
{
    bool late = b->fd >= 0 ? doorbell_poll(b, deadline) : doorbell_block(b, deadline);
    doorbell_hush(b);
    return late ? -ETIMEDOUT : 0;
}

static void doorbell_write(int fd)
{
    uint64_t one = 1;
    // Fails only when the counter is full, and then the bell rings already.
    while (write(fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

void doorbell_ring(const struct doorbell *b)
{
    // Whoever clears the flag rings: a sleep is ended once.
    if (!__atomic_load_n(b->asleep, __ATOMIC_SEQ_CST) ||
        !__atomic_exchange_n(b->asleep, 0, __ATOMIC_SEQ_CST))
        return;
    if (b->call)
        b->call(b->arg);
    else if (b->fd >= 0)
        doorbell_write(b->fd);
    else
        doorbell_futex(b, FUTEX_WAKE, 1, NULL);
}
