// SPDX-License-Identifier: MIT
#include "resolve/flights.h"
#include <errno.h>

struct span flights_key(const struct flights *all, struct span name)
{
    const struct servers *servers = &all->roster.now->servers;
    unsigned dots = 0;
    if (name.n < 2 || name.p[name.n - 1] != '.')
        return name;
    name.n--;
    for (size_t i = 0; i < name.n; i++)
        dots += name.p[i] == '.';
    name.n += servers->searches && dots < servers->ndots;
    return name;
}

struct flight *flights_join(struct flights *all, struct span name)
{
    struct span key = flights_key(all, name);
    uint64_t hash = map_hash(key);
    struct map_node *n = map_find(&all->by_name, hash, key);
    if (!n)
        return flight_new(all, key, hash);
    all->stats.joined++;
    return list_entry(n, struct flight, by_name);
}

// Starts flights as long as there are places. Those that nobody waits for any more never start.
static bool flights_start(struct flights *all)
{
    bool any = false;
    while (all->under_way < all->most && !list_empty(&all->waiting)) {
        struct flight *f = list_entry(all->waiting.next, struct flight, node);
        if (list_empty(&f->waiters))
            flight_free(f);
        else
            flight_start(f, loop_now(all->loop));
        any = true;
    }
    return any;
}

static bool flights_run(struct loop_hook *hook)
{
    struct flights *all = list_entry(hook, struct flights, hook);
    bool any = false;
    for (struct list *node; (node = list_pop(&all->ready)) != NULL; any = true)
        flight_step(list_entry(node, struct flight, ready), loop_now(all->loop));
    any |= flights_start(all);
    return wire_flush(&all->wire) || any;
}

int flights_init(struct flights *all, struct loop *l, const struct flights_options *options)
{
    *all = (struct flights){ .loop = l,
                             .most = options->in_flight,
                             .ipv4 = options->ipv4,
                             .ipv6 = options->ipv6,
                             .timeout = options->timeout,
                             .hook.run = flights_run };
    cache_init(&all->cache, options->cache_bytes);
    list_init(&all->waiting);
    list_init(&all->asking);
    list_init(&all->late);
    list_init(&all->ready);
    if (wire_init(&all->wire, l) < 0)
        return -ENOMEM;
    if (roster_init(&all->roster, &all->wire, options->servers, options->conf, options->timeout) <
        0) {
        wire_fini(&all->wire);
        return -ENOMEM;
    }
    loop_add_hook(l, &all->hook);
    return 0;
}

static void flights_free_all(struct list *flights)
{
    while (!list_empty(flights))
        flight_free(list_entry(flights->next, struct flight, node));
}

void flights_fini(struct flights *all)
{
    flights_free_all(&all->waiting);
    flights_free_all(&all->asking);
    flights_free_all(&all->late);
    loop_remove_hook(all->loop, &all->hook);
    roster_fini(&all->roster);
    wire_fini(&all->wire);
    cache_fini(&all->cache);
    map_fini(&all->by_name);
}
