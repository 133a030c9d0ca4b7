// SPDX-License-Identifier: MIT
#include "input/footprint.h"
#include <errno.h>
#include <xxhash.h>

int footprint_init(struct footprint *f)
{
    *f = (struct footprint){ .state = XXH3_createState() };
    if (!f->state)
        return -ENOMEM;
    footprint_begin(f, 0, 0);
    return 0;
}

void footprint_fini(struct footprint *f)
{
    XXH3_freeState(f->state);
    f->state = NULL;
}

void footprint_begin(struct footprint *f, uint64_t bytes, uint64_t chain)
{
    f->bytes = bytes;
    f->chain = chain;
    XXH3_64bits_reset_withSeed(f->state, chain);
}

void footprint_add(struct footprint *f, struct span bytes)
{
    while (bytes.n > 0) {
        size_t room = FOOTPRINT_BLOCK - f->bytes % FOOTPRINT_BLOCK;
        size_t n = bytes.n < room ? bytes.n : room;
        XXH3_64bits_update(f->state, bytes.p, n);
        f->bytes += n;
        bytes.p += n;
        bytes.n -= n;
        if (f->bytes % FOOTPRINT_BLOCK == 0)
            footprint_begin(f, f->bytes, XXH3_64bits_digest(f->state));
    }
}

struct footprint_mark footprint_mark(const struct footprint *f)
{
    return (struct footprint_mark){ f->chain, XXH3_64bits_digest(f->state) };
}
