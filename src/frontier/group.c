// SPDX-License-Identifier: MIT
#include "frontier/group.h"
#include "frontier/rules.h"
#include "web/domain.h"
#include <stdlib.h>

static struct span address_name(const struct address *a, char room[GROUP_NAME_ROOM])
{
    bool six = a->family == 6;
    size_t n = address_text_hex(a, room + six);
    if (!six)
        return (struct span){ room, n };
    room[0] = '[';
    room[n + 1] = ']';
    return (struct span){ room, n + 2 };
}

struct span group_name(const struct manners *m, struct span host, const struct address *to,
                       char room[GROUP_NAME_ROOM])
{
    if (m->group == MANNERS_DOMAIN)
        return domain_registrable(m->domains, host);
    return m->group == MANNERS_IP && to ? address_name(to, room) : host;
}

// The delay that holds.
static void apply(struct group *g)
{
    bool floor = !g->fixed && g->floor > g->adapt.delay;
    gate_set_delay(&g->gate, floor ? g->floor : g->adapt.delay);
}

// What the run says of all groups, and then the user's rules of this one.
static void begin(const struct group_table *t, struct group *g, struct span name)
{
    const struct manners *m = t->manners;
    struct rule rule = { 0 };
    g->gate = t->pace;
    if (m->rules)
        rules_find(m->rules, name, &rule);
    g->fixed = rule.parts & RULE_DELAY;
    if (rule.parts & (RULE_CONNECTIONS | RULE_DELAY | RULE_RATE)) {
        unsigned limit = rule.parts & RULE_CONNECTIONS ? rule.connections : t->pace.limit;
        gate_init(&g->gate, limit, g->fixed ? rule.delay : t->pace.delay, rule.rate);
        if (!(rule.parts & RULE_RATE))
            g->gate.bucket = t->pace.bucket;
    }
    if (t->asked)
        gate_was_asked(&g->gate, t->asked);
    if (m->adapt)
        adapt_init(&g->adapt, &m->adaptation, g->gate.delay,
                   g->fixed ? rule.delay : m->least_delay);
    else
        g->adapt.delay = g->gate.delay;
    apply(g);
}

struct group *group_join(struct group_table *t, struct span name)
{
    uint64_t hash = map_hash(name);
    struct map_node *n = map_find(&t->map, hash, name);
    struct group *g = n ? (struct group *)((char *)n - offsetof(struct group, node)) : NULL;
    if (!g) {
        g = calloc(1, sizeof *g + name.n + 1);
        if (!g)
            return NULL;
        memcpy(g->name, name.p, name.n);
        list_init(&g->first);
        list_init(&g->hosts);
        list_init(&g->ready);
        begin(t, g, name);
        if (map_add(&t->map, &g->node, hash, (struct span){ g->name, name.n }) < 0) {
            free(g);
            return NULL;
        }
    }
    g->members++;
    return g;
}

void group_leave(struct group_table *t, struct group *g)
{
    if (--g->members > 0)
        return;
    list_remove(&g->ready);
    map_remove(&t->map, &g->node);
    free(g);
}

void group_good(struct group_table *t, struct group *g, int64_t latency)
{
    if (!t->manners->adapt)
        return;
    adapt_good(&g->adapt, &t->manners->adaptation, latency);
    apply(g);
}

void group_bad(struct group_table *t, struct group *g, int64_t began, int64_t now)
{
    if (!t->manners->adapt)
        return;
    adapt_bad(&g->adapt, &t->manners->adaptation, began, now);
    apply(g);
}

void group_recall(struct group_table *t, struct group *g, int64_t delay, int64_t latency)
{
    if (!t->manners->adapt)
        return;
    adapt_recall(&g->adapt, &t->manners->adaptation, delay, latency);
    apply(g);
}

void group_set_crawl_delay(struct group_table *t, struct group *g, int64_t delay)
{
    int64_t most = t->manners->most_crawl_delay;
    delay = delay < 0 ? 0 : delay > most ? most : delay;
    if (g->members == 1 || delay > g->floor)
        g->floor = delay;
    apply(g);
}
