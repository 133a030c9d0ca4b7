// SPDX-License-Identifier: MIT
#include "data/marks.h"
#include <stdlib.h>
#include <string.h>

enum { MARKS_FIRST_ROOM = 64 }; // a power of two, as every room is

// 0 means a free place.
static uint64_t marks_key(uint64_t hash)
{
    return hash | (hash == 0);
}

// The place of `key`, or the free one where it would go.
static size_t marks_place(const uint64_t *at, size_t room, uint64_t key)
{
    size_t k = (size_t)key & (room - 1);
    while (at[k] != 0 && at[k] != key)
        k = (k + 1) & (room - 1);
    return k;
}

static bool marks_grow(struct marks *m)
{
    size_t room = m->room ? 2 * m->room : MARKS_FIRST_ROOM;
    uint64_t *at = calloc(room, sizeof *at);
    if (!at)
        return false;
    for (size_t k = 0; k < m->room; k++)
        if (m->at[k] != 0)
            at[marks_place(at, room, m->at[k])] = m->at[k];
    free(m->at);
    m->at = at;
    m->room = room;
    return true;
}

bool marks_add(struct marks *m, uint64_t hash)
{
    uint64_t key = marks_key(hash);
    if (m->room > 0 && m->at[marks_place(m->at, m->room, key)] == key)
        return false;
    if (4 * (m->count + 1) > 3 * m->room && !marks_grow(m))
        return true;
    m->at[marks_place(m->at, m->room, key)] = key;
    m->count++;
    return true;
}

bool marks_has(const struct marks *m, uint64_t hash)
{
    uint64_t key = marks_key(hash);
    return m->room > 0 && m->at[marks_place(m->at, m->room, key)] == key;
}

void marks_clear(struct marks *m, size_t keep)
{
    if (m->room / 4 * 3 > keep && m->room > MARKS_FIRST_ROOM) {
        marks_fini(m);
        return;
    }
    if (m->count > 0)
        memset(m->at, 0, m->room * sizeof *m->at);
    m->count = 0;
}

void marks_fini(struct marks *m)
{
    free(m->at);
    *m = (struct marks){ 0 };
}
