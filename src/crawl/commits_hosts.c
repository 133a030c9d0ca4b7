// SPDX-License-Identifier: MIT
// What must not be forgotten of hosts: their addresses, their pace, how they do, and what their
// robots.txt says.
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/robots.h"
#include "ledger/host_entry.h"
#include "ledger/robots_entry.h"
#include "store/state_hosts.h"
#include "sys/clock.h"
#include "web/robots.h"
#include <errno.h>
#include <stdio.h>

enum {
    KNOWN_MOST = 16384
}; // hosts that a run goes on with, beside those that must not be asked yet

#define FRESH (24 * 3600 * CLOCK_S) // whoever failed before that is asked as if for the first time

// ---- to the store

static int64_t to_wall(const struct coordinator *c, int64_t mono, int64_t wall)
{
    return mono == CLOCK_NEVER ? INT64_MAX : wall + (mono - c->now);
}

static void fill_pace(const struct coordinator *c, const struct host *h, int64_t wall,
                      struct host_entry *e)
{
    const struct group *g = h->group;
    int64_t next = gate_next(&g->gate, c->now);
    e->held = g->gate.held > c->now;
    e->delay = g->gate.delay;
    e->interval = g->gate.bucket.interval;
    if (c->settings->manners.adapt) {
        e->learnt = g->adapt.delay;
        e->latency = g->adapt.latency;
    }
    if (next == CLOCK_NEVER) // until an exchange that is under way ends
        next = e->held ? g->gate.held : c->now;
    if (next > c->now)
        e->until = to_wall(c, next, wall);
}

static void fill_health(const struct coordinator *c, const struct host *h, int64_t wall,
                        struct host_entry *e)
{
    const struct conduct *k = h->conduct;
    if (!k || k->health.failures == 0)
        return;
    bool down = health_is_cut_off(&c->frontier.network); // which is not its fault
    e->failures = k->health.failures;
    e->pauses = down ? 0 : k->health.pauses;
    e->failed = to_wall(c, k->health.last, wall);
    e->failing = k->health.last - k->health.since;
    e->blamed = k->health.blamed;
    e->aside = h->state != HOST_ASIDE ? 0 : down ? wall : to_wall(c, k->due.key, wall);
    e->given_up = h->state == HOST_LOST;
    e->given_up_robots = e->given_up && k->given_up_robots;
    e->why = span_of(k->why);
}

static void fill_addresses(const struct coordinator *c, const struct host *h, int64_t wall,
                           struct host_entry *e)
{
    if (h->expires <= c->now || h->expires == CLOCK_NEVER || h->proxy)
        return;
    e->expires = to_wall(c, h->expires, wall);
    for (unsigned k = 0; k < h->addresses && k < HOST_ENTRY_ADDRESSES; k++)
        e->address[e->addresses++] = h->address[k];
}

static void put_host(struct coordinator *c, const struct host *h)
{
    int64_t wall = clock_wall();
    struct host_entry e = { .origin = h->node.key, .exchanges = h->exchanges, .spent = h->spent };
    struct buffer *b = &c->commits->bytes;
    fill_pace(c, h, wall, &e);
    fill_health(c, h, wall, &e);
    fill_addresses(c, h, wall, &e);
    buffer_clear(b);
    host_entry_write(b, &e);
    store_host(c->store, h->node.hash, buffer_span(b));
}

void commits_host(struct coordinator *c, struct host *h)
{
    if (c->commits && list_empty(&h->changed))
        list_push(&c->commits->hosts, &h->changed);
}

void commits_forget_host(struct coordinator *c, struct host *h)
{
    if (!c->commits || list_empty(&h->changed))
        return;
    list_remove(&h->changed);
    if (c->store)
        put_host(c, h);
}

void commits_put_hosts(struct coordinator *c)
{
    struct list *node;
    while ((node = list_pop(&c->commits->hosts)))
        put_host(c, list_entry(node, struct host, changed));
}

void commits_robots(struct coordinator *c, const struct host *h, int64_t until)
{
    if (!c->commits || !c->store || !h->conduct)
        return;
    struct buffer *b = &c->commits->bytes;
    struct robots_entry e = { .agent = robots_agent(c, h),
                              .until = to_wall(c, until, clock_wall()) };
    if (h->conduct->rules)
        e.rules = (struct span){ (const char *)h->conduct->rules, h->conduct->rules_size };
    buffer_clear(b);
    robots_entry_write(b, &e);
    store_robots(c->store, h->node.hash, buffer_span(b));
}

// ---- and back

struct loading {
    struct coordinator *c;
    struct state *state;
    int64_t wall;
    unsigned known;
    struct buffer rules; // where they lie at a multiple of 8
};

