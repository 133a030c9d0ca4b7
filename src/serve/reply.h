// SPDX-License-Identifier: MIT
#ifndef SERVE_REPLY_H
#define SERVE_REPLY_H
#include "serve/exchange.h"

// Writing an answer: reply_start, fields, one of reply_sized / reply_streamed / reply_empty, the
// body, reply_end. All of them gather bytes, may park when those have to be sent, and do nothing
// after an error; reply_end tells of it. For HEAD, 204 and 304 the body's bytes are counted and not
// sent.

// The status line, Server, Date, and Connection where it is needed. `status` is 200 to 599.
void reply_start(struct exchange *x, int status);

// A field. Control characters in `value` become spaces.
void reply_field(struct exchange *x, const char *name, struct span value);
void reply_field_text(struct exchange *x, const char *name, const char *value);
void reply_field_uint(struct exchange *x, const char *name, uint64_t value);

// Ends the head of an answer whose body has `length` bytes, or of one whose length is not known
// (chunked, or until the end of the connection for HTTP/1.0), or of one that has no body. `type` is
// a media type; NULL: none is said.
void reply_sized(struct exchange *x, const char *type, uint64_t length);
void reply_streamed(struct exchange *x, const char *type);
void reply_empty(struct exchange *x);

// Bytes of the body: given, or `n` of the pattern from offset `from`.
void reply_write(struct exchange *x, const void *p, size_t n);
void reply_pattern(struct exchange *x, uint64_t from, uint64_t n);

// Ends the answer. Returns 0, or what sending gave.
int reply_end(struct exchange *x);

// A whole answer. `type` NULL: text/plain.
int reply_body(struct exchange *x, int status, const char *type, struct span body);

// A whole answer that is little but its status: `text` as body, or NULL: the status and its words.
// With the fields that go with some statuses (Allow, Retry-After, WWW-Authenticate).
int reply_status(struct exchange *x, int status, const char *text);

#endif
