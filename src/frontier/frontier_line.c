// SPDX-License-Identifier: MIT
#include "frontier/frontier_line.h"
#include "sys/clock.h"

void frontier_place(struct frontier *f, struct group *g, int64_t now)
{
    bool has = !list_empty(&g->first) || (!list_empty(&g->hosts) && g->reserved == 0);
    int64_t at = has ? gate_next(&g->gate, now) : CLOCK_NEVER;
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

// Whether the host is one that gets a single exchange to show that it is well again.
static bool is_on_trial(const struct host *h)
{
    return h->conduct && health_is_ill(&h->conduct->health);
}

// Puts a host that belongs into another group there; false: not yet. Without memory it stays where
// it is for another turn.
static bool settle_group(struct frontier *f, struct host *h)
{
    if (!h->moving)
        return true;
    if (h->in_flight || h->asked)
        return false;
    h->moving = host_move(&f->hosts, h) < 0;
    return true;
}

void frontier_line_up(struct frontier *f, struct host *h, int64_t now)
{
    if (!list_empty(&h->turn) || h->queued == 0)
        return;
    if (h->state == HOST_OPEN && h->expires <= now)
        h->state = HOST_CLOSED; // its addresses have to be asked for again
    if (h->state == HOST_OPEN) {
        if (!settle_group(f, h) || (h->in_flight && is_on_trial(h)))
            return;
        list_push(&h->group->hosts, &h->turn);
        frontier_place(f, h->group, now);
    } else if (h->state == HOST_CLOSED) {
        h->state = HOST_WAITING;
        list_push(&f->unopened, &h->turn);
    } else if (h->state == HOST_LOST) {
        list_push(&f->lost, &h->turn);
    }
}

void frontier_step_out(struct frontier *f, struct host *h, int64_t now)
{
    list_remove(&h->turn);
    frontier_place(f, h->group, now);
}

void frontier_rest(struct frontier *f, struct host *h, int64_t now)
{
    if (h->queued == 0 && h->in_flight == 0 && h->state != HOST_OPENING &&
        h->state != HOST_ASKING && h->asked == 0 && !h->overflow)
        host_idle(&f->hosts, h, now);
}
