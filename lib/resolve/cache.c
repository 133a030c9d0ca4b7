// SPDX-License-Identifier: MIT
#include "resolve/cache.h"
#include <stdlib.h>

// What an entry costs besides its own bytes: the allocator's header and rounding, its share of the
// map's buckets.
enum { CACHE_OVERHEAD = 40 };

// One allocation: behind `address` stand the name, the server and the reason, the latter two with
// their NULs.
struct cache_entry {
    struct map_node by_name;
    struct list recency;
    int64_t expires;
    uint64_t serial;
    size_t bytes;
    enum resolve_status status;
    unsigned count;
    struct address address[];
};

void cache_init(struct cache *c, size_t most)
{
    *c = (struct cache){ .most = most };
    list_init(&c->recent);
}

static void cache_drop(struct cache *c, struct cache_entry *e)
{
    map_remove(&c->entries, &e->by_name);
    list_remove(&e->recency);
    c->bytes -= e->bytes;
    free(e);
}

static struct cache_entry *cache_oldest(struct cache *c)
{
    return list_entry(c->recent.prev, struct cache_entry, recency);
}

void cache_fini(struct cache *c)
{
    while (!list_empty(&c->recent))
        cache_drop(c, cache_oldest(c));
    map_fini(&c->entries);
}

static struct cache_entry *cache_find(const struct cache *c, struct span name, uint64_t hash)
{
    struct map_node *n = map_find(&c->entries, hash, name);
    return n ? list_entry(n, struct cache_entry, by_name) : NULL;
}

static void cache_copy_out(const struct cache_entry *e, struct resolve_answer *out)
{
    const char *server = (const char *)(e->address + e->count) + e->by_name.key.n;
    size_t n = strlen(server) + 1;
    *out = (struct resolve_answer){ .status = e->status, .count = e->count, .expires = e->expires };
    memcpy(out->address, e->address, e->count * sizeof *e->address);
    memcpy(out->server, server, n);
    memcpy(out->why, server + n, strlen(server + n) + 1);
}

bool cache_get(struct cache *c, struct span name, int64_t now, struct resolve_answer *out)
{
    struct cache_entry *e = cache_find(c, name, map_hash(name));
    if (!e)
        return false;
    if (e->expires <= now) {
        cache_drop(c, e);
        return false;
    }
    list_remove(&e->recency);
    list_push_front(&c->recent, &e->recency);
    cache_copy_out(e, out);
    return true;
}

static struct cache_entry *cache_entry(struct span name, const struct resolve_answer *a)
{
    size_t addresses = a->count * sizeof *a->address;
    size_t server = strlen(a->server) + 1, why = strlen(a->why) + 1;
    size_t size = sizeof(struct cache_entry) + addresses + name.n + server + why;
    struct cache_entry *e = malloc(size);
    if (!e)
        return NULL;
    *e = (struct cache_entry){ .expires = a->expires,
                               .status = a->status,
                               .count = a->count,
                               .bytes = size + CACHE_OVERHEAD };
    memcpy(e->address, a->address, addresses);
    char *text = (char *)(e->address + a->count);
    memcpy(text, name.p, name.n);
    memcpy(text + name.n, a->server, server);
    memcpy(text + name.n + server, a->why, why);
    e->by_name.key = (struct span){ text, name.n };
    return e;
}

static uint64_t cache_replace(struct cache *c, struct cache_entry *old, uint64_t hash,
                              struct span name, const struct resolve_answer *a, int64_t now)
{
    if (old)
        cache_drop(c, old);
    struct cache_entry *e = a->expires > now ? cache_entry(name, a) : NULL;
    if (!e)
        return 0;
    if (e->bytes > c->most || map_add(&c->entries, &e->by_name, hash, e->by_name.key) < 0) {
        free(e);
        return 0;
    }
    list_push_front(&c->recent, &e->recency);
    c->bytes += e->bytes;
    while (c->bytes > c->most)
        cache_drop(c, cache_oldest(c));
    return e->serial = ++c->serial;
}

uint64_t cache_put(struct cache *c, struct span name, const struct resolve_answer *a, int64_t now)
{
    uint64_t hash = map_hash(name);
    return cache_replace(c, cache_find(c, name, hash), hash, name, a, now);
}

void cache_amend(struct cache *c, struct span name, uint64_t serial, const struct resolve_answer *a,
                 int64_t now)
{
    uint64_t hash = map_hash(name);
    struct cache_entry *e = cache_find(c, name, hash);
    if (e && e->serial == serial)
        cache_replace(c, e, hash, name, a, now);
}
