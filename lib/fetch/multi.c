// SPDX-License-Identifier: MIT
#include "fetch/multi.h"
#include "fetch/passage.h"
#include "fetch/passage_sweep.h"
#include "fetch/places.h"
#include "fetch/request.h"
#include "fetch/shard.h"
#include "fetch/start.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/spare.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

// What one curl multi costs an exchange grows with what it holds. Measured on one host: 17 us with
// 64 in flight in one multi, 28 with 256, 135 with 4,096; with 4,096 in 64 multis 31.
enum { MULTI_ROOM = 64, MULTI_SHARDS = 128, MULTI_CONNECTIONS = 16 * MULTI_ROOM };

static atomic_uint multi_shards; // of this process

struct multi {
    struct io io;
    struct dial_owner owner;
    struct loop *loop;
    const struct fetch_settings *settings;
    struct loop_hook hook;
    struct passage_sweep sweep;
    struct sockets sockets;
    struct places places;
    struct passages passages;
    struct list kicked, stirred; // shards
    unsigned shards;
    struct shard shard[]; // opened when first needed
};

// ---- on the loop's stack

static struct passage *multi_next(struct list *ended)
{
    struct list *node = list_pop(ended);
    return node ? list_entry(node, struct passage, ended) : NULL;
}

// Ends everything in a shard whose libcurl has failed: some of it would never be heard of again.
static void multi_give_up(struct multi *m, struct shard *s)
{
    struct list ended;
    struct passage *p;
    s->failed = false;
    list_init(&ended);
    list_each(node, following, &m->passages.under_way)
    {
        p = list_entry(node, struct passage, node);
        if (p->shard == s)
            list_push(&ended, &p->ended);
    }
    while ((p = multi_next(&ended)))
        passage_abort(p, FETCH_NO_RESOURCES, "out of memory");
}

// Takes out of a shard what has ended there. All messages first: removing a handle may drop others'
// from libcurl's queue.
static void multi_drain(struct multi *m, struct shard *s)
{
    struct list ended;
    struct passage *p;
    struct transfer *t;
    CURLMsg *message;
    int left;
    list_init(&ended);
    while ((message = curl_multi_info_read(s->curl, &left))) {
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        p = list_entry(t, struct passage, transfer);
        p->code = message->data.result;
        list_push(&ended, &p->ended);
    }
    while ((p = multi_next(&ended)))
        passage_ended(p);
    if (s->failed)
        multi_give_up(m, s);
}

static bool multi_run(struct loop_hook *hook)
{
    struct multi *m = list_entry(hook, struct multi, hook);
    struct list now, *node;
    bool did = false;
    // Only what is on the list now: a shard may kick itself again.
    list_init(&now);
    while ((node = list_pop(&m->kicked)))
        list_push(&now, node);
    while ((node = list_pop(&now))) {
        shard_kick(list_entry(node, struct shard, kicked));
        did = true;
    }
    while ((node = list_pop(&m->stirred))) {
        multi_drain(m, list_entry(node, struct shard, stirred));
        did = true;
    }
    return passages_run(&m->passages) || did;
}

// ---- sockets

static struct multi *multi_of_owner(struct dial_owner *o)
{
    return list_entry(o, struct multi, owner);
}

// The socket's connection is gone.
static void multi_forget(struct multi *m, struct socket_slot *slot)
{
    struct seat *seat = slot->seat;
    slot->seat = NULL;
    if (seat)
        places_disconnected(&m->places, seat);
}

static void multi_on_ready(struct sockets *sockets, struct socket_slot *slot, int fd, int events)
{
    if (slot->wanted) {
        shard_event(slot->shard, fd, events);
        return;
    }
    // An idle connection: its server has closed it, most likely. libcurl finds out when it would
    // use it, and makes another in its place.
    socket_watch(sockets, slot, 0);
}

static int multi_on_opened(struct dial_owner *o, int fd)
{
    struct multi *m = multi_of_owner(o);
    struct socket_slot *before = sockets_find(&m->sockets, fd);
    if (before)
        multi_forget(m, before);
    return sockets_open(&m->sockets, fd);
}

static void multi_on_closing(struct dial_owner *o, int fd)
{
    struct multi *m = multi_of_owner(o);
    struct socket_slot *slot = sockets_at(&m->sockets, fd);
    socket_watch(&m->sockets, slot, 0);
    slot->wanted = 0;
    slot->connected = false;
    multi_forget(m, slot);
}

static void multi_on_asking(struct dial_owner *o, struct transfer *t, int fd)
{
    struct passage *p = list_entry(t, struct passage, transfer);
    place_settle(&p->place);
    if (fd < 0)
        return;
    struct socket_slot *slot = sockets_at(&multi_of_owner(o)->sockets, fd);
    slot->connected = true;
    if (slot->seat || !p->place.seat)
        return;
    slot->seat = p->place.seat;
    places_connected(slot->seat);
}

// ---- one exchange: options are set, nothing is sent

// How many connections could be opened now beside one, in which others are closed for another; up
// to `most`.
static unsigned multi_open(unsigned most)
{
    unsigned kept = spare_kept() + 1, left = spare_left(kept + most);
    return left > kept ? left - kept : 0;
}

