// SPDX-License-Identifier: MIT
#include "frontier/frontier_line.h"
#include "sys/clock.h"
#include "web/robots.h"
#include <errno.h>

void frontier_init(struct frontier *f, const struct gate *pace, unsigned keep_hosts)
{
    *f = (struct frontier){ 0 };
    host_table_init(&f->hosts, pace, keep_hosts);
    list_init(&f->ready);
    list_init(&f->unopened);
    list_init(&f->asking);
    list_init(&f->lost);
    list_init(&f->denied);
}

// No path takes more than three bytes for one in each of its three forms: with that much room a
// verdict cannot fail.
int frontier_set_manners(struct frontier *f, const struct manners *m)
{
    f->hosts.groups.manners = m;
    return buffer_reserve(&f->scratch, (size_t)9 * URL_MAX) ? 0 : -ENOMEM;
}

void frontier_fini(struct frontier *f)
{
    host_table_fini(&f->hosts);
    heap_fini(&f->paced);
    heap_fini(&f->delayed);
    buffer_fini(&f->scratch);
}

int frontier_add(struct frontier *f, struct item *i, bool first, int64_t now)
{
    struct host *h;
    int r = host_get(&f->hosts, &i->url, now, &h);
    if (r < 0)
        return r;
    host_busy(&f->hosts, h);
    i->host = h;
    if (first)
        list_push_front(&h->queue, &i->node);
    else
        list_push(&h->queue, &i->node);
    h->queued++;
    f->queued++;
    f->waiting++;
    frontier_line_up(f, h, now);
    return 0;
}

int frontier_delay(struct frontier *f, struct item *i, int64_t at)
{
    int r = heap_add(&f->delayed, &i->due, at);
    f->waiting += r == 0;
    return r;
}

void frontier_advance(struct frontier *f, int64_t now)
{
    struct heap_node *n;
    while ((n = heap_first(&f->delayed)) && n->key <= now) {
        struct item *i = (struct item *)((char *)n - offsetof(struct item, due));
        if (frontier_add(f, i, false, now) < 0) {
            heap_move(&f->delayed, n, now + CLOCK_S);
            return;
        }
        heap_remove(&f->delayed, n);
        f->waiting--; // frontier_add counted it again
    }
    while ((n = heap_first(&f->hosts.aside)) && n->key <= now)
        frontier_recall(f, conduct_of_due(n)->host, now);
    while ((n = heap_first(&f->paced)) && n->key <= now)
        frontier_place(f, (struct group *)((char *)n - offsetof(struct group, due)), now);
}

struct item *frontier_take(struct frontier *f, struct host *h, int64_t now)
{
    struct list *l = list_pop(&h->queue);
    if (!l)
        return NULL;
    f->queued--;
    f->waiting--;
    if (--h->queued == 0) {
        list_remove(&h->turn);
        if (h->state == HOST_WAITING)
            h->state = HOST_CLOSED;
    }
    frontier_rest(f, h, now);
    return list_entry(l, struct item, node);
}

// Takes what the rules do not allow from the front of the queue, some of it. Returns whether what
// is at the front now may start.
static bool pass_denied(struct frontier *f, struct host *h, int64_t now)
{
    enum { AT_ONCE = 64 };
    const struct robots_rules *rules = h->robots && h->conduct ? h->conduct->rules : NULL;
    for (unsigned k = 0; rules && k < AT_ONCE; k++) {
        if (h->queued == 0)
            return false;
        struct item *i = list_entry(h->queue.next, struct item, node);
        struct robots_verdict v;
        robots_match(rules, url_path_query(&i->url), &f->scratch, &v); // has the room that it needs
        if (v.allowed)
            return true;
        i->id = v.line;
        bool last = h->queued == 1;
        list_push(&f->denied, &frontier_take(f, h, now)->node);
        if (last)
            return false; // and the host may be forgotten
    }
    return !rules;
}

// Has `h`, whose turn it is and who is in no line, start something. Returns the item; NULL when it
// is in the line where it belongs instead.
static struct item *start(struct frontier *f, struct host *h, int64_t now)
{
    struct group *g = h->group;
    if (!h->moving && h->expires > now && host_must_ask(h, now)) {
        frontier_reserve(f, h);
        return NULL;
    }
    if (h->moving || h->expires <= now || (h->queued && !pass_denied(f, h, now))) {
        frontier_line_up(f, h, now);
        return NULL;
    }
    gate_start(&g->gate, now);
    h->in_flight++;
    struct item *i = frontier_take(f, h, now);
    frontier_line_up(f, h, now);
    return i;
}

