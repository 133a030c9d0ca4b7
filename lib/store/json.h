// SPDX-License-Identifier: MIT
#ifndef STORE_JSON_H
#define STORE_JSON_H
#include "data/buffer.h"
#include <stdint.h>

// Writing JSON (RFC 8259) at the end of a buffer. There is no writer object: whether a comma is due
// is read off the last byte of the buffer, so pieces written by different functions fit together.
// After a newline (or in an empty buffer) a new document starts. Memory failures stay in `failed`
// of the buffer; look there once at the end.

// (json_string and json_null are names of libjansson, which the program may link as well.)

// Opens and closes; nesting is the caller's. In an object, every value follows a json_key.
void json_object_open(struct buffer *b);
void json_object_close(struct buffer *b);
void json_array_open(struct buffer *b);
void json_array_close(struct buffer *b);

// Writes the comma that is due, if one is, and returns where `more` bytes of a value go; NULL: no
// memory. Nothing but an opening, a colon or the end of the last document can stand before a value
// without a comma. What is written is then counted by json_wrote.
static inline char *json_room(struct buffer *b, size_t more)
{
    char *at = buffer_reserve(b, more + 1);
    if (!at || b->n == 0)
        return at;
    char last = at[-1];
    if (last != ':' && last != '{' && last != '[' && last != '\n')
        *at++ = ',';
    return at;
}

// Says that the contents end at `end`.
static inline void json_wrote(struct buffer *b, const char *end)
{
    b->n = (size_t)(end - b->p);
}

// A member's name, which must need no escaping (our own names are plain ASCII). Inline, so that the
// compiler knows the length of a literal.
static inline void json_key(struct buffer *b, const char *name)
{
    size_t n = strlen(name);
    char *at = json_room(b, n + 3);
    if (!at)
        return;
    *at = '"';
    memcpy(at + 1, name, n);
    at[n + 1] = '"';
    at[n + 2] = ':';
    json_wrote(b, at + n + 3);
}

// A string of any bytes: control characters, quotes and backslashes escaped; what is not UTF-8
// becomes U+FFFD, one for each maximal subpart (WHATWG Encoding, Unicode 3.9). DEL, U+0080 to
// U+009F, U+2028 and U+2029 are escaped as well, for terminals' and JavaScript's sake. An absent
// span is null.
void json_text(struct buffer *b, struct span s);
void json_uint(struct buffer *b, uint64_t v);
void json_int(struct buffer *b, int64_t v);
void json_bool(struct buffer *b, bool v);
void json_none(struct buffer *b);

// Nanoseconds as decimal seconds with six digits after the point ("0.001234"), rounded to the
// nearest microsecond.
void json_seconds_us(struct buffer *b, int64_t ns);

// The last second that was formatted, kept by whoever writes many times; { 0 } at first.
struct json_time {
    int64_t second;
    char text[20]; // "2024-02-29T23:59:59", empty at first
};

// Wall time (nanoseconds since 1970) as an RFC 3339 string in UTC with `digits` (0, 3 or 6) digits
// of a second: "2024-02-29T23:59:59.123456Z". Cut, not rounded.
void json_time(struct buffer *b, struct json_time *cache, int64_t wall, int digits);

// The record separator of JSON Lines.
void json_newline(struct buffer *b);
#endif
