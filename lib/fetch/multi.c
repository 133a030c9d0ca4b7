// SPDX-License-Identifier: MIT
#include "fetch/multi.h"
#include "fetch/places.h"
#include "fetch/request.h"
#include "fetch/shard.h"
#include "fetch/start.h"
#include "fetch/transfer.h"
#include "sched/loop.h"
#include "sched/offload.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

// What one curl multi costs an exchange grows with what it holds. Measured on one host: 17 us with
// 64 in flight in one multi, 28 with 256, 135 with 4,096; with 4,096 in 64 multis 31.
enum { MULTI_ROOM = 64, MULTI_SHARDS = 128, MULTI_CONNECTIONS = 16 * MULTI_ROOM };

// An exchange under way, or a handle that waits for one.
struct passage {
    struct transfer transfer;
    struct list node;    // of `under_way` or `idle`
    struct list ended;   // of those that have just come out of a shard
    struct list waiter;  // whom to wake
    struct list resumed; // of those whose pause is over
    bool paused, over;   // its fiber is to drain the sink; there is no more to wait for
    struct shard *shard; // NULL: libcurl does not hold it
    struct seat *seat;   // see places.h
    unsigned place;      // the multi it is counted in
    CURLcode code;
};

struct multi {
    struct io io;
    struct dial_owner owner;
    struct loop *loop;
    const struct fetch_settings *settings;
    struct loop_hook hook;
    struct loop_timer sweep;
    struct sockets sockets;
    struct places places;
    struct list kicked, stirred; // shards
    struct list resumed;         // passages
    struct list under_way, idle; // passages; of the idle ones the last one used is the first
    unsigned busy, idle_count;   // how many they are
    unsigned shards;
    struct shard shard[]; // opened when first needed
};

// ---- passages

static int passage_new(struct multi *m, struct passage **out)
{
    struct passage *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    int r = transfer_init(&p->transfer, m->settings, &m->owner);
    if (r < 0) {
        free(p);
        return r;
    }
    list_init(&p->node);
    list_init(&p->ended);
    list_init(&p->waiter);
    list_init(&p->resumed);
    *out = p;
    return 0;
}

static void passage_free(struct passage *p)
{
    list_remove(&p->node);
    transfer_fini(&p->transfer);
    free(p);
}

static int passage_take(struct multi *m, struct passage **out)
{
    struct list *node = list_pop(&m->idle);
    if (!node)
        return passage_new(m, out);
    m->idle_count--;
    *out = list_entry(node, struct passage, node);
    return 0;
}

static void passage_give(struct multi *m, struct passage *p)
{
    list_remove(&p->node);
    list_push_front(&m->idle, &p->node);
    m->idle_count++;
}

// Hands the passage to its shard's multi, which will run it when it is next kicked.
static int passage_enter(struct passage *p, struct shard *s)
{
    if (s->asking == p->transfer.easy)
        s->asking = NULL;
    p->shard = s;
    if (curl_multi_add_handle(s->curl, p->transfer.easy) == CURLM_OK)
        return 0;
    p->shard = NULL;
    return -ENOMEM;
}

static void passage_leave(struct passage *p)
{
    curl_multi_remove_handle(p->shard->curl, p->transfer.easy);
    p->shard = NULL;
}

// Its fiber may be draining meanwhile, and finds out when it would wait again.
static void passage_end(struct passage *p)
{
    list_remove(&p->node);
    list_remove(&p->resumed);
    p->over = true;
    wake_one(&p->waiter, 0);
}

// Ends an exchange that libcurl holds and has received some of.
static void passage_stop(struct passage *p, CURLcode code)
{
    passage_leave(p);
    if (transfer_finish(&p->transfer, code)) // goes on only when nothing was received
        transfer_abort(&p->transfer, FETCH_INTERNAL, "paused before it began");
    passage_end(p);
}

// In a callback of libcurl's: takes effect when that returns.
static void passage_pause(struct arrival *a)
{
    struct passage *p = list_entry(a, struct passage, transfer.arrival);
    curl_easy_pause(p->transfer.easy, CURLPAUSE_RECV);
    transfer_hold(&p->transfer);
    p->paused = true;
    wake_one(&p->waiter, 0);
}

// ---- on the loop's stack

