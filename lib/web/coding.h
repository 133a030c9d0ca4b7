// SPDX-License-Identifier: MIT
#ifndef WEB_CODING_H
#define WEB_CODING_H
#include "data/span.h"
#include <stdint.h>

// Content codings (RFC 9110 §8.4), decoded as the bytes arrive: gzip and x-gzip (several members;
// what follows the last is ignored, as browsers do), deflate (zlib, or raw as some servers send
// it), br, zstd (window of 8 MB at most, RFC 9659), identity, and up to CODING_MOST of them one
// over the other. Output and working memory are bounded whatever the input. One thread at a time;
// callbacks run on the caller's stack.
struct coding;

enum { CODING_MOST = 4 };

// What to send as Accept-Encoding: everything that coding_new takes.
#define CODING_ACCEPT "gzip, deflate, br, zstd"

// Prepares to decode a body whose Content-Encoding is `content_encoding` (absent or empty:
// identity), giving `max_out` decoded bytes at most. The caller ends it with coding_free. Errors:
// -EOPNOTSUPP (a coding not known, or too many), -ENOMEM.
int coding_new(struct coding **out, struct span content_encoding, uint64_t max_out);

// Decodes `in`, all of it, handing what comes out to `out` piece by piece; a piece is borrowed
// until `out` returns. `out` answers 0 to go on; anything else stops the decoding and is returned.
// Errors: -EBADMSG (damaged), -EFBIG
// (`max_out` bytes were given and there are more), -ENOMEM. After anything but 0 the coding gives
// that same answer for ever.
int coding_write(struct coding *c, struct span in, int (*out)(void *arg, const char *p, size_t n),
                 void *arg);

// Says that the body has ended. Errors: -ENODATA when it was cut short, or what coding_write
// answered last. A body of no bytes at all is complete in every coding (a HEAD, a 204, a server
// that means it).
int coding_finish(struct coding *c);

// Decoded bytes given so far.
uint64_t coding_given(const struct coding *c);

void coding_free(struct coding *c);
#endif
