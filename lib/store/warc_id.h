// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_ID_H
#define STORE_WARC_ID_H
#include "data/buffer.h"
#include <stdint.h>

// Names of records: random UUIDs (RFC 9562 §5.4). All zeros is none.
struct warc_id {
    uint8_t bytes[16];
};

// Where they come from: xoshiro256**, whose 256 bits of state make it as good as unheard of that
// two sources begin alike. Not secret, and not meant to be.
struct warc_ids {
    uint64_t state[4];
};

// Seeds it: the same seed gives the same names; 0: from the system.
void warc_ids_seed(struct warc_ids *s, uint64_t seed);

// The next name: random, and never all zeros.
struct warc_id warc_id_new(struct warc_ids *s);

// Whether it is all zeros, which names nothing.
bool warc_id_is_none(const struct warc_id *id);

// Appends "<urn:uuid:...>".
void warc_id_write(struct buffer *out, const struct warc_id *id);
#endif
