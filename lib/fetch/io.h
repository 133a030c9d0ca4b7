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
};
#endif
