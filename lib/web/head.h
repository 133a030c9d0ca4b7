// SPDX-License-Identifier: MIT
#ifndef WEB_HEAD_H
#define WEB_HEAD_H
#include "data/buffer.h"

// The head of an HTTP response, taken line by line as it arrives, with the checks of RFC 9112 that
// libcurl leaves out: a head without its end, and lengths that do not say where the body ends.

// More bytes or fields than this is -E2BIG.
enum { HEAD_BYTES_MOST = 256 * 1024, HEAD_FIELDS_MOST = 1000 };

// What the latest response's head holds so far. { 0 } is ready for use; owns its buffers, which are
// used again from one response to the next.
struct head {
    int status;      // 0: no status line yet
    int version;     // 10, 11, 20, 30
    bool to_head;    // the response answers a HEAD: it has no body whatever it says
    bool foldable;   // the last line was a field, which the next may go on with
    bool complete;   // its blank line has come
    bool chunked;    // the body ends where its chunks do
    bool has_length; // the body is `length` bytes
    uint64_t length;
    const char *why;      // what was wrong, after an error: static text
    struct buffer text;   // every line as it came, each ended by CRLF; folded lines stay folded
    struct buffer fields; // an array of struct head_field
};

// A field, as offsets into `text`: its value is trimmed, and a line it was folded at is blanked.
struct head_field {
    uint32_t name, name_length, value, value_length;
};

// Forgets everything but the room. `to_head`: what comes next answers a HEAD.
void head_reset(struct head *h, bool to_head);

// Frees the buffers; `h` is ready for use again.
void head_fini(struct head *h);

// Takes one line, with its line end or without. A status line after a blank line starts a new
// response (after 1xx, or a proxy's CONNECT); any other line after it is a trailer, and is ignored.
// Errors, with `why` set, after which only head_reset makes sense: -EPROTO (not HTTP, or what RFC
// 9112 §6.3 calls unrecoverable: a Content-Length that is no number, or several that differ,
// without a Transfer-Encoding; chunked twice, or not last), -E2BIG, -ENOMEM.
int head_take(struct head *h, struct span line);

// The value of the first field named `name`, which is in lower case; absent when there is none.
// Borrowed until the head changes.
struct span head_find(const struct head *h, const char *name);

// As head_find, but the values of all fields of that name, joined by ", " (RFC 9110 §5.3), appended
// to `out`. Whether there were any.
bool head_join(const struct head *h, const char *name, struct buffer *out);

static inline size_t head_count(const struct head *h)
{
    return h->fields.n / sizeof(struct head_field);
}

// The nth field, from 0 to head_count - 1.
static inline struct span head_name(const struct head *h, size_t nth)
{
    const struct head_field *f = (const struct head_field *)(const void *)h->fields.p + nth;
    return (struct span){ h->text.p + f->name, f->name_length };
}

static inline struct span head_text(const struct head *h, size_t nth)
{
    const struct head_field *f = (const struct head_field *)(const void *)h->fields.p + nth;
    return (struct span){ h->text.p + f->value, f->value_length };
}

// Whether the comma-separated `list` has `token`, in any case (RFC 9110 §5.6.1).
bool head_list_has(struct span list, const char *token);
#endif
