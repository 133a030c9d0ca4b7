// SPDX-License-Identifier: MIT
#ifndef DATA_BUFFER_H
#define DATA_BUFFER_H
#include "data/span.h"
#include <stdint.h>

// Growable bytes. { 0 } is an empty buffer. Owns `p`. Once an append fails for lack of memory,
// `failed` stays true, the contents stay as they were before that append, and every later append
// does nothing: a writer appends a whole message and looks once at the end.
struct buffer {
    char *p;
    size_t n, room;
    bool failed;
};

// Frees the bytes. The buffer is empty and usable afterwards.
void buffer_fini(struct buffer *b);

// Forgets the contents and `failed`, keeps the room.
void buffer_clear(struct buffer *b);

// The slow path of buffer_reserve: moves the contents to a larger room.
char *buffer_grow(struct buffer *b, size_t more);

// Makes room for `more` bytes after the contents (and a NUL) and returns where they go; the caller
// then adds to `n` what it wrote. NULL (and `failed`) when there is no memory.
static inline char *buffer_reserve(struct buffer *b, size_t more)
{
    if (__builtin_expect(b->failed || more >= b->room - b->n, 0))
        return buffer_grow(b, more);
    return b->p + b->n;
}

// Appends; on failure sets `failed`.
static inline void buffer_add(struct buffer *b, const void *p, size_t n)
{
    char *to = n ? buffer_reserve(b, n) : NULL;
    if (!to)
        return;
    memcpy(to, p, n);
    b->n += n;
}

static inline void buffer_add_string(struct buffer *b, const char *s)
{
    buffer_add(b, s, strlen(s));
}

static inline void buffer_add_byte(struct buffer *b, char c)
{
    buffer_add(b, &c, 1);
}

void buffer_add_uint(struct buffer *b, uint64_t v);
void buffer_add_format(struct buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Removes the first `n` bytes, at most all of them. Moves the rest to the front: O(bytes left).
void buffer_consume(struct buffer *b, size_t n);

// The contents followed by a NUL that does not count; NULL when there is no memory.
const char *buffer_string(struct buffer *b);

static inline struct span buffer_span(const struct buffer *b)
{
    return (struct span){ b->p, b->n };
}
#endif
