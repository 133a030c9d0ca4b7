// SPDX-License-Identifier: MIT
#include "micro/baton.h"
#include "micro/stopwatch.h"
#include "sys/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BATON_BATCH = 64 }; // round trips between two looks at the clock

// Each side's word on a cache line of its own.
struct baton_shared {
    struct {
        _Alignas(64) uint32_t go;
    } side[2];
    _Alignas(64) uint32_t ended;
};

static int baton_open_descriptors(struct baton *b)
{
    for (int side = 0; side < 2; side++) {
        if (b->way == BATON_PIPE && pipe2(b->fd[side], O_CLOEXEC) < 0)
            return -errno;
        if (b->way == BATON_EVENTFD) {
            b->fd[side][0] = b->fd[side][1] = eventfd(0, EFD_CLOEXEC);
            if (b->fd[side][0] < 0)
                return -errno;
        }
    }
    return 0;
}

int baton_open(struct baton *b, enum baton_way way)
{
    *b = (struct baton){ .way = way, .fd = { { -1, -1 }, { -1, -1 } } };
    void *shared =
        mmap(NULL, sizeof *b->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -ENOMEM;
    b->shared = shared;
    int r = baton_open_descriptors(b);
    if (r < 0)
        baton_close(b);
    return r;
}

void baton_close(struct baton *b)
{
    for (int side = 0; side < 2; side++) {
        if (b->fd[side][0] >= 0)
            close(b->fd[side][0]);
        if (b->fd[side][1] >= 0 && b->fd[side][1] != b->fd[side][0])
            close(b->fd[side][1]);
    }
    munmap(b->shared, sizeof *b->shared);
}

// FUTEX_PRIVATE_FLAG would save threads a few ns; without it, what processes do is the same.
static void baton_wake(uint32_t *word)
{
    __atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void baton_sleep(uint32_t *word)
{
    while (__atomic_exchange_n(word, 0, __ATOMIC_SEQ_CST) == 0)
        syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

// A count for an eventfd, any byte of it for a pipe.
static int baton_give(struct baton *b, int to)
{
    uint64_t one = 1;
    size_t n = b->way == BATON_EVENTFD ? sizeof one : 1;
    if (b->way == BATON_FUTEX) {
        baton_wake(&b->shared->side[to].go);
        return 0;
    }
    while (write(b->fd[to][1], &one, n) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

static int baton_take(struct baton *b, int me)
{
    uint64_t count;
    size_t n = b->way == BATON_EVENTFD ? sizeof count : 1;
    if (b->way == BATON_FUTEX) {
        baton_sleep(&b->shared->side[me].go);
        return 0;
    }
    while (read(b->fd[me][0], &count, n) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

static int baton_ask(struct baton *b, int times)
{
    int r = 0;
    for (int i = 0; i < times && r == 0; i++) {
        r = baton_give(b, 1);
        if (r == 0)
            r = baton_take(b, 0);
    }
    return r;
}

int baton_time(struct baton *b, pid_t peer, int64_t span, struct probe_sample *out)
{
    struct stopwatch watch;
    int r = baton_ask(b, BATON_BATCH); // the other side is there, and its memory its own
    stopwatch_begin(&watch, peer);
    while (r == 0 && clock_mono() - watch.wall < span) {
        r = baton_ask(b, BATON_BATCH);
        out->count += 2 * BATON_BATCH;
    }
    stopwatch_end(&watch, out);
    return r;
}

int baton_answer(struct baton *b)
{
    for (;;) {
        int r = baton_take(b, 1);
        if (r < 0 || __atomic_load_n(&b->shared->ended, __ATOMIC_SEQ_CST))
            return r;
        r = baton_give(b, 0);
        if (r < 0)
            return r;
    }
}

void baton_end(struct baton *b)
{
    __atomic_store_n(&b->shared->ended, 1, __ATOMIC_SEQ_CST);
    baton_give(b, 1);
}