// How many connections a multi keeps, idle ones and those in use, when the process may have few
// descriptors: beyond that libcurl closes idle ones. Else they would hold all that there are.
static long multi_connections(void)
{
    enum { OTHERS = 64 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
        return MULTI_CONNECTIONS;
    rlim_t quarter = limit.rlim_cur / 4, others = quarter < OTHERS ? quarter : OTHERS;
    rlim_t most = limit.rlim_cur - quarter - others, open = multi_open(MULTI_CONNECTIONS);
    rlim_t part =
        (open < most ? open : most) / atomic_load_explicit(&multi_shards, memory_order_relaxed);
    return part < 1 ? 1 : part < MULTI_CONNECTIONS ? (long)part : MULTI_CONNECTIONS;
}

static int multi_place(struct multi *m, struct passage *p, const struct request *request,
                       struct shard **shard)
{
    int r = places_take(&m->places, request_origin(request), request->keep, m->settings->http2,
                        &p->place);
    if (r < 0)
        return r;
    struct shard *s = &m->shard[p->place.multi];
    if (!s->curl)
        r = shard_open(s, m->loop, &m->sockets, &m->kicked, &m->stirred, multi_connections());
    if (r < 0) {
        places_leave(&m->places, &p->place);
        return r;
    }
    p->transfer.pins = &s->pins;
    *shard = s;
    return 0;
}

static void multi_over(struct passages *s, struct passage *p)
{
    places_leave(&list_entry(s, struct multi, passages)->places, &p->place);
}

int multi_start(struct multi *m, struct passage **out, const struct request *request,
                struct sink *sink, struct response *response, void (*done)(void *arg, int code),
                void *arg)
{
    struct passage *p;
    struct shard *s;
    int r = passage_take(&m->passages, &p);
    if (r < 0)
        return r;
    r = multi_place(m, p, request, &s);
    if (r < 0)
        goto no_place;
    r = transfer_start(&p->transfer, request, sink, response);
    if (r < 0)
        goto no_start;
    p->done = done;
    p->arg = arg;
    r = passage_begin(p, s);
    if (r < 0)
        goto no_start;
    passage_sweep_want(&m->sweep);
    *out = p;
    return 0;

no_start:
    places_leave(&m->places, &p->place);
no_place:
    passage_give(p);
    return r == -EINVAL ? 1 : r; // libcurl took it for no request: the response says so
}

bool multi_cancel(struct passage *p)
{
    return passage_cancel(p);
}

// ---- a fiber that waits

struct multi_wait {
    struct list waiter;
    bool over;
    int code;
};

static void multi_wake(void *arg, int code)
{
    struct multi_wait *w = arg;
    w->over = true;
    w->code = code;
    wake_one(&w->waiter, 0);
}

static int multi_fetch(struct io *io, const struct request *request, struct sink *sink,
                       struct response *out)
{
    struct multi *m = multi_of_io(io);
    struct multi_wait w;
    struct passage *p;
    w.over = false;
    list_init(&w.waiter);
    int r = multi_start(m, &p, request, sink, out, multi_wake, &w);
    if (r != 0)
        return r < 0 ? r : 0;
    park_label("fetch");
    r = park_on(&w.waiter, CLOCK_NEVER);
    if (r < 0 && !w.over && passage_cancel(p))
        return r;
    while (!w.over)
        park_shielded(&w.waiter, "fetch");
    return w.code;
}

// ---- the whole

int multi_new(struct multi **out, struct loop *l, const struct fetch_settings *settings,
              unsigned in_flight)
{
    unsigned most = in_flight < MULTI_SHARDS * MULTI_ROOM ? in_flight : MULTI_SHARDS * MULTI_ROOM;
    unsigned shards = (multi_open(most) + MULTI_ROOM - 1) / MULTI_ROOM; // more would meet a lack
    shards = shards == 0 ? 1 : shards > MULTI_SHARDS ? MULTI_SHARDS : shards;
    unsigned room = in_flight / shards + 1;
    int r = start_libcurl();
    if (r < 0)
        return r;
    struct multi *m = calloc(1, sizeof *m + shards * sizeof m->shard[0]);
    if (!m)
        return -ENOMEM;
    r = places_init(&m->places, shards, room < MULTI_ROOM ? MULTI_ROOM : room);
    if (r < 0) {
        free(m);
        return r;
    }
    m->io.fetch = multi_fetch;
    m->io.wait = errand_park;
    m->owner = (struct dial_owner){ .opened = multi_on_opened,
                                    .closing = multi_on_closing,
                                    .asking = multi_on_asking };
    m->loop = l;
    m->settings = settings;
    m->shards = shards;
    atomic_fetch_add(&multi_shards, shards);
    m->hook.run = multi_run;
    list_init(&m->kicked);
    list_init(&m->stirred);
    passages_init(&m->passages, settings, &m->owner, multi_over);
    passage_sweep_init(&m->sweep, l, &m->passages, settings, MULTI_ROOM);
    sockets_init(&m->sockets, loop_ev(l), multi_on_ready);
    loop_add_hook(l, &m->hook);
    *out = m;
    return 0;
}

void multi_free(struct multi *m)
{
    if (!m)
        return;
    loop_remove_hook(m->loop, &m->hook);
    passage_sweep_fini(&m->sweep);
    passages_fini(&m->passages);
    for (unsigned i = 0; i < m->shards; i++)
        shard_close(&m->shard[i]);
    sockets_fini(&m->sockets);
    places_fini(&m->places);
    atomic_fetch_sub(&multi_shards, m->shards);
    free(m);
}

struct io *multi_io(struct multi *m)
{
    return &m->io;
}

struct multi *multi_of_io(struct io *io)
{
    return list_entry(io, struct multi, io);
}
