// SPDX-License-Identifier: MIT
#include "data/ring.h"
#include "data/array.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RING_FIRST_ROOM = 16 };

void ring_fini(struct ring *r)
{
    free(r->at);
    *r = (struct ring){ 0 };
}

// Doubles a full ring. What had wrapped round to the front of the array goes behind the old end:
//   [ d e | a b c ]  ->  [ . . | a b c d e . . . ]
static int ring_grow(struct ring *r)
{
    size_t former = r->room;
    void **at = array_grow(r->at, &r->room, RING_FIRST_ROOM, sizeof *at);
    if (!at)
        return -ENOMEM;
    if (r->head)
        memcpy(at + former, at, r->head * sizeof *at);
    r->at = at;
    return 0;
}

int ring_push(struct ring *r, void *p)
{
    if (r->count == r->room && ring_grow(r) < 0)
        return -ENOMEM;
    r->at[(r->head + r->count++) & (r->room - 1)] = p;
    return 0;
}

int ring_push_front(struct ring *r, void *p)
{
    if (r->count == r->room && ring_grow(r) < 0)
        return -ENOMEM;
    r->head = (r->head - 1) & (r->room - 1);
    r->at[r->head] = p;
    r->count++;
    return 0;
}

void *ring_pop(struct ring *r)
{
    if (!r->count)
        return NULL;
    void *p = r->at[r->head];
    r->head = (r->head + 1) & (r->room - 1);
    r->count--;
    return p;
}
