// SPDX-License-Identifier: MIT
#ifndef DATA_SPAN_H
#define DATA_SPAN_H
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

// A run of bytes that somebody else owns. Not NUL-terminated; may hold NULs.
// An absent value is { NULL, 0 }; an empty one has n == 0 and p != NULL.
struct span {
    const char *p;
    size_t n;
};

// The bytes of the C string `s`, without its NUL. Borrows `s`; NULL gives an absent span.
static inline struct span span_of(const char *s)
{
    return (struct span){s, s ? strlen(s) : 0};
}

// Whether `a` holds exactly the bytes of the C string `s`.
static inline bool span_is(struct span a, const char *s)
{
    size_t n = strlen(s);
    return a.n == n && memcmp(a.p, s, n) == 0;
}

// Whether both hold the same bytes.
static inline bool span_equal(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
#endif
