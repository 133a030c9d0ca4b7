// SPDX-License-Identifier: MIT
#include "data/heap.h"
#include "data/array.h"
#include <errno.h>
#include <stdlib.h>

// Four children a parent: half as deep as a binary heap, and the four keys to compare lie side by
// side, for a slot holds a copy of its member's key. Sifting touches the array and only the members
// that move.
enum { HEAP_ARITY = 4, HEAP_FIRST_ROOM = 16 };

static void heap_put(struct heap *h, size_t i, struct heap_slot s)
{
    h->at[i] = s;
    s.node->place = i + 1;
}

// Moves the hole at `i` up to where `s` belongs and puts it there.
static void heap_sift_up(struct heap *h, size_t i, struct heap_slot s)
{
    while (i > 0) {
        size_t parent = (i - 1) / HEAP_ARITY;
        if (h->at[parent].key <= s.key)
            break;
        heap_put(h, i, h->at[parent]);
        i = parent;
    }
    heap_put(h, i, s);
}

// The least of the children that `i` has.
static size_t heap_least_child(const struct heap *h, size_t i)
{
    size_t child = i * HEAP_ARITY + 1;
    const struct heap_slot *at = h->at + child;
    if (child + HEAP_ARITY <= h->count) { // all four: two pairs and their winners, without a branch
        size_t a = at[1].key < at[0].key, b = 2 + (size_t)(at[3].key < at[2].key);
        return child + (at[b].key < at[a].key ? b : a);
    }
    size_t least = 0;
    for (size_t c = 1; child + c < h->count; c++)
        if (at[c].key < at[least].key)
            least = c;
    return child + least;
}

// Moves the hole at `i` down to where `s` belongs and puts it there.
static void heap_sift_down(struct heap *h, size_t i, struct heap_slot s)
{
    while (i * HEAP_ARITY + 1 < h->count) {
        size_t least = heap_least_child(h, i);
        if (h->at[least].key >= s.key)
            break;
        heap_put(h, i, h->at[least]);
        i = least;
    }
    heap_put(h, i, s);
}

static void heap_sift(struct heap *h, size_t i, struct heap_slot s)
{
    if (i > 0 && s.key < h->at[(i - 1) / HEAP_ARITY].key)
        heap_sift_up(h, i, s);
    else
        heap_sift_down(h, i, s);
}

void heap_fini(struct heap *h)
{
    free(h->at);
    *h = (struct heap){ 0 };
}

static int heap_grow(struct heap *h)
{
    struct heap_slot *at = array_grow(h->at, &h->room, HEAP_FIRST_ROOM, sizeof *at);
    if (!at)
        return -ENOMEM;
    h->at = at;
    return 0;
}

int heap_reserve(struct heap *h, size_t count)
{
    while (h->room < count)
        if (heap_grow(h) < 0)
            return -ENOMEM;
    return 0;
}

int heap_add(struct heap *h, struct heap_node *n, int64_t key)
{
    if (h->count == h->room && heap_grow(h) < 0)
        return -ENOMEM;
    n->key = key;
    heap_sift_up(h, h->count++, (struct heap_slot){ key, n });
    return 0;
}

void heap_remove(struct heap *h, struct heap_node *n)
{
    if (!n->place)
        return;
    size_t i = n->place - 1;
    struct heap_slot last = h->at[--h->count];
    n->place = 0;
    if (last.node != n)
        heap_sift(h, i, last);
}

void heap_move(struct heap *h, struct heap_node *n, int64_t key)
{
    n->key = key;
    heap_sift(h, n->place - 1, (struct heap_slot){ key, n });
}
