// SPDX-License-Identifier: MIT
#include "sched/chan.h"
#include "sched/task.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

// Senders wait only while it is full, receivers only while it is empty; so never both, but for a
// fiber that selects on both sides of one channel. A waiter's slot holds, for a sender, the item;
// for a receiver, where to put it.
struct chan {
    struct list senders, receivers;
    void (*drop)(void *item);
    bool closed;
    size_t room, head, count;
    void *items[]; // a ring of `room`
};

static void chan_put(struct chan *c, void *item)
{
    size_t tail = c->head + c->count++;
    c->items[tail < c->room ? tail : tail - c->room] = item;
}

static void *chan_take(struct chan *c)
{
    void *item = c->items[c->head++];
    c->head = c->head < c->room ? c->head : 0;
    c->count--;
    return item;
}

int chan_new(struct chan **out, size_t room, void (*drop)(void *item))
{
    if (room > (SIZE_MAX - sizeof(struct chan)) / sizeof(void *))
        return -ENOMEM;
    struct chan *c = malloc(sizeof *c + room * sizeof c->items[0]);
    if (!c)
        return -ENOMEM;
    *c = (struct chan){ .room = room, .drop = drop };
    list_init(&c->senders);
    list_init(&c->receivers);
    *out = c;
    return 0;
}

void chan_free(struct chan *c)
{
    if (!c)
        return;
    if (!list_empty(&c->senders) || !list_empty(&c->receivers)) {
        log_error("chan_free: a fiber is parked in %s on it",
                  list_empty(&c->receivers) ? "chan_send" : "chan_recv");
        abort();
    }
    while (c->count) {
        void *item = chan_take(c);
        if (c->drop)
            c->drop(item);
    }
    free(c);
}

void chan_close(struct chan *c)
{
    c->closed = true;
    wake_all(&c->senders, -EPIPE);
    wake_all(&c->receivers, -EPIPE);
}

bool chan_closed(const struct chan *c)
{
    return c->closed;
}

size_t chan_count(const struct chan *c)
{
    return c->count;
}

static struct waiter *chan_first(struct list *queue)
{
    return list_empty(queue) ? NULL : list_entry(queue->next, struct waiter, node);
}

int chan_try_send(struct chan *c, void *item)
{
    if (c->closed)
        return -EPIPE;
    struct waiter *receiver = chan_first(&c->receivers);
    if (receiver) {
        *(void **)receiver->slot = item;
        waiter_fire(receiver, 0);
        return 0;
    }
    if (c->count >= c->room)
        return -EAGAIN;
    chan_put(c, item);
    return 0;
}

int chan_try_recv(struct chan *c, void **item)
{
    struct waiter *sender = chan_first(&c->senders);
    if (!c->count && !sender)
        return c->closed ? -EPIPE : -EAGAIN;
    if (!c->count) {
        *item = sender->slot;
        waiter_fire(sender, 0);
        return 0;
    }
    *item = chan_take(c);
    if (sender) { // moves up into the room that was just made
        chan_put(c, sender->slot);
        waiter_fire(sender, 0);
    }
    return 0;
}

int chan_send(struct chan *c, void *item, int64_t deadline)
{
    int r = chan_try_send(c, item);
    if (r != -EAGAIN)
        return r;
    struct waiter w = { .slot = item };
    list_push(&c->senders, &w.node);
    r = park_as("chan_send", &w, 1, deadline);
    return r < 0 ? r : w.result;
}

int chan_recv(struct chan *c, void **item, int64_t deadline)
{
    int r = chan_try_recv(c, item);
    if (r != -EAGAIN)
        return r;
    void *received;
    struct waiter w = { .slot = &received };
    list_push(&c->receivers, &w.node);
    r = park_as("chan_recv", &w, 1, deadline);
    if (r < 0 || w.result < 0)
        return r < 0 ? r : w.result;
    *item = received;
    return 0;
}

static int chan_try_case(struct chan_case *k)
{
    if (!k->chan)
        return -EAGAIN;
    return k->op == CHAN_SEND ? chan_try_send(k->chan, k->item) : chan_try_recv(k->chan, &k->item);
}

// Which case is looked at first: the one after the last time's, thread by thread.
static _Thread_local unsigned chan_turn;

int chan_select(struct chan_case *cases, unsigned n, int64_t deadline)
{
    if (n > CHAN_CASES_MOST)
        return -EINVAL;
    unsigned first = n ? chan_turn++ % n : 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned k = (first + i) % n;
        int r = chan_try_case(&cases[k]);
        if (r != -EAGAIN) {
            cases[k].result = r;
            return (int)k;
        }
    }
    struct waiter
        w[n ? n : 1]; // no larger than it must be: it is most of what a parked fiber takes
    for (unsigned i = 0; i < n; i++) {
        struct chan *c = cases[i].chan;
        bool send = cases[i].op == CHAN_SEND;
        w[i].slot = send ? cases[i].item : &cases[i].item;
        if (c)
            list_push(send ? &c->senders : &c->receivers, &w[i].node);
        else
            list_init(&w[i].node);
    }
    int fired = park_as("chan_select", w, n, deadline);
    if (fired >= 0)
        cases[fired].result = w[fired].result;
    return fired;
}
