// SPDX-License-Identifier: MIT
#include "sched/permit.h"
#include "sched/task.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

// What a waiter wants is in its slot.

void permit_init(struct permit *p, size_t limit)
{
    *p = (struct permit){ .limit = limit };
    list_init(&p->waiting);
}

void permit_fini(struct permit *p)
{
    if (!list_empty(&p->waiting)) {
        log_error("permit_fini: a fiber is parked in permit_take");
        abort();
    }
}

static bool permit_has_room(const struct permit *p, size_t n)
{
    if (p->taken == 0)
        return p->limit > 0;
    return p->taken <= p->limit && n <= p->limit - p->taken;
}

static void permit_serve(struct permit *p)
{
    while (!list_empty(&p->waiting)) {
        struct waiter *w = list_entry(p->waiting.next, struct waiter, node);
        size_t n = (size_t)(uintptr_t)w->slot;
        if (!permit_has_room(p, n))
            return;
        p->taken += n;
        waiter_fire(w, 0);
    }
}

bool permit_try(struct permit *p, size_t n)
{
    if (!list_empty(&p->waiting) || !permit_has_room(p, n))
        return false;
    p->taken += n;
    return true;
}

int permit_take(struct permit *p, size_t n, int64_t deadline)
{
    if (permit_try(p, n))
        return 0;
    struct waiter w = { .slot = (void *)(uintptr_t)n };
    list_push(&p->waiting, &w.node);
    int r = park_as("permit_take", &w, 1, deadline);
    if (r == 0)
        return 0;
    // Who went away may have been in the way of smaller ones.
    permit_serve(p);
    return r;
}

void permit_give(struct permit *p, size_t n)
{
    if (n > p->taken) {
        log_error("permit_give: %zu given back, but only %zu are taken", n, p->taken);
        abort();
    }
    p->taken -= n;
    permit_serve(p);
}

void permit_set_limit(struct permit *p, size_t limit)
{
    p->limit = limit;
    permit_serve(p);
}
