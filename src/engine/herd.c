// SPDX-License-Identifier: MIT
#include "engine/herd.h"
#include "sched/nursery.h"
#include "sched/watch.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

struct herd {
    struct list node;
    struct zygote *zygote;
    struct list members;
    struct nursery nursery; // of the one fiber
    struct watch watch;
    uint64_t tags;
    unsigned joined;
    bool lost;
};

// Every herd there is; one, in a program that has one zygote.
static struct list herds = { &herds, &herds };

static struct herd_member *herd_find(struct herd *h, uint64_t tag)
{
    list_each(node, next, &h->members)
    {
        struct herd_member *m = list_entry(node, struct herd_member, node);
        if (m->tag == tag)
            return m;
    }
    return NULL;
}

static void herd_deliver(struct herd *h, const struct zygote_report *r)
{
    struct herd_member *m = herd_find(h, r->tag);
    if (!m)
        return; // forgotten
    if (r->event != ZYGOTE_SPAWNED)
        list_remove(&m->node);
    m->report(m, r);
}

static void herd_lose(struct herd *h)
{
    struct list *node;
    h->lost = true;
    while ((node = list_pop(&h->members))) {
        struct herd_member *m = list_entry(node, struct herd_member, node);
        m->report(m, NULL);
    }
}

static int herd_read(void *arg)
{
    struct herd *h = arg;
    struct zygote_report r;
    while (watch_readable(&h->watch, CLOCK_NEVER) == 0) {
        int some;
        while ((some = zygote_read(h->zygote, &r)) == 1)
            herd_deliver(h, &r);
        if (some < 0) {
            herd_lose(h);
            break;
        }
    }
    return 0;
}

static int herd_found(struct herd **out, struct zygote *z)
{
    struct herd *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    h->zygote = z;
    list_init(&h->members);
    nursery_init(&h->nursery, "herd");
    watch_init(&h->watch, zygote_fd(z));
    int e = nursery_spawn(&h->nursery, "zygote reports", herd_read, h);
    if (e < 0) {
        watch_fini(&h->watch);
        free(h);
        return e;
    }
    list_push(&herds, &h->node);
    *out = h;
    return 0;
}

int herd_join(struct herd **out, struct zygote *z)
{
    struct herd *h = NULL;
    list_each(node, next, &herds)
    {
        if (list_entry(node, struct herd, node)->zygote == z)
            h = list_entry(node, struct herd, node);
    }
    if (h && h->lost)
        return -EPIPE;
    if (!h) {
        int e = herd_found(&h, z);
        if (e < 0)
            return e;
    }
    h->joined++;
    *out = h;
    return 0;
}

void herd_leave(struct herd *h)
{
    if (!h || --h->joined)
        return;
    list_remove(&h->node);
    nursery_cancel(&h->nursery);
    nursery_close(&h->nursery);
    watch_fini(&h->watch);
    free(h);
}

int herd_spawn(struct herd *h, struct herd_member *m, unsigned kind, const void *setup, size_t n,
               const int *fds, unsigned nfds)
{
    if (h->lost)
        return -EPIPE;
    m->tag = ++h->tags;
    int e = zygote_spawn(h->zygote, kind, setup, n, fds, nfds, m->tag);
    if (e < 0)
        return e;
    list_push(&h->members, &m->node);
    return 0;
}

int herd_kill(struct herd *h, struct herd_member *m)
{
    return h->lost ? -EPIPE : zygote_kill(h->zygote, m->tag);
}

void herd_forget(struct herd_member *m)
{
    list_remove(&m->node);
}
