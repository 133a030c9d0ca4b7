// SPDX-License-Identifier: MIT
#ifndef SERVE_DRAIN_H
#define SERVE_DRAIN_H
#include "data/span.h"
#include <stdint.h>

// Takes the body of a request apart as its bytes arrive: `length` bytes, or chunks
// (RFC 9112 §7.1), whose extensions and trailers are passed over. Holds no bytes. Pure.
enum drain_state {
    DRAIN_DATA,     // `left` bytes of the body, or of the chunk, are to come
    DRAIN_DATA_END, // the line end after a chunk
    DRAIN_SIZE,     // in the digits of a chunk's size
    DRAIN_SIZE_END, // behind them, in spaces or extensions
    DRAIN_TRAILER,  // in a trailer line
    DRAIN_DONE,
    DRAIN_BAD, // no framing that we understand: the connection can serve no further request
};

struct drain {
    enum drain_state state;
    bool chunked;
    uint64_t left;
    unsigned line; // bytes of the current line; all trailers count as one
};

// Prepares for a body that is chunked, or of `length` bytes.
void drain_init(struct drain *d, bool chunked, uint64_t length);

// Takes some of p[0..n), n > 0, and returns how much; `data` is what of it belongs to the body,
// possibly nothing. In the states DRAIN_DONE and DRAIN_BAD it takes nothing.
size_t drain_take(struct drain *d, const char *p, size_t n, struct span *data);
#endif
