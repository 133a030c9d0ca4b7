// SPDX-License-Identifier: MIT
// What manners ask for beyond a pace: hosts that are asked for their robots.txt first, hosts that
// are set aside or given up.
#include "frontier/frontier_line.h"
#include "sys/clock.h"

// The group waits for the robots.txt of `h`, whose turn it is.
void frontier_reserve(struct frontier *f, struct host *h)
{
    h->state = HOST_ASKING;
    h->reserved = true;
    h->group->reserved++;
    list_push(&f->asking, &h->turn);
}

void frontier_unreserve(struct host *h)
{
    h->group->reserved -= h->reserved;
    h->reserved = false;
}

struct host *frontier_asking(struct frontier *f)
{
    struct list *l = list_pop(&f->asking);
    return l ? list_entry(l, struct host, turn) : NULL;
}

void frontier_ask(struct frontier *f, struct item *i, struct host *h, int64_t now)
{
    host_busy(&f->hosts, h);
    h->asked++;
    i->host = h;
    list_push(&h->group->first, &i->node);
    frontier_place(f, h->group, now);
}

void frontier_unask(struct frontier *f, struct item *i, int64_t now)
{
    struct host *h = i->host;
    list_remove(&i->node);
    h->asked--;
    frontier_place(f, h->group, now);
    frontier_line_up(f, h, now);
    frontier_rest(f, h, now);
}

void frontier_keep(struct frontier *f, struct host *h)
{
    host_busy(&f->hosts, h);
    h->asked++;
}

void frontier_let_go(struct frontier *f, struct host *h, int64_t now)
{
    h->asked--;
    frontier_line_up(f, h, now);
    frontier_rest(f, h, now);
}

void frontier_asked(struct frontier *f, struct host *h, int64_t now)
{
    frontier_unreserve(h);
    if (h->state == HOST_ASKING)
        h->state = HOST_OPEN;
    frontier_step_out(f, h, now);
    frontier_line_up(f, h, now);
    frontier_rest(f, h, now);
}

int frontier_set_aside(struct frontier *f, struct host *h, int64_t until, int64_t now)
{
    struct heap_node *due = &h->conduct->due;
    int r = due->place ? 0 : heap_add(&f->hosts.aside, due, until);
    if (r < 0)
        return r;
    heap_move(&f->hosts.aside, due, until);
    h->state = HOST_ASIDE;
    frontier_step_out(f, h, now);
    return 0;
}

void frontier_recall(struct frontier *f, struct host *h, int64_t now)
{
    if (h->state == HOST_LOST)
        frontier_step_out(f, h, now);
    else if (h->state != HOST_ASIDE)
        return;
    heap_remove(&f->hosts.aside, &h->conduct->due);
    h->state = HOST_OPEN;
    frontier_line_up(f, h, now);
}

void frontier_recall_all(struct frontier *f, int64_t now, int64_t span, uint64_t random)
{
    struct heap *aside = &f->hosts.aside;
    for (size_t k = 0; k < aside->count; k++)
        if (aside->at[k].key > clock_after(now, span)) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407U;
            heap_move(aside, aside->at[k].node,
                      now + (int64_t)((random >> 16) % (uint64_t)(span ? span : 1)));
        }
}

void frontier_give_up(struct frontier *f, struct host *h, int64_t now)
{
    if (h->conduct)
        heap_remove(&f->hosts.aside, &h->conduct->due);
    h->state = HOST_LOST;
    frontier_step_out(f, h, now);
    frontier_line_up(f, h, now);
}

struct host *frontier_lost(struct frontier *f)
{
    struct list *l = list_pop(&f->lost);
    return l ? list_entry(l, struct host, turn) : NULL;
}

struct item *frontier_denied(struct frontier *f, unsigned *line)
{
    struct list *l = list_pop(&f->denied);
    if (!l)
        return NULL;
    struct item *i = list_entry(l, struct item, node);
    *line = i->id;
    return i;
}
