// SPDX-License-Identifier: MIT
#include "sys/doorbell.h"
#include "sys/clock.h"
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
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
    while (read(b->fd, &rings, sizeof rings) < 0 && errno == EINTR)
        ;
}

int doorbell_wait(const struct doorbell *b, int64_t deadline)
{
    struct pollfd p = { .fd = b->fd, .events = POLLIN };
    struct timespec t, *timeout = NULL;
    if (deadline != CLOCK_NEVER) {
        int64_t left = deadline - clock_mono();
        if (left < 0)
            left = 0;
        t = (struct timespec){ .tv_sec = left / CLOCK_S, .tv_nsec = left % CLOCK_S };
        timeout = &t;
    }
    int ready = ppoll(&p, 1, timeout, NULL);
    doorbell_hush(b);
    return ready == 0 ? -ETIMEDOUT : 0;
}

void doorbell_ring(const struct doorbell *b)
{
    // Whoever clears the flag rings: a sleep is ended once.
    if (!__atomic_load_n(b->asleep, __ATOMIC_SEQ_CST) ||
        !__atomic_exchange_n(b->asleep, 0, __ATOMIC_SEQ_CST))
        return;
    uint64_t one = 1;
    // Fails only when the counter is full, and then the bell rings already.
    while (write(b->fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}
