// SPDX-License-Identifier: MIT
#include "resolve/resolver.h"
#include "resolve/flights.h"
#include "resolve/hosts.h"
#include "resolve/overrides.h"
#include "resolve/verdict.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <ares.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RESOLVER_TIMEOUT (10 * CLOCK_S)
enum { RESOLVER_CACHE = 32 << 20, RESOLVER_IN_FLIGHT = 512 };

struct resolver {
    struct loop *loop;
    bool ipv4, ipv6;
    struct overrides overrides;
    struct hosts hosts;
    struct flights flights;
};

static int resolver_read_overrides(struct resolver *r, const char *const *list, char *why,
                                   size_t room)
{
    int err = 0;
    for (; !err && list && *list; list++)
        err = overrides_add(&r->overrides, *list, why, room);
    return err;
}

static int resolver_start_flights(struct resolver *r, const struct resolver_options *o, char *why,
                                  size_t room)
{
    struct servers servers;
    if (o->servers && servers_parse(&servers, o->servers, why, room) < 0)
        return -EINVAL;
    struct flights_options options = {
        .servers = o->servers ? &servers : NULL,
        .conf = "/etc/resolv.conf",
        .cache_bytes = o->cache_bytes ? o->cache_bytes : RESOLVER_CACHE,
        .in_flight = o->in_flight ? o->in_flight : RESOLVER_IN_FLIGHT,
        .timeout = o->timeout ? o->timeout : RESOLVER_TIMEOUT,
        .ipv4 = r->ipv4,
        .ipv6 = r->ipv6,
    };
    return flights_init(&r->flights, r->loop, &options);
}

int resolver_new(struct resolver **out, struct loop *l, const struct resolver_options *options,
                 char *why, size_t room)
{
    if (room)
        *why = 0;
    struct resolver *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->loop = l;
    r->ipv4 = options->ipv4 || !options->ipv6;
    r->ipv6 = options->ipv6 || !options->ipv4;
    int err = -EIO;
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
        goto free_resolver;
    err = resolver_read_overrides(r, options->overrides, why, room);
    if (err < 0)
        goto free_tables;
    err = hosts_load(&r->hosts, "/etc/hosts");
    if (err < 0)
        goto free_tables;
    err = resolver_start_flights(r, options, why, room);
    if (err < 0)
        goto free_tables;
    *out = r;
    return 0;
free_tables:
    hosts_fini(&r->hosts);
    overrides_fini(&r->overrides);
    ares_library_cleanup();
free_resolver:
    free(r);
    return err;
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    flights_fini(&r->flights);
    hosts_fini(&r->hosts);
    overrides_fini(&r->overrides);
    ares_library_cleanup();
    free(r);
}

// What `source` says, for ever: the addresses of the wanted families.
static void resolver_say(const struct resolver *r, const struct address *a, unsigned count,
                         const char *source, struct resolve_answer *out)
{
    struct finding six = { .kind = FINDING_UNWANTED }, four = { .kind = FINDING_UNWANTED };
    six.expires = four.expires = CLOCK_NEVER;
    six.server = four.server = source;
    for (unsigned i = 0; i < count; i++) {
        struct finding *f = a[i].family == 6 ? &six : &four;
        if (f->count < RESOLVE_ADDRESSES)
            f->address[f->count++] = a[i];
    }
    if (r->ipv6)
        six.kind = six.count ? FINDING_ADDRESSES : FINDING_EMPTY;
    if (r->ipv4)
        four.kind = four.count ? FINDING_ADDRESSES : FINDING_EMPTY;
    verdict_reach(out, &six, &four, 0);
}

static void resolver_deny(const char *why, struct resolve_answer *out)
{
    *out = (struct resolve_answer){ .status = RESOLVE_NOTFOUND, .expires = CLOCK_NEVER };
    snprintf(out->why, sizeof out->why, "%s", why);
}

// RFC 6761 §6.3. What /etc/hosts says is followed as far as it is loopback: it knows the families
// of this machine.
static void resolver_say_localhost(const struct resolver *r, struct span name,
                                   struct resolve_answer *out)
{
    static const struct address both[] = { { 6, { [15] = 1 } }, { 4, { 127, 0, 0, 1 } } };
    struct address loopback[RESOLVE_ADDRESSES];
    unsigned count = 0;
    const struct hosts_entry *e = hosts_find(&r->hosts, name);
    for (unsigned i = 0; e && i < e->count && count < RESOLVE_ADDRESSES; i++)
        if (address_classify(e->address[i].family, e->address[i].bytes) == ADDRESS_LOOPBACK)
            loopback[count++] = e->address[i];
    if (count)
        resolver_say(r, loopback, count, "/etc/hosts", out);
    if (!count || out->status != RESOLVE_FOUND)
        resolver_say(r, both, 2, "RFC 6761", out);
}

// Whether `name` is an address as it is written in a URL.
static bool resolver_literal(struct span name, struct address *a)
{
    if (name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']')
        name = (struct span){ name.p + 1, name.n - 2 };
    return address_parse(a, name) == 0;
}

// What is known of `name` (without a trailing dot) without asking a server.
static bool resolver_fixed(const struct resolver *r, struct span name, struct resolve_answer *out)
{
    const struct hosts_entry *e;
    struct address literal;
    if (resolver_literal(name, &literal)) {
        resolver_say(r, &literal, 1, "the address itself", out);
    } else if (hosts_is_localhost(name)) {
        resolver_say_localhost(r, name, out);
    } else if ((e = hosts_find(&r->hosts, name))) {
        resolver_say(r, e->address, e->count, "/etc/hosts", out);
        return out->status == RESOLVE_FOUND; // else the other family may be in DNS
    } else if (hosts_is_nowhere(name)) {
        resolver_deny("names in this domain are never in DNS", out);
    } else if (!query_holds(name)) {
        resolver_deny("not a name that DNS can hold", out);
    } else {
        return false;
    }
    return true;
}

// What needs no waiting. The cache comes before what is fixed, for it has nothing that is.
static bool resolver_at_once(struct resolver *r, struct span name, uint16_t port,
                             struct resolve_answer *out)
{
    struct span bare = name;
    if (bare.n > 1 && bare.p[bare.n - 1] == '.')
        bare.n--;
    const struct overrides_entry *e = overrides_find(&r->overrides, bare, port);
    if (e) {
        resolver_say(r, e->address, e->count, "--resolve", out);
        return true;
    }
    if (cache_get(&r->flights.cache, flights_key(&r->flights, name), loop_now(r->loop), out)) {
        r->flights.stats.from_cache++;
        return true;
    }
    return resolver_fixed(r, bare, out);
}

bool resolver_known(struct resolver *r, struct span name, uint16_t port, struct resolve_answer *out)
{
    if (!resolver_at_once(r, name, port, out))
        return false;
    r->flights.stats.lookups++;
    return true;
}

int resolver_lookup(struct resolver *r, struct span name, uint16_t port, struct resolve_answer *out,
                    int64_t deadline)
{
    r->flights.stats.lookups++;
    if (resolver_at_once(r, name, port, out))
        return 0;
    struct flight *f = flights_join(&r->flights, name);
    if (!f)
        return -ENOMEM;
    struct waiter w = { .slot = out };
    list_init(&w.node);
    list_push(&f->waiters, &w.node);
    int err = park(&w, 1, deadline);
    return err < 0 ? err : w.result;
}

void resolver_stats(const struct resolver *r, struct resolver_stats *out)
{
    *out = r->flights.stats;
    out->queries = roster_asked(&r->flights.roster);
    out->cache_bytes = r->flights.cache.bytes;
}
