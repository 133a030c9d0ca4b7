// SPDX-License-Identifier: MIT
#include "frontier/frontier.h"
#include "sys/clock.h"
#include <errno.h>

void frontier_init(struct frontier *f, const struct gate *pace, unsigned keep_hosts)
{
    *f = (struct frontier){ 0 };
    host_table_init(&f->hosts, pace, keep_hosts);
    list_init(&f->ready);
    list_init(&f->unopened);
}

void frontier_fini(struct frontier *f)
{
    host_table_fini(&f->hosts);
    heap_fini(&f->paced);
    heap_fini(&f->delayed);
}

// Puts a group where it belongs now: among the ready, among those that wait for a time, or nowhere,
// when it has nothing to start or only the end of an exchange can tell. A group that is ready keeps
// its turn.
static void place(struct frontier *f, struct group *g, int64_t now)
{
    int64_t at = list_empty(&g->hosts) ? CLOCK_NEVER : gate_next(&g->gate, now);
    if (at > now)
        list_remove(&g->ready);
    else if (list_empty(&g->ready))
        list_push(&f->ready, &g->ready);
    bool waits = at > now && at < CLOCK_NEVER;
    if (!waits)
        heap_remove(&f->paced, &g->due);
    else if (g->due.place)
        heap_move(&f->paced, &g->due, at);
    else if (heap_add(&f->paced, &g->due, at) < 0)
        list_push(&f->ready,
                  &g->ready); // no memory to wait with: looked at again each time instead
}

// Puts a host that has something queued in line: for its turn in the group, or for being opened.
static void line_up(struct frontier *f, struct host *h, int64_t now)
{
    if (!list_empty(&h->turn) || h->queued == 0)
        return;
    if (h->state == HOST_OPEN && h->expires <= now)
        h->state = HOST_CLOSED; // its addresses have to be asked for again
    if (h->state == HOST_OPEN) {
        list_push(&h->group->hosts, &h->turn);
        place(f, h->group, now);
    } else if (h->state == HOST_CLOSED) {
        h->state = HOST_WAITING;
        list_push(&f->unopened, &h->turn);
    }
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
    line_up(f, h, now);
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
        if (frontier_add(f, i, true, now) < 0) {
            heap_move(&f->delayed, n, now + CLOCK_S);
            return;
        }
        heap_remove(&f->delayed, n);
        f->waiting--; // frontier_add counted it again
    }
    while ((n = heap_first(&f->paced)) && n->key <= now)
        place(f, (struct group *)((char *)n - offsetof(struct group, due)), now);
}

static void leave_if_idle(struct frontier *f, struct host *h, int64_t now)
{
    if (h->queued == 0 && h->in_flight == 0 && h->state != HOST_OPENING && !h->overflow)
        host_idle(&f->hosts, h, now);
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
    leave_if_idle(f, h, now);
    return list_entry(l, struct item, node);
}

struct item *frontier_next(struct frontier *f, int64_t now)
{
    while (!list_empty(&f->ready)) {
        struct group *g = list_entry(f->ready.next, struct group, ready);
        list_remove(&g->ready);
        if (list_empty(&g->hosts) || gate_next(&g->gate, now) > now) {
            place(f, g, now);
            continue;
        }
        struct host *h = list_entry(g->hosts.next, struct host, turn);
        list_remove(&h->turn);
        if (h->expires <= now) {
            line_up(f, h, now);
            place(f, g, now);
            continue;
        }
        gate_start(&g->gate, now);
        h->in_flight++;
        struct item *i = frontier_take(f, h, now);
        line_up(f, h, now);
        place(f, g, now);
        return i;
    }
    return NULL;
}

void frontier_ended(struct frontier *f, struct host *h, int64_t now, int64_t hold)
{
    h->in_flight--;
    gate_end(&h->group->gate, now);
    if (hold > 0)
        gate_hold(&h->group->gate, hold);
    place(f, h->group, now);
    leave_if_idle(f, h, now);
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
    h->state = open ? HOST_OPEN : HOST_CLOSED;
    // What waited for this look-up goes by its answer, even one that holds for no time at all.
    if (open && h->expires <= now)
        h->expires = now + CLOCK_S;
    line_up(f, h, now);
    leave_if_idle(f, h, now);
}

int64_t frontier_due(const struct frontier *f)
{
    struct heap_node *p = heap_first(&f->paced), *d = heap_first(&f->delayed);
    int64_t at = p ? p->key : CLOCK_NEVER;
    return d && d->key < at ? d->key : at;
}

static struct host *any_host(struct frontier *f)
{
    struct list *l = f->unopened.next;
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
    struct host *h = any_host(f);
    if (!h)
        return NULL;
    struct group *g = h->group;
    struct item *i = frontier_take(f, h, now);
    place(f, g, now);
    return i;
}
