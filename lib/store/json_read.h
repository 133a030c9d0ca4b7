// SPDX-License-Identifier: MIT
#ifndef STORE_JSON_READ_H
#define STORE_JSON_READ_H
#include "data/buffer.h"

// Reading JSON (RFC 8259) where it lies. A text is checked once, whole; from then on a value is the
// span of its text, and what is looked for is found by walking. No tree is made, so a number keeps
// all its digits, and nothing is allocated but what is decoded. Nesting is bounded, and nothing
// recurses.
enum { JSON_READ_DEPTH = 64 };

struct json_read_fault {
    size_t at;       // byte of the text, from 0
    const char *why; // half a sentence, a literal
};

// json_read_check.c: whether `text` is one value, in UTF-8, with white space around it at most.
// Errors: -EINVAL with `fault` filled.
int json_read_check(struct span text, struct json_read_fault *fault);

static inline bool json_read_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Everything below takes checked text only.

enum json_read_kind {
    JSON_READ_OBJECT,
    JSON_READ_ARRAY,
    JSON_READ_TEXT,
    JSON_READ_NUMBER,
    JSON_READ_BOOL,
    JSON_READ_NULL,
};

enum json_read_kind json_read_kind(struct span value);

// The members of an object, in order: `rest` starts as the whole object and is moved on. `name` is
// the text of a string, quotes and all. False when there are no more.
bool json_read_member(struct span *rest, struct span *name, struct span *value);

// Whether the text of a string stands for exactly `s`, which needs no escaping.
bool json_read_is(struct span string, const char *s);

// Appends what the text of a string stands for, in UTF-8; a lone surrogate becomes U+FFFD. NULs may
// come out.
void json_read_text(struct span string, struct buffer *out);

// Appends a value without the white space between its parts; what json_text would escape in strings
// is escaped, and nothing else is changed.
void json_read_compact(struct span value, struct buffer *out);
#endif
