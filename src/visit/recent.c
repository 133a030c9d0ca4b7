// SPDX-License-Identifier: MIT
#include "visit/recent.h"
#include <stdlib.h>

// Two places for each: the newer one first.
static uint64_t *recent_pair(const struct recent *r, uint64_t hash)
{
    return r->at + (hash >> 32 & (r->room - 1) & ~UINT64_C(1));
}

bool recent_add(struct recent *r, uint64_t hash)
{
    r->room = r->room ? r->room : RECENT_ROOM;
    if (!r->at && !(r->at = calloc(r->room, sizeof *r->at)))
        return true;
    uint64_t *pair = recent_pair(r, hash);
    if (pair[0] == hash || pair[1] == hash)
        return false;
    pair[1] = pair[0];
    pair[0] = hash;
    return true;
}

bool recent_has(const struct recent *r, uint64_t hash)
{
    const uint64_t *pair = r->at ? recent_pair(r, hash) : NULL;
    return pair && (pair[0] == hash || pair[1] == hash);
}

void recent_fini(struct recent *r)
{
    free(r->at);
    r->at = NULL;
}
