// SPDX-License-Identifier: MIT
#ifndef DATA_HEAP_H
#define DATA_HEAP_H
#include <stddef.h>
#include <stdint.h>

// An intrusive min-heap of int64 keys (deadlines, mostly). A member knows its place, so that
// removing it from the middle costs O(log n). A member on no heap has `place == 0`.
struct heap_node {
    int64_t key;
    size_t place; // 1-based index in `at`; 0: on no heap. Zero it before the first use
};

// A place on the heap: the key stands beside the member, so that sifting need not look members up.
struct heap_slot {
    int64_t key;
    struct heap_node *node;
};

// { 0 } is an empty heap. Owns the array, not the members.
struct heap {
    struct heap_slot *at;
    size_t count, room;
};

// Frees the array; members are left as they are. The heap is empty and usable afterwards.
void heap_fini(struct heap *h);

// Makes room for `count` members in all, so that adding up to that many cannot fail. Errors:
// -ENOMEM.
int heap_reserve(struct heap *h, size_t count);

// Adds `n` with `key`. Errors: -ENOMEM, then nothing has changed. `n` must be on no heap.
int heap_add(struct heap *h, struct heap_node *n, int64_t key);

// Takes `n` off `h`; does nothing when it is on no heap.
void heap_remove(struct heap *h, struct heap_node *n);

// Changes the key of `n`, which must be on `h`. Cannot fail.
void heap_move(struct heap *h, struct heap_node *n, int64_t key);

// The member with the smallest key, NULL when empty. Stays on the heap.
static inline struct heap_node *heap_first(const struct heap *h)
{
    return h->count ? h->at[0].node : NULL;
}
#endif
