// SPDX-License-Identifier: MIT
#ifndef INPUT_FOOTPRINT_H
#define INPUT_FOOTPRINT_H
#include "data/span.h"
#include <stdint.h>

// A hash of a stream as far as it has been read, so that a list can be known again. It is a chain
// of blocks: to go on with one, no more than the block that was not whole must be read again.
//
//     hash of block k = XXH3(its bytes, seeded with the hash of block k - 1)
enum { FOOTPRINT_BLOCK = 1 << 20 };

struct footprint_mark {
    uint64_t chain; // the hash of the last whole block
    uint64_t hash;  // that, and the bytes since
};

struct footprint {
    void *state;    // of the block that is not whole
    uint64_t chain; // of the blocks before
    uint64_t bytes; // read
};

// Begins at the start of a stream. Errors: -ENOMEM.
int footprint_init(struct footprint *f);
void footprint_fini(struct footprint *f);

// Begins behind `bytes` of a stream, a multiple of FOOTPRINT_BLOCK, whose chain is known.
void footprint_begin(struct footprint *f, uint64_t bytes, uint64_t chain);

// What was read next.
void footprint_add(struct footprint *f, struct span bytes);

// Where it is now.
struct footprint_mark footprint_mark(const struct footprint *f);
#endif
