// SPDX-License-Identifier: MIT
#include "fetch/places.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct place_host {
    struct map_node node;
    struct list seats;
    unsigned home;
    char key[];
};

int places_init(struct places *p, unsigned multis, unsigned room)
{
    *p = (struct places){ .multis = multis, .room = room };
    p->load = calloc(multis, sizeof *p->load);
    return p->load ? 0 : -ENOMEM;
}

void places_fini(struct places *p)
{
    map_fini(&p->hosts);
    free(p->load);
    *p = (struct places){ 0 };
}

// The first multi with room, from `from` on; `from` itself when there is none.
static unsigned places_with_room(const struct places *p, unsigned from)
{
    unsigned i = from;
    while (p->load[i] >= p->room) {
        i = i + 1 == p->multis ? 0 : i + 1;
        if (i == from)
            break;
    }
    return i;
}

// Exchanges that dial are not counted as users of a connection, or one that another exchange has
// given back meanwhile would seem to be in use.
static bool seat_has_idle(const struct seat *s)
{
    return s->connections > s->busy - s->dialling;
}

// Keeps the order of the host's seats after a change to `s`.
static void seat_sort(struct seat *s)
{
    list_remove(&s->node);
    if (seat_has_idle(s))
        list_push_front(&s->host->seats, &s->node);
    else
        list_push(&s->host->seats, &s->node);
}

static int place_host_new(struct places *p, struct place_host **out, uint64_t hash, struct span key)
{
    struct place_host *h = malloc(sizeof *h + key.n);
    if (!h)
        return -ENOMEM;
    memcpy(h->key, key.p, key.n);
    list_init(&h->seats);
    h->home = (unsigned)(hash % p->multis);
    int r = map_add(&p->hosts, &h->node, hash, (struct span){ h->key, key.n });
    if (r < 0) {
        free(h);
        return r;
    }
    *out = h;
    return 0;
}

static int seat_new(struct place_host *h, unsigned multi, struct seat **out)
{
    struct seat *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->host = h;
    s->multi = multi;
    list_push(&h->seats, &s->node);
    *out = s;
    return 0;
}

// Where it has none idle: another connection beside those it has. The seats are in the order in
// which they filled, so the last one is the likeliest to have room.
static struct seat *place_beside(const struct places *p, const struct place_host *h)
{
    for (struct list *n = h->seats.prev; n != &h->seats; n = n->prev) {
        struct seat *s = list_entry(n, struct seat, node);
        if (p->load[s->multi] < p->room)
            return s;
    }
    return NULL;
}

static struct seat *place_of_host(const struct places *p, const struct place_host *h, bool one)
{
    if (list_empty(&h->seats))
        return NULL;
    struct seat *first = list_entry(h->seats.next, struct seat, node);
    return one || seat_has_idle(first) ? first : place_beside(p, h);
}

static void place_host_drop(struct places *p, struct place_host *h)
{
    if (!list_empty(&h->seats))
        return;
    map_remove(&p->hosts, &h->node);
    free(h);
}

int places_take(struct places *p, struct span key, bool keep, bool one, struct place *out)
{
    uint64_t hash = map_hash(key);
    struct map_node *node = map_find(&p->hosts, hash, key);
    struct place_host *h = node ? list_entry(node, struct place_host, node) : NULL;
    if (!h && !keep && !one) {
        *out = (struct place){ .multi = places_with_room(p, (unsigned)(hash % p->multis)) };
        p->load[out->multi]++;
        return 0;
    }
    int r = h ? 0 : place_host_new(p, &h, hash, key);
    if (r < 0)
        return r;
    struct seat *s = place_of_host(p, h, one);
    if (!s) {
        r = seat_new(h, places_with_room(p, h->home), &s);
        if (r < 0) {
            place_host_drop(p, h);
            return r;
        }
    }
    *out = (struct place){ .multi = s->multi, .seat = s, .dialling = !seat_has_idle(s) };
    s->busy++;
    s->dialling += out->dialling;
    seat_sort(s);
    p->load[s->multi]++;
    return 0;
}

// Drops the seat that nothing needs any more.
static void seat_check(struct places *p, struct seat *s)
{
    if (s->busy || s->connections) {
        seat_sort(s);
        return;
    }
    list_remove(&s->node);
    place_host_drop(p, s->host);
    free(s);
}

void place_settle(struct place *at)
{
    if (!at->dialling)
        return;
    at->dialling = false;
    at->seat->dialling--;
    seat_sort(at->seat);
}

void places_leave(struct places *p, struct place *at)
{
    p->load[at->multi]--;
    if (!at->seat)
        return;
    place_settle(at);
    at->seat->busy--;
    seat_check(p, at->seat);
}

void places_connected(struct seat *seat)
{
    seat->connections++;
    seat_sort(seat);
}

void places_disconnected(struct places *p, struct seat *seat)
{
    seat->connections--;
    seat_check(p, seat);
}