static int64_t to_mono(const struct loading *l, int64_t wall)
{
    if (wall <= l->wall)
        return l->c->now;
    return clock_after(l->c->now, wall - l->wall);
}

static void take_addresses(const struct loading *l, struct host *h, const struct host_entry *e)
{
    struct resolve_answer answer = { .status = RESOLVE_FOUND,
                                     .count = e->addresses,
                                     .expires = to_mono(l, e->expires) };
    if (!e->addresses || e->expires <= l->wall + CLOCK_S || h->state != HOST_CLOSED || h->proxy)
        return;
    memcpy(answer.address, e->address, e->addresses * sizeof *e->address);
    if (host_answer(h, &answer, l->c->now) == 0) // otherwise it is looked up
        frontier_opened(&l->c->frontier, h, true, l->c->now);
}

static bool is_failing(const struct loading *l, const struct host_entry *e)
{
    return e->failures > 0 && (e->failed > l->wall - FRESH || e->aside > l->wall);
}

// The time between the runs is nobody's fault: it goes on failing from now.
static void take_health(const struct loading *l, struct host *h, const struct host_entry *e)
{
    struct frontier *f = &l->c->frontier;
    int64_t now = l->c->now, since = now - e->failing;
    struct conduct *k = host_conduct(h);
    if (!k)
        return; // it is asked at once
    k->health = (struct health){ .since = since ? since : -1,
                                 .last = now,
                                 .blamed = e->blamed,
                                 .failures = (uint16_t)e->failures,
                                 .pauses = (uint16_t)e->pauses,
                                 .heard = h->heard };
    k->given_up_robots = e->given_up_robots;
    snprintf(k->why, sizeof k->why, "%.*s", (int)e->why.n, e->why.p ? e->why.p : "");
    if (e->given_up)
        frontier_give_up(f, h, now);
    else if (e->aside > l->wall)
        frontier_set_aside(f, h, to_mono(l, e->aside), now);
}

static int take_robots(struct loading *l, struct host *h)
{
    struct robots_entry e;
    struct span bytes;
    int r = h->robots ? state_hosts_get_robots(l->state, h->node.hash, &bytes) : 0;
    if (r > 0)
        r = robots_entry_read(&e, bytes) < 0 ? -EUCLEAN : 1;
    if (r <= 0 || e.until <= l->wall || !span_equal(e.agent, robots_agent(l->c, h)))
        return r < 0 ? r : 0;
    buffer_clear(&l->rules);
    buffer_add(&l->rules, e.rules.p, e.rules.n);
    if (l->rules.failed)
        return -ENOMEM;
    if (e.rules.n && !robots_valid(buffer_span(&l->rules)))
        return -EUCLEAN;
    return host_take_rules(&l->c->frontier.hosts, h, buffer_span(&l->rules), to_mono(l, e.until));
}

static int find_host(struct loading *l, const struct host_entry *e, struct host **out)
{
    struct buffer text = { 0 };
    struct url u;
    buffer_add(&text, e->origin.p, e->origin.n);
    buffer_add_byte(&text, '/');
    int r = text.failed ? -ENOMEM : url_parse(&u, buffer_span(&text), NULL, NULL);
    buffer_fini(&text);
    if (r < 0)
        return r == -ENOMEM ? r : -EUCLEAN;
    r = host_get(&l->c->frontier.hosts, &u, l->c->now, out);
    url_fini(&u);
    return r;
}

static int load_host(void *arg, uint64_t hash, struct span bytes)
{
    struct loading *l = arg;
    struct host_entry e;
    struct host *h;
    int r = host_entry_read(&e, bytes);
    bool waits = r == 0 && e.until > l->wall, fails = r == 0 && is_failing(l, &e);
    (void)hash;
    if (r < 0 || (!waits && !fails && l->known++ >= KNOWN_MOST))
        return r;
    r = find_host(l, &e, &h);
    if (r < 0)
        return r;
    h->heard = e.exchanges > 0 && e.failures == 0;
    take_addresses(l, h, &e);
    group_recall(&l->c->frontier.hosts.groups, h->group, e.learnt, e.latency);
    if (waits)
        gate_hold(&h->group->gate, to_mono(l, e.until));
    r = take_robots(l, h);
    if (r == 0 && fails)
        take_health(l, h, &e);
    return r;
}

int commits_load_hosts(struct coordinator *c, struct state *s, int64_t wall)
{
    struct loading l = { .c = c, .state = s, .wall = wall };
    int r = state_hosts_each(s, load_host, &l);
    buffer_fini(&l.rules);
    return r;
}
