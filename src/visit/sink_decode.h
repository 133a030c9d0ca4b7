// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_DECODE_H
#define VISIT_SINK_DECODE_H
#include "fetch/response.h"

// The sink that undoes the content coding of a body and hands what comes out to the next one,
// `most` bytes of it at the most. A coding that is not known is left as it is, as browsers do: what
// servers write there ("utf-8", "none") mostly is no coding. In place; belongs to one visit.
struct coding;

struct sink_decode {
    struct sink sink;
    struct sink *next;     // borrowed
    struct coding *coding; // NULL: the body is not encoded, or there was no head
    uint64_t most, given;  // bytes decoded
    enum fetch_error error;
    const char *why; // a literal, with `error`
};

// Prepares for a body. `most` is in bytes; 0: no bound.
void sink_decode_begin(struct sink_decode *d, struct sink *next, uint64_t most);

// The body is over, whole or not. Frees what decoding took. With `whole`, one that should have gone
// on sets `error`.
void sink_decode_end(struct sink_decode *d, bool whole);
#endif
