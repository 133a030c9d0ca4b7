// SPDX-License-Identifier: MIT
#ifndef FETCH_IO_H
#define FETCH_IO_H
#include "sched/errand.h"

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
    // How whoever called `fetch` waits for what else has to be waited for: as errand_park. NULL: as
    // errand_block.
    void (*wait)(struct errand *e);
};

// Does `e` as `io` wants it. May park.
static inline void io_wait(const struct io *io, struct errand *e)
{
    if (io->wait)
        io->wait(e);
    else
        errand_block(e);
}
#endif
