// SPDX-License-Identifier: MIT
#ifndef FETCH_IO_H
#define FETCH_IO_H

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
};

// Runs `work(arg)` as `io` wants it and returns what it returned, or -ECANCELED, -EAGAIN or -ENOMEM
// when it was never begun. May park.
static inline int io_offload(const struct io *io, int (*work)(void *arg), void *arg)
{
    return io->offload ? io->offload(work, arg) : work(arg);
}
#endif
