// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_DIGEST_H
#define VISIT_SINK_DIGEST_H
#include "fetch/response.h"
#include <openssl/evp.h>

// The sink that takes the SHA-256 (FIPS 180-4) of what it is given, and passes it on. In place; its
// context is made at the first use and used again.
enum { SINK_DIGEST_SIZE = 32 };

struct sink_digest {
    struct sink sink;
    struct sink *next; // borrowed; NULL: the last
    EVP_MD_CTX *context;
    bool failed; // OpenSSL would not go on: there is no digest
};

// Begins anew. `next` may be NULL. Errors: -ENOMEM.
int sink_digest_begin(struct sink_digest *d, struct sink *next);

// The digest of everything since; whether there is one.
bool sink_digest_end(struct sink_digest *d, uint8_t out[SINK_DIGEST_SIZE]);

void sink_digest_fini(struct sink_digest *d);
#endif
