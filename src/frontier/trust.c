// SPDX-License-Identifier: MIT
#include "frontier/trust.h"
#include <stdlib.h>

// The place of `key` in an array of `room` (a power of two), or the free one where it would go.
static size_t find(const uint64_t *at, size_t room, uint64_t key)
{
    size_t k = (size_t)key & (room - 1);
    while (at[k] != 0 && at[k] != key)
        k = (k + 1) & (room - 1);
    return k;
}

static bool grow(struct trust *t)
{
    size_t room = t->room ? 2 * t->room : 64;
    uint64_t *at = calloc(room, sizeof *at);
    if (!at)
        return false;
    for (size_t k = 0; k < t->room; k++)
        if (t->at[k] != 0)
            at[find(at, room, t->at[k])] = t->at[k];
    free(t->at);
    t->at = at;
    t->room = room;
    return true;
}

void trust_add(struct trust *t, uint64_t place)
{
    place |= place == 0;
    if (trust_has(t, place) || t->count >= TRUST_MOST)
        return;
    if (2 * t->count >= t->room && !grow(t))
        return;
    t->at[find(t->at, t->room, place)] = place;
    t->count++;
}

bool trust_has(const struct trust *t, uint64_t place)
{
    place |= place == 0;
    return t->room > 0 && t->at[find(t->at, t->room, place)] == place;
}

void trust_fini(struct trust *t)
{
    free(t->at);
    *t = (struct trust){ 0 };
}
