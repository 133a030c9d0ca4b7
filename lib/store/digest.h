// SPDX-License-Identifier: MIT
#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H
#include "data/span.h"
#include <stdint.h>

// Digests as archives label them: an algorithm, a colon, the value (ISO 28500:2017 §5.8). We write
// "sha1:" with base32 (RFC 4648 §6, upper case) and "sha256:" with base16 (lower case), as most do
// and as the community recommends; what others wrote is read in either base and case.
enum digest_kind {
    DIGEST_SHA1,
    DIGEST_SHA256,
    DIGEST_MD5, // this one and the next are read only
    DIGEST_SHA512,
    DIGEST_KINDS
};

enum { DIGEST_MOST = 64, DIGEST_TEXT_ROOM = 160 }; // bytes

struct digest {
    enum digest_kind kind;
    uint8_t bytes[DIGEST_MOST]; // the first digest_size(kind)
};

unsigned digest_size(enum digest_kind kind);

// The kind that options call so: "sha1", "sha256". Returns -1 when we do not write it.
int digest_kind_of(struct span name);

// Writes the label and the value, NUL-terminated. Returns the length.
size_t digest_text(const struct digest *d, char out[DIGEST_TEXT_ROOM]);

// Reads one. Errors: -EPROTONOSUPPORT for an algorithm that is not known, -EINVAL.
int digest_parse(struct digest *out, struct span text);

bool digest_equal(const struct digest *a, const struct digest *b);

// Taking one, piece by piece. { 0 } is ready for digest_begin.
struct digest_sum {
    enum digest_kind kind;
    void *context; // OpenSSL's; used again
    enum digest_kind made;
    bool failed; // it would not go on: there is no digest
};

// Begins anew. Errors: -ENOMEM.
int digest_begin(struct digest_sum *s, enum digest_kind kind);
void digest_add(struct digest_sum *s, struct span data);

// The digest of everything since. Errors: -EIO when OpenSSL would not.
int digest_end(struct digest_sum *s, struct digest *out);
void digest_fini(struct digest_sum *s);

// The digest of what is in memory, as a whole. Errors: as above.
int digest_of(struct digest_sum *s, enum digest_kind kind, struct span data, struct digest *out);
#endif
