// SPDX-License-Identifier: MIT
#ifndef DATA_RING_H
#define DATA_RING_H
#include <stdbool.h>
#include <stddef.h>

// A first-in first-out queue of pointers in one circular array that doubles when full.
// One thread. { 0 } is an empty ring. Does not own what the pointers point at.
struct ring {
    void **at;
    size_t head, count, room; // room is 0 or a power of two
};

// Frees the array. The ring is empty and usable afterwards.
void ring_fini(struct ring *r);

// Adds `p` at the tail. Errors: -ENOMEM, then nothing has changed.
int ring_push(struct ring *r, void *p);

// Adds `p` at the head, to be the next one out. Errors: -ENOMEM.
int ring_push_front(struct ring *r, void *p);

// Takes the pointer at the head; NULL when empty.
void *ring_pop(struct ring *r);

static inline bool ring_empty(const struct ring *r)
{
    return r->count == 0;
}
#endif
