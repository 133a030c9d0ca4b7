// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_HEAD_H
#define STORE_WARC_HEAD_H
#include "data/buffer.h"
#include <stdint.h>

// The head of a WARC record as it is read: from anybody, so nothing of it is believed.

// A longer head (bytes), or one with more fields, is none.
enum { WARC_HEAD_MOST = 512 * 1024, WARC_HEAD_FIELDS = 200 };

struct warc_head {
    const char *version; // "1.0" and "1.1" are known; a view, as are the spans: what is absent was
                         // not there
    size_t version_length;
    struct span type, id, date, target_uri, content_type, filename;
    struct span concurrent_to; // the first one
    struct span refers_to, refers_to_uri, refers_to_date, profile, truncated;
    struct span block_digest, payload_digest;
    uint64_t length;   // of the block
    const char *fault; // a rule of the standard that it breaks, though it can be read; NULL: none
};

// Finds the end of the head that `text` begins with: returns its length with the blank line, 0 when
// that is not there yet, -EMSGSIZE when it is too long.
long warc_head_length(struct span text);

// Reads a head, whose length that is. Views into `text`. Errors: -EPROTO with a literal in `*why`
// when it is no head of a record, or does not say how long that is.
int warc_head_read(struct warc_head *out, struct span text, const char **why);

// The value of the nth field named `name`, from 0; absent: there is none. Names in any case.
struct span warc_head_find(struct span text, const char *name, unsigned nth);
#endif