// Has the first robots.txt of the group start.
static struct item *start_first(struct group *g, int64_t now)
{
    struct item *i = list_entry(list_pop(&g->first), struct item, node);
    struct host *h = i->host;
    frontier_unreserve(h);
    h->asked--;
    h->in_flight++;
    gate_start(&g->gate, now);
    return i;
}

struct item *frontier_next(struct frontier *f, int64_t now)
{
    struct item *i = NULL;
    while (!i && !list_empty(&f->ready) && list_empty(&f->denied)) {
        struct group *g = list_entry(f->ready.next, struct group, ready);
        list_remove(&g->ready);
        bool may = gate_next(&g->gate, now) <= now;
        g->members++; // it must outlive a host that is forgotten
        if (may && !list_empty(&g->first)) {
            i = start_first(g, now);
        } else if (may && g->reserved == 0 && !list_empty(&g->hosts)) {
            struct host *h = list_entry(g->hosts.next, struct host, turn);
            list_remove(&h->turn);
            i = start(f, h, now);
        }
        frontier_place(f, g, now);
        group_leave(&f->hosts.groups, g);
    }
    return i;
}

void frontier_ended(struct frontier *f, struct host *h, int64_t now, int64_t hold)
{
    h->in_flight--;
    gate_end(&h->group->gate, now);
    if (hold > 0)
        gate_hold(&h->group->gate, hold);
    frontier_place(f, h->group, now);
    frontier_line_up(f, h, now); // it may have waited for this
    frontier_rest(f, h, now);
}

struct host *frontier_unopened(struct frontier *f, int64_t now)
{
    struct list *l = list_pop(&f->unopened);
    if (!l)
        return NULL;
    struct host *h = list_entry(l, struct host, turn);
    h->state = HOST_OPENING;
    h->lookup_began = now;
    return h;
}

void frontier_opened(struct frontier *f, struct host *h, bool open, int64_t now)
{
    if (h->state == HOST_OPENING)
        h->state = open ? HOST_OPEN : HOST_CLOSED;
    h->moving |= open && host_must_move(&f->hosts, h);
    // What waited for this look-up goes by its answer, even one that holds for no time at all.
    if (open && h->expires <= now)
        h->expires = now + CLOCK_S;
    frontier_line_up(f, h, now);
    frontier_rest(f, h, now);
}

int64_t frontier_due(const struct frontier *f)
{
    const struct heap_node *first[] = { heap_first(&f->paced), heap_first(&f->delayed),
                                        heap_first(&f->hosts.aside) };
    int64_t at = CLOCK_NEVER;
    for (size_t k = 0; k < sizeof first / sizeof *first; k++)
        if (first[k] && first[k]->key < at)
            at = first[k]->key;
    return at;
}

static struct host *any_host(struct frontier *f)
{
    struct list *l = f->lost.next;
    if (l != &f->lost)
        return list_entry(l, struct host, turn);
    l = f->unopened.next;
    if (l != &f->unopened)
        return list_entry(l, struct host, turn);
    l = f->ready.next;
    struct group *g = NULL;
    if (l != &f->ready)
        g = list_entry(l, struct group, ready);
    else if (heap_first(&f->paced))
        g = (struct group *)((char *)heap_first(&f->paced) - offsetof(struct group, due));
    return g && !list_empty(&g->hosts) ? list_entry(g->hosts.next, struct host, turn) : NULL;
}

struct item *frontier_drain(struct frontier *f, int64_t now)
{
    struct heap_node *n = heap_first(&f->delayed);
    if (n) {
        heap_remove(&f->delayed, n);
        f->waiting--;
        return (struct item *)((char *)n - offsetof(struct item, due));
    }
    struct host *h;
    while ((h = frontier_asking(f)))
        frontier_asked(f, h, now);
    while ((n = heap_first(&f->hosts.aside)))
        frontier_recall(f, conduct_of_due(n)->host, now);
    h = any_host(f);
    if (!h)
        return NULL;
    struct group *g = h->group;
    struct item *i = frontier_take(f, h, now);
    frontier_place(f, g, now);
    return i;
}
