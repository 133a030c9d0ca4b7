// SPDX-License-Identifier: MIT
#include "frontier/host.h"
#include "frontier/challenge.h"
#include "frontier/rules.h"
#include "sys/clock.h"
#include "web/robots.h"
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
    static const struct manners plain = { 0 };
    *t = (struct host_table){ .keep = keep, .groups = { .pace = *pace, .manners = &plain } };
    list_init(&t->idle);
}

static void host_free(struct host *h)
{
    if (h->conduct)
        conduct_forget_rules(h->conduct);
    free(h->conduct);
    challenge_free(h->challenge);
    free(h->address);
    free(h);
}

static void forget(struct host_table *t, struct host *h)
{
    if (t->retire)
        t->retire(t->arg, h);
    map_remove(&t->hosts, &h->node);
    host_busy(t, h);
    list_remove(&h->turn);
    t->count--;
    group_leave(&t->groups, h->group);
    if (h->conduct) {
        t->rules_size -= h->conduct->rules_size;
        heap_remove(&t->aside, &h->conduct->due);
    }
    host_free(h);
}

static void forget_node(struct map_node *n, void *arg)
{
    forget(arg, (struct host *)((char *)n - offsetof(struct host, node)));
}

void host_table_fini(struct host_table *t)
{
    map_each(&t->hosts, forget_node, t);
    map_fini(&t->hosts);
    map_fini(&t->groups.map);
    heap_fini(&t->aside);
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

// The group that it belongs into as far as its address is known.
static struct span name_of_group(const struct host_table *t, const struct host *h,
                                 char room[GROUP_NAME_ROOM])
{
    const char *name = strstr(h->origin, "://") + 3;
    size_t n = *name == '[' ? strcspn(name, "]") + 1 : strcspn(name, ":");
    const struct address *to = h->pinned && h->addresses ? &h->address[0] : NULL;
    return group_name(t->groups.manners, (struct span){ name, n }, to, room);
}

// What the user has said of this host alone; its pace is its group's.
static void look_at_rules(const struct host_table *t, struct host *h, struct span name)
{
    const struct manners *m = t->groups.manners;
    struct rule rule = { 0 };
    if (m->rules)
        rules_find(m->rules, name, &rule);
    h->robots = rule.parts & RULE_ROBOTS ? rule.robots : m->robots;
    h->agent = rule.agent;
}

static struct host *host_make(struct host_table *t, const struct url *u, struct span key,
                              int64_t now)
{
    char room[GROUP_NAME_ROOM];
    struct host *h = calloc(1, sizeof *h + key.n + 1);
    if (!h)
        return NULL;
    memcpy(h->origin, key.p, key.n);
    list_init(&h->queue);
    list_init(&h->turn);
    list_init(&h->idle);
    list_init(&h->changed);
    h->proxy = t->proxies ? proxy_choose(t->proxies, u->https, url_host(u)) : NULL;
    h->pinned = t->groups.manners->group == MANNERS_IP && !h->proxy;
    h->special = names_special(u);
    look_at_rules(t, h, url_host(u));
    if (open_literal(h, u) < 0)
        goto fail;
    h->group = group_join(&t->groups, name_of_group(t, h, room));
    if (!h->group)
        goto fail;
    if (map_add(&t->hosts, &h->node, map_hash(key), (struct span){ h->origin, key.n }) < 0)
        goto fail;
    t->count++;
    host_idle(t, h, now);
    return h;
fail:
    if (h->group)
        group_leave(&t->groups, h->group);
    host_free(h);
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

enum {
    FORGET_LOOK = 8,      // of the longest idle are looked at for one that may be forgotten
    RULES_MOST = 64 << 20 // bytes of robots rules, and idle hosts are forgotten sooner
};

static bool has_too_many(const struct host_table *t)
{
    return t->idle_count > t->keep || t->rules_size > RULES_MOST;
}

void host_idle(struct host_table *t, struct host *h, int64_t now)
{
    if (!list_empty(&h->idle))
        return;
    list_push(&t->idle, &h->idle);
    t->idle_count++;
    // The newest one never goes: the caller has just been given it. Neither does one whose pace
    // would be forgotten with it, as long as there are not too many of those.
    for (unsigned looked = 0; has_too_many(t) && looked < FORGET_LOOK; looked++) {
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

// Brings the address that was the first one to the front again, if it is there still: so a host
// stays in its group. Otherwise one that is not special, if there is one.
static void order(struct address *a, unsigned n, const struct address *first)
{
    unsigned k = 0;
    while (k < n && !(first && address_equal(&a[k], first)))
        k++;
    for (unsigned p = 0; k == n && p < n; p++)
        if (!address_is_special(&a[p]))
            k = p;
    if (k == n)
        return;
    struct address chosen = a[k];
    memmove(a + 1, a, k * sizeof *a);
    a[0] = chosen;
}

int host_answer(struct host *h, const struct resolve_answer *answer, int64_t now)
{
    struct address *copy = NULL;
    if (answer->count > 0) {
        copy = malloc(answer->count * sizeof *copy);
        if (!copy)
            return -ENOMEM;
        memcpy(copy, answer->address, answer->count * sizeof *copy);
        if (h->pinned)
            order(copy, answer->count, h->addresses ? &h->address[0] : NULL);
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

void host_turn_address(struct host *h)
{
    if (h->addresses < 2)
        return;
    struct address first = h->address[0];
    memmove(h->address, h->address + 1, (h->addresses - 1) * sizeof first);
    h->address[h->addresses - 1] = first;
}

bool host_must_move(const struct host_table *t, const struct host *h)
{
    char room[GROUP_NAME_ROOM];
    return h->pinned && !span_equal(name_of_group(t, h, room), h->group->node.key);
}

int host_move(struct host_table *t, struct host *h)
{
    char room[GROUP_NAME_ROOM];
    struct group *g = group_join(&t->groups, name_of_group(t, h, room));
    if (!g)
        return -ENOMEM;
    group_leave(&t->groups, h->group);
    h->group = g;
    if (h->conduct && h->conduct->rules)
        group_set_crawl_delay(&t->groups, g, robots_delay(h->conduct->rules));
    return 0;
}

struct conduct *host_conduct(struct host *h)
{
    if (!h->conduct && (h->conduct = calloc(1, sizeof *h->conduct))) {
        h->conduct->host = h;
        h->conduct->health.heard = h->heard;
    }
    return h->conduct;
}

int host_take_rules(struct host_table *t, struct host *h, struct span rules, int64_t until)
{
    struct conduct *c = host_conduct(h);
    size_t before = c ? c->rules_size : 0;
    int r = c ? conduct_take_rules(c, rules, until) : -ENOMEM;
    if (r < 0)
        return r;
    t->rules_size += c->rules_size - before;
    group_set_crawl_delay(&t->groups, h->group, c->rules ? robots_delay(c->rules) : -1);
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
