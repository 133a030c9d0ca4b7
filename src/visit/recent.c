// SPDX-License-Identifier: MIT
#include "visit/recent.h"
#include <stdlib.h>

bool recent_add(struct recent *r, uint64_t hash)
{
    if (!r->at && !(r->at = calloc(RECENT_ROOM, sizeof *r->at)))
        return true;
    // Two places for each: the newer one first.
    uint64_t *pair = r->at + (hash >> 32 & (RECENT_ROOM - 1) & ~UINT64_C(1));
    if (pair[0] == hash || pair[1] == hash)
        return false;
    pair[1] = pair[0];
    pair[0] = hash;
    return true;
}

void recent_fini(struct recent *r)
{
    free(r->at);
    r->at = NULL;
}
