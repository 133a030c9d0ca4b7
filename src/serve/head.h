// SPDX-License-Identifier: MIT
#ifndef SERVE_HEAD_H
#define SERVE_HEAD_H
#include "data/span.h"
#include <stdint.h>

// The head of an HTTP/1.x request (RFC 9112), parsed in place and strictly: what two parties could
// read in two ways is refused. Pure.
enum {
    HEAD_MAX = 16384,     // bytes of a head, blank line included; more is 431
    HEAD_LINE_MAX = 8192, // bytes of the request line; more is 414
    HEAD_FIELDS = 100,    // header fields; more is 431
};

enum head_method {
    HEAD_GET,
    HEAD_HEAD,
    HEAD_POST,
    HEAD_PUT,
    HEAD_PATCH,
    HEAD_DELETE,
    HEAD_OPTIONS,
};

// Some of the head's bytes, as an offset: the bytes may move while the head is in use.
struct head_part {
    uint16_t at, n;
};

struct head_field {
    struct head_part name, value;
};

// Who holds the bytes sets `bytes` anew when they moved.
struct head {
    const char *bytes;
    uint16_t size; // of the whole head, blank line included
    uint8_t minor; // HTTP/1.minor
    enum head_method method;
    struct head_part method_text, target, path, query,
        host;              // query without '?'; host with its port
    bool keep_alive;       // the connection may serve another request (RFC 9112 §9.3)
    bool expects_continue; // Expect: 100-continue
    bool chunked;          // the body is chunked; else it is `length` bytes
    uint64_t length;
    unsigned count;
    struct head_field field[HEAD_FIELDS];
};

// The size of the head that `p[0..n)` starts with, or 0 when its blank line is not there yet.
// `*seen` is how far an earlier call looked (0 at first), and how far this one did: so a head that
// comes a byte at a time is not read over and over.
size_t head_end(const char *p, size_t n, size_t *seen);

// Parses the `n` bytes (HEAD_MAX at most) of a whole head into `h`, which borrows `p`. Returns 0,
// or the status to answer (400, 414, 431, 501, 505); `h` is then good for nothing.
int head_parse(struct head *h, const char *p, size_t n);

static inline struct span head_span(const struct head *h, struct head_part part)
{
    return (struct span){ h->bytes + part.at, part.n };
}

// The value of the first field of this name (in any case); absent when there is none.
struct span head_value(const struct head *h, const char *name);

// Whether the comma-separated `list` has `token`, in any case (RFC 9110 §5.6.1).
bool head_has_token(struct span list, const char *token);
#endif