// Ends everything in a shard whose libcurl has failed: some of it would never be heard of again.
static void multi_give_up(struct multi *m, struct shard *s)
{
    s->failed = false;
    list_each(node, following, &m->under_way)
    {
        struct passage *p = list_entry(node, struct passage, node);
        if (p->shard != s)
            continue;
        passage_leave(p);
        transfer_abort(&p->transfer, FETCH_NO_RESOURCES, "out of memory");
        passage_end(p);
    }
}

// Takes out of a shard what has ended there. All messages first: removing a handle may drop others'
// from libcurl's queue.
static void multi_drain(struct multi *m, struct shard *s)
{
    struct list ended;
    CURLMsg *message;
    int left;
    list_init(&ended);
    while ((message = curl_multi_info_read(s->curl, &left))) {
        struct passage *p;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &p);
        p->code = message->data.result;
        list_push(&ended, &p->ended);
    }
    struct list *node;
    while ((node = list_pop(&ended))) {
        struct passage *p = list_entry(node, struct passage, ended);
        passage_leave(p);
        if (!transfer_finish(&p->transfer, p->code)) {
            passage_end(p);
        } else if (passage_enter(p, s) < 0) {
            transfer_abort(&p->transfer, FETCH_NO_RESOURCES, "out of memory");
            passage_end(p);
        }
    }
    if (s->failed)
        multi_give_up(m, s);
}

// Lets a transfer go on. What libcurl held back arrives within this call, which fails when that
// ends the transfer: libcurl would not notice.
static void multi_resume(struct passage *p)
{
    CURLcode code = curl_easy_pause(p->transfer.easy, CURLPAUSE_CONT);
    if (code != CURLE_OK)
        passage_stop(p, code);
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
    while ((node = list_pop(&m->resumed))) { // none of them has ended: that has been seen to
        multi_resume(list_entry(node, struct passage, resumed));
        did = true;
    }
    return did;
}

// ---- sockets

static struct multi *multi_of_owner(struct dial_owner *o)
{
    return list_entry(o, struct multi, owner);
}

// The socket's connection is no longer one that an exchange could use.
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
    // use it.
    socket_watch(sockets, slot, 0);
    multi_forget(list_entry(sockets, struct multi, sockets), slot);
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

static CURLcode multi_prepare(struct dial_owner *o, struct transfer *t)
{
    (void)o;
    return curl_easy_setopt(t->easy, CURLOPT_PRIVATE, list_entry(t, struct passage, transfer));
}

static void multi_on_asking(struct dial_owner *o, struct transfer *t)
{
    (void)o;
    struct passage *p = list_entry(t, struct passage, transfer);
    p->shard->asking = t->easy;
    p->shard->asking_seat = p->seat;
}

// ---- the sweep: what need not be exact is looked at now and then, not timed for each exchange

static int64_t multi_sweep_pause(const struct multi *m)
{
    int64_t t = m->settings->min_speed_time / 8;
    if (t == 0 || t > CLOCK_S)
        return CLOCK_S;
    return t < 50 * CLOCK_MS ? 50 * CLOCK_MS : t;
}

static void multi_set_sweep(struct multi *m)
{
    if (!m->sweep.place) // without memory for a timer there is no sweep until the next exchange
        (void)loop_arm(m->loop, &m->sweep, clock_after(loop_now(m->loop), multi_sweep_pause(m)));
}

// Ends the exchanges that are too slow, or take too long without libcurl's noticing.
static void multi_end_slow(struct multi *m, int64_t now)
{
    list_each(node, following, &m->under_way)
    {
        struct passage *p = list_entry(node, struct passage, node);
        bool late = transfer_is_late(&p->transfer, now);
        if (p->paused || (!late && !transfer_is_slow(&p->transfer, now)))
            continue;
        passage_leave(p);
        if (late)
            transfer_abort_late(&p->transfer);
        else
            transfer_abort_slow(&p->transfer);
        passage_end(p);
    }
}

static void multi_on_sweep(struct loop_timer *timer)
{
    struct multi *m = list_entry(timer, struct multi, sweep);
    multi_end_slow(m, loop_now(m->loop));
    // Handles beyond twice what is in use are given back, some at a time.
    for (unsigned n = 64; n && m->idle_count > 2 * m->busy + MULTI_ROOM; n--) {
        passage_free(list_entry(m->idle.prev, struct passage, node));
        m->idle_count--;
    }
    if (m->busy || m->idle_count > MULTI_ROOM)
        multi_set_sweep(m);
}

