// SPDX-License-Identifier: MIT
#include "frontier/host.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

struct span host_key(const struct url *u)
{
    return url_part(u, 0, u->path);
}

uint64_t host_place_hash(const struct url *u)
{
    return map_hash(url_host(u)) + u->port * UINT64_C(0x9e3779b97f4a7c15);
}

void host_table_init(struct host_table *t, const struct gate *pace, unsigned keep)
{
    *t = (struct host_table){ .keep = keep, .pace = *pace };
    list_init(&t->idle);
}

static void group_leave(struct host_table *t, struct group *g)
{
    if (--g->members > 0)
        return;
    list_remove(&g->ready);
    map_remove(&t->groups, &g->node);
    free(g);
}

static void forget(struct host_table *t, struct host *h)
{
    if (t->retire)
        t->retire(t->arg, h);
    map_remove(&t->hosts, &h->node);
    host_busy(t, h);
    list_remove(&h->turn);
    t->count--;
    group_leave(t, h->group);
    free(h->address);
    free(h);
}

static void forget_node(struct map_node *n, void *arg)
{
    forget(arg, (struct host *)((char *)n - offsetof(struct host, node)));
}

void host_table_fini(struct host_table *t)
{
    map_each(&t->hosts, forget_node, t);
    map_fini(&t->hosts);
    map_fini(&t->groups);
}

// The group of this name, with one member more: the caller.
static struct group *group_join(struct host_table *t, struct span name)
{
    uint64_t hash = map_hash(name);
    struct map_node *n = map_find(&t->groups, hash, name);
    struct group *g = n ? (struct group *)((char *)n - offsetof(struct group, node)) : NULL;
    if (!g) {
        g = calloc(1, sizeof *g + name.n + 1);
        if (!g)
            return NULL;
        memcpy(g->name, name.p, name.n);
        g->gate = t->pace;
        list_init(&g->hosts);
        list_init(&g->ready);
        if (map_add(&t->groups, &g->node, hash, (struct span){ g->name, name.n }) < 0) {
            free(g);
            return NULL;
        }
    }
    g->members++;
    return g;
}

// Whether a URL leads to a special address without anybody's being asked: a literal one, or a name
// that stands for loopback everywhere (RFC 6761 §6.3).
static bool names_special(const struct url *u)
{
    if (u->host_kind != URL_DOMAIN)
        return address_is_special(&u->address);
    return proxy_list_has(span_of("localhost"), url_host(u));
}

// A literal address needs no look-up, ever.
static int open_literal(struct host *h, const struct url *u)
{
    const struct address *literal = h->proxy                     ? &h->proxy->address
                                    : u->host_kind != URL_DOMAIN ? &u->address
                                                                 : NULL;
    if (!literal || literal->family == 0)
        return 0;
    h->address = malloc(sizeof *h->address);
    if (!h->address)
        return -ENOMEM;
    h->address[0] = *literal;
    h->addresses = 1;
    h->state = HOST_OPEN;
    h->expires = CLOCK_NEVER;
    return 0;
}

static struct host *host_make(struct host_table *t, const struct url *u, struct span key,
                              int64_t now)
{
    struct host *h = calloc(1, sizeof *h + key.n + 1);
    if (!h)
        return NULL;
    memcpy(h->origin, key.p, key.n);
    list_init(&h->queue);
    list_init(&h->turn);
    list_init(&h->idle);
    h->proxy = t->proxies ? proxy_choose(t->proxies, u->https, url_host(u)) : NULL;
    h->special = names_special(u);
    h->group = group_join(t, url_host(u));
    if (!h->group || open_literal(h, u) < 0)
        goto fail;
    if (map_add(&t->hosts, &h->node, map_hash(key), (struct span){ h->origin, key.n }) < 0)
        goto fail;
    t->count++;
    host_idle(t, h, now);
    return h;
fail:
    if (h->group)
        group_leave(t, h->group);
    free(h->address);
    free(h);
    return NULL;
}

int host_get(struct host_table *t, const struct url *u, int64_t now, struct host **out)
{
    struct span key = host_key(u);
    struct map_node *n = map_find(&t->hosts, map_hash(key), key);
    struct host *h =
        n ? (struct host *)((char *)n - offsetof(struct host, node)) : host_make(t, u, key, now);
    if (!h)
        return -ENOMEM;
    *out = h;
    return 0;
}

void host_busy(struct host_table *t, struct host *h)
{
    if (list_empty(&h->idle))
        return;
    list_remove(&h->idle);
    t->idle_count--;
}

// How many of the longest idle are looked at for one that may be forgotten.
enum { FORGET_LOOK = 8 };

void host_idle(struct host_table *t, struct host *h, int64_t now)
{
    if (!list_empty(&h->idle))
        return;
    list_push(&t->idle, &h->idle);
    t->idle_count++;
    // The newest one never goes: the caller has just been given it. Neither does one whose pace
    // would be forgotten with it, as long as there are not too many of those.
    for (unsigned looked = 0; t->idle_count > t->keep && looked < FORGET_LOOK; looked++) {
        struct host *oldest = list_entry(t->idle.next, struct host, idle);
        if (oldest == h)
            return;
        if (gate_next(&oldest->group->gate, now) <= now || t->idle_count > 8 * t->keep) {
            forget(t, oldest);
            continue;
        }
        list_remove(&oldest->idle);
        list_push(&t->idle, &oldest->idle);
    }
}

int host_answer(struct host *h, const struct resolve_answer *answer, int64_t now)
{
    struct address *copy = NULL;
    if (answer->count > 0) {
        copy = malloc(answer->count * sizeof *copy);
        if (!copy)
            return -ENOMEM;
        memcpy(copy, answer->address, answer->count * sizeof *copy);
    }
    free(h->address);
    h->address = copy;
    h->addresses = answer->count;
    h->status = answer->status;
    h->expires = answer->expires;
    h->lookup_ended = now;
    memcpy(h->why, answer->why, sizeof h->why);
    return 0;
}

bool host_is_special(const struct host *h)
{
    if (h->proxy)
        return h->special;
    for (unsigned i = 0; i < h->addresses; i++)
        if (address_is_special(&h->address[i]))
            return true;
    return false;
}

struct span host_name(const struct host *h)
{
    const char *p = strstr(h->origin, "://") + 3;
    if (*p == '[')
        return (struct span){ p + 1, strcspn(p + 1, "]") };
    return (struct span){ p, strcspn(p, ":") };
}
