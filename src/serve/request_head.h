// SPDX-License-Identifier: MIT
#ifndef SERVE_REQUEST_HEAD_H
#define SERVE_REQUEST_HEAD_H
#include "data/span.h"
#include <stdint.h>

// The head of an HTTP/1.x request (RFC 9112), parsed in place and strictly: what two parties could
// read in two ways is refused. Pure.
enum {
    REQUEST_HEAD_MAX = 16384,     // bytes of a head, blank line included; more is 431
    REQUEST_HEAD_LINE_MAX = 8192, // bytes of the request line; more is 414
    REQUEST_HEAD_FIELDS = 100,    // header fields; more is 431
};

enum request_method {
    METHOD_GET,
    METHOD_HEAD,
    METHOD_POST,
    METHOD_PUT,
    METHOD_PATCH,
    METHOD_DELETE,
    METHOD_OPTIONS,
};

// Some of the head's bytes, as an offset: the bytes may move while the head is in use.
struct request_head_part {
    uint16_t at, n;
};

struct request_head_field {
    struct request_head_part name, value;
};

// Who holds the bytes sets `bytes` anew when they moved.
struct request_head {
    const char *bytes;
    uint16_t size; // of the whole head, blank line included
    uint8_t minor; // HTTP/1.minor
    enum request_method method;
    struct request_head_part method_text, target, path, query,
        host;              // query without '?'; host with its port
    bool keep_alive;       // the connection may serve another request (RFC 9112 §9.3)
    bool expects_continue; // Expect: 100-continue
    bool chunked;          // the body is chunked; else it is `length` bytes
    uint64_t length;
    unsigned count;
    struct request_head_field field[REQUEST_HEAD_FIELDS];
};

// The size of the head that `p[0..n)` starts with, or 0 when its blank line is not there yet.
// `*seen` is how far an earlier call looked (0 at first), and how far this one did: so a head that
// comes a byte at a time is not read over and over.
size_t request_head_end(const char *p, size_t n, size_t *seen);

// Parses the `n` bytes (REQUEST_HEAD_MAX at most) of a whole head into `h`, which borrows `p`.
// Returns 0, or the status to answer (400, 414, 431, 501, 505); `h` is then good for nothing.
int request_head_parse(struct request_head *h, const char *p, size_t n);

static inline struct span request_head_span(const struct request_head *h,
                                            struct request_head_part part)
{
    return (struct span){ h->bytes + part.at, part.n };
}

// The value of the first field of this name (in any case); absent when there is none.
struct span request_head_value(const struct request_head *h, const char *name);
#endif
