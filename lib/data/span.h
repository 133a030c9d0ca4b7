// SPDX-License-Identifier: MIT
#ifndef DATA_SPAN_H
#define DATA_SPAN_H
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

// A run of bytes that somebody else owns. Not NUL-terminated; may hold NULs.
// An absent value is { NULL, 0 }; an empty one has n == 0 and p != NULL.
struct span {
    const char *p;
    size_t n;
};

// The bytes of the C string `s`, without its NUL. Borrows `s`; NULL gives an absent span.
static inline struct span span_of(const char *s)
{
    return (struct span){ s, s ? strlen(s) : 0 };
}

// Whether `a` holds exactly the bytes of the C string `s`.
static inline bool span_is(struct span a, const char *s)
{
    size_t n = strlen(s);
    return a.n == n && (n == 0 || memcmp(a.p, s, n) == 0);
}

// As span_is, but letters of either case are the same.
static inline bool span_is_any_case(struct span a, const char *s)
{
    return a.n == strlen(s) && (a.n == 0 || strncasecmp(a.p, s, a.n) == 0);
}

// `s` without the spaces and tabs at its ends (RFC 9110 §5.6.3).
static inline struct span span_trim(struct span s)
{
    while (s.n && (*s.p == ' ' || *s.p == '\t')) {
        s.p++;
        s.n--;
    }
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

// Whether both hold the same bytes.
static inline bool span_equal(struct span a, struct span b)
{
    // What is absent has no bytes.
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
#endif
