// SPDX-License-Identifier: MIT
#ifndef DATA_PACK_H
#define DATA_PACK_H
#include "data/buffer.h"
#include <stdint.h>

// Plain values as flat bytes, for what is kept on disk: numbers in as many bytes as they need
// (LEB128: seven bits a byte, low ones first), strings with their length in front. What is read
// back is believed by nobody: a reader that meets anything that does not fit is `bad` from then on
// and gives zeros, so a whole structure is read and looked at once, at the end.

void pack_uint(struct buffer *out, uint64_t v);

// Small negative numbers stay small (zigzag).
void pack_int(struct buffer *out, int64_t v);

// An absent span comes back as an absent one.
void pack_span(struct buffer *out, struct span s);

// Eight bytes, as they are; for hashes.
void pack_word(struct buffer *out, uint64_t v);

// What is still to be read. Borrows the bytes.
struct unpack {
    const char *p;
    size_t n;
    bool bad;
};

static inline struct unpack unpack_of(struct span s)
{
    return (struct unpack){ s.p, s.n, false };
}

uint64_t unpack_uint(struct unpack *u);

// One that is larger than `most` is bad.
uint64_t unpack_uint_to(struct unpack *u, uint64_t most);
int64_t unpack_int(struct unpack *u);
uint64_t unpack_word(struct unpack *u);

// A view of the bytes.
struct span unpack_span(struct unpack *u);

// The next `n` bytes, copied to `to`.
void unpack_bytes(struct unpack *u, void *to, size_t n);

// Whether everything was read, and was good.
static inline bool unpack_ended(const struct unpack *u)
{
    return !u->bad && u->n == 0;
}
#endif