// ---- one exchange, on the fiber's stack: options are set, nothing is sent

static int multi_place(struct multi *m, struct passage *p, const struct request *request,
                       struct shard **shard)
{
    int r = places_take(&m->places, request_origin(request), request->keep, m->settings->http2,
                        &p->place, &p->seat);
    if (r < 0)
        return r;
    struct shard *s = &m->shard[p->place];
    if (!s->curl)
        r = shard_open(s, m->loop, &m->sockets, &m->kicked, &m->stirred, MULTI_CONNECTIONS);
    if (r < 0) {
        places_leave(&m->places, p->place, p->seat);
        return r;
    }
    p->transfer.pins = &s->pins;
    *shard = s;
    return 0;
}

// Has the sink make room. The exchange may end meanwhile.
static void multi_drain_sink(struct multi *m, struct passage *p)
{
    struct sink *sink = p->transfer.arrival.sink;
    enum sink_answer answer = sink->drain(sink);
    p->paused = false;
    p->transfer.slowness = (struct slowness){ 0 }; // the server was not asked for anything
    if (p->over)
        return;
    transfer_release(&p->transfer);
    if (answer != SINK_STOP) {
        list_push(&m->resumed, &p->resumed);
        return;
    }
    p->transfer.arrival.out->stopped = true;
    passage_stop(p, CURLE_WRITE_ERROR);
}

static int multi_wait(struct multi *m, struct passage *p)
{
    int r = 0;
    list_push(&m->under_way, &p->node);
    m->busy++;
    multi_set_sweep(m);
    do {
        park_label("fetch");
        r = park_on(&p->waiter, CLOCK_NEVER);
        if (r == 0 && p->paused)
            multi_drain_sink(m, p);
    } while (r == 0 && !p->over);
    m->busy--;
    if (r == 0)
        return 0;
    list_remove(&p->node);
    list_remove(&p->resumed);
    if (p->shard) // libcurl still holds it
        passage_leave(p);
    transfer_abort(&p->transfer, FETCH_CANCELLED, "cancelled");
    return -ECANCELED;
}

static int multi_fetch(struct io *io, const struct request *request, struct sink *sink,
                       struct response *out)
{
    struct multi *m = list_entry(io, struct multi, io);
    struct passage *p;
    struct shard *s;
    int r = passage_take(m, &p);
    if (r < 0)
        return r;
    r = multi_place(m, p, request, &s);
    if (r < 0)
        goto no_place;
    r = transfer_start(&p->transfer, request, sink, out);
    if (r < 0)
        goto no_start;
    p->paused = p->over = false;
    p->transfer.arrival.pause = passage_pause;
    r = passage_enter(p, s);
    if (r == 0)
        r = multi_wait(m, p);
no_start:
    places_leave(&m->places, p->place, p->seat);
no_place:
    passage_give(m, p);
    return r == -EINVAL ? 0 : r; // libcurl took it for no request: `out` says so
}

// ---- the whole

int multi_new(struct multi **out, struct loop *l, const struct fetch_settings *settings,
              unsigned in_flight)
{
    unsigned shards = (in_flight + MULTI_ROOM - 1) / MULTI_ROOM;
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
    m->io.offload = offload;
    m->io.sleep = sleep_until;
    m->owner = (struct dial_owner){ .prepare = multi_prepare,
                                    .opened = multi_on_opened,
                                    .closing = multi_on_closing,
                                    .asking = multi_on_asking };
    m->loop = l;
    m->settings = settings;
    m->shards = shards;
    m->sweep.fire = multi_on_sweep;
    m->hook.run = multi_run;
    list_init(&m->kicked);
    list_init(&m->stirred);
    list_init(&m->resumed);
    list_init(&m->under_way);
    list_init(&m->idle);
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
    loop_disarm(m->loop, &m->sweep);
    struct list *node;
    while ((node = list_pop(&m->idle)))
        passage_free(list_entry(node, struct passage, node));
    for (unsigned i = 0; i < m->shards; i++)
        shard_close(&m->shard[i]);
    sockets_fini(&m->sockets);
    places_fini(&m->places);
    free(m);
}

struct io *multi_io(struct multi *m)
{
    return &m->io;
}
