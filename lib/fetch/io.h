// SPDX-License-Identifier: MIT
#ifndef FETCH_IO_H
#define FETCH_IO_H
#include "sys/clock.h"

struct request;
struct sink;
struct response;

// A way to do one exchange and wait for it. What differs between the engines is only this. `fetch`
// returns 0 with `out` filled whatever came of the exchange; -ECANCELED when the caller was
// cancelled (then `out` says FETCH_CANCELLED); -ENOMEM. It parks, blocks or yields, as the engine
// does.
struct io {
    int (*fetch)(struct io *io, const struct request *request, struct sink *sink,
                 struct response *out);
    // How whoever called `fetch`, or is in a sink's `drain`, does what would block or burn the CPU:
    // as sched/offload.h. NULL: it just does it.
    int (*offload)(int (*work)(void *arg), void *arg);
    // How they wait for a time: as sleep_until in sched/park.h. NULL: the thread sleeps.
    int (*sleep)(int64_t until);
};

// Runs `work(arg)` as `io` wants it and returns what it returned, or -ECANCELED, -EAGAIN or -ENOMEM
// when it was never begun. May park.
static inline int io_offload(const struct io *io, int (*work)(void *arg), void *arg)
{
    return io->offload ? io->offload(work, arg) : work(arg);
}

// Waits until `until` (monotonic ns) as `io` wants it. May park. Returns 0, or -ECANCELED.
static inline int io_sleep(const struct io *io, int64_t until)
{
    if (io->sleep)
        return io->sleep(until);
    clock_sleep(until);
    return 0;
}
#endif
