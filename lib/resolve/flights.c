// SPDX-License-Identifier: MIT
#include "resolve/flights.h"
#include "sys/clock.h"
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
    int64_t now = loop_now(all->loop);
    for (; !list_empty(&all->waiting); any = true) {
        struct flight *f = list_entry(all->waiting.next, struct flight, node);
        if (list_empty(&f->waiters))
            flight_free(f);
        else if (pace_start(&all->pace, now))
            flight_start(f, now);
        else
            break;
    }
    if (list_empty(&all->waiting) || pace_next(&all->pace) == CLOCK_NEVER)
        loop_disarm(all->loop, &all->turn);
    else if (!all->turn.place)
        loop_arm(all->loop, &all->turn, pace_next(&all->pace));
    return any;
}

// The hook, which runs after this, finds that there is room.
static void flights_turn(struct loop_timer *timer)
{
    (void)timer;
}

static bool flights_run(struct loop_hook *hook)
{
    struct flights *all = list_entry(hook, struct flights, hook);
    bool any = false;
    for (struct list *node; (node = list_pop(&all->ready)) != NULL; any = true)
        flight_step(list_entry(node, struct flight, ready), loop_now(all->loop));
    return flights_start(all) || any;
}

int flights_init(struct flights *all, struct loop *l, const struct flights_options *options)
{
    *all = (struct flights){ .loop = l,
                             .ipv4 = options->ipv4,
                             .ipv6 = options->ipv6,
                             .timeout = options->timeout,
                             .hook.run = flights_run,
                             .turn.fire = flights_turn };
    pace_init(&all->pace, options->in_flight);
    cache_init(&all->cache, options->cache_bytes);
    list_init(&all->waiting);
    list_init(&all->asking);
    list_init(&all->late);
    list_init(&all->ready);
    int err = roster_init(&all->roster, l, options->servers, options->conf, options->timeout);
    if (err < 0)
        return err;
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
    loop_disarm(all->loop, &all->turn);
    roster_fini(&all->roster);
    cache_fini(&all->cache);
    map_fini(&all->by_name);
}
