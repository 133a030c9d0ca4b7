// SPDX-License-Identifier: MIT
#include "crawl/berths.h"
#include "engine/lane.h"
#include <errno.h>

enum {
    // Requests to one host from which on it is spread over the lanes: with so many, each lane's
    // connections are used again all the same, and no worker has to bear it alone.
    BERTHS_SPREAD = 8,
    // A host with nothing under way leaves a lane that has so many more jobs than another.
    BERTHS_UNEVEN = 8,
    BERTHS_FULL = 1 << 16, // the load of a lane without room, in a heap's key
    BERTHS_LACK = 1 << 17, // what a lane that lacks something is fuller by
};

static struct lane *berths_lane(struct heap_node *n)
{
    return list_entry(n, struct lane, berth);
}

int berths_add(struct berths *b, struct engine *e)
{
    int r = heap_reserve(&b->free[e->number], e->lane_count);
    if (r < 0)
        return r;
    b->engine[e->number] = e;
    b->engines = e->number + 1 > b->engines ? e->number + 1 : b->engines;
    list_each(node, following, &e->lanes) berths_note(b, list_entry(node, struct lane, node));
    return 0;
}

void berths_fini(struct berths *b)
{
    for (unsigned k = 0; k < CRAWL_ENGINES; k++)
        heap_fini(&b->free[k]);
}

// How full it is, and among equals who was filed first. Where something is lacking comes last: what
// there is too little of (ports, descriptors) is with the connections that other lanes keep.
static int64_t berths_key(struct berths *b, const struct lane *l)
{
    int64_t load = (int64_t)l->busy * BERTHS_FULL / l->size + (l->lacks ? BERTHS_LACK : 0);
    return load << 44 | (b->turn++ & ((INT64_C(1) << 44) - 1));
}

void berths_note(struct berths *b, struct lane *l)
{
    struct heap *free = &b->free[l->engine->number];
    if (!lane_has_room(l))
        heap_remove(free, &l->berth);
    else if (l->berth.place)
        heap_move(free, &l->berth, berths_key(b, l));
    else
        (void)heap_add(free, &l->berth, berths_key(b, l)); // berths_add has made the room
}

// The emptiest lane of an engine. Lanes lose room without a word, when their workers die.
static struct lane *berths_first(struct berths *b, unsigned k)
{
    struct heap_node *n;
    while ((n = heap_first(&b->free[k]))) {
        if (lane_has_room(berths_lane(n)))
            return berths_lane(n);
        heap_remove(&b->free[k], n);
    }
    return NULL;
}

bool berths_any(struct berths *b)
{
    for (unsigned k = 0; k < b->engines; k++)
        if (berths_first(b, k))
            return true;
    return false;
}

static struct lane *berths_emptiest(struct berths *b)
{
    struct lane *best = NULL;
    for (unsigned k = 0; k < b->engines; k++) {
        struct lane *l = berths_first(b, k);
        const struct engine *e = b->engine[k];
        if (l && (!best ||
                  (uint64_t)e->busy * best->engine->size < (uint64_t)best->engine->busy * e->size))
            best = l;
    }
    return best;
}

// Whether it has connections of the host that are worth staying for. A worker with one job at a
// time has them from its last one; a loop keeps those of many hosts.
static bool berths_stays(const struct lane *l, const struct lane *other,
                         const struct berths_host *h)
{
    if (l->lacks)
        return l == other;
    if (l->size == 1)
        return l->last_host == h->key;
    if (h->one)
        return true;
    if (h->in_flight == 0)
        return l->busy <= 2 * other->busy + BERTHS_UNEVEN;
    return h->in_flight < BERTHS_SPREAD;
}

struct lane *berths_choose(struct berths *b, const struct berths_host *h)
{
    struct lane *other = berths_emptiest(b);
    if (h->last && other && lane_has_room(h->last) && berths_stays(h->last, other, h))
        return h->last;
    return other;
}
