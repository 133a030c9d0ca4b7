// SPDX-License-Identifier: MIT
#include "engine/worker_loop.h"
#include "engine/coro.h"
#include "engine/lane.h"
#include "engine/wire.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <errno.h>
#include <ev.h>

struct worker_loop {
    struct loop *loop;
    struct wire_in down;
    struct wire_out up;
    struct ev_io bell, room; // of `down`, of `up`
    struct list waits;       // the one fiber, for anything that happened
    struct engine *engine;
    struct lane *lane; // its only one
    struct list ready;
    struct buffer outcome; // of our own making
    const struct visit_settings *settings;
    struct io *io;
    unsigned most;
    bool over, abandoned; // no more jobs will come; what is under way is not wanted
};

static void worker_loop_wake(void *arg)
{
    wake_all(&((struct worker_loop *)arg)->waits, 0);
}

static void worker_loop_on_bell(struct ev_loop *ev, struct ev_io *io, int events)
{
    loop_watch_again(ev, io, events);
    struct worker_loop *w = list_entry(io, struct worker_loop, bell);
    shmq_woken(w->down.q);
    worker_loop_wake(w);
}

static void worker_loop_on_room(struct ev_loop *ev, struct ev_io *io, int events)
{
    loop_watch_again(ev, io, events);
    struct worker_loop *w = list_entry(io, struct worker_loop, room);
    shmq_woken_room(w->up.q);
    worker_loop_wake(w);
}

// An outcome for a job that the lane did not take.
static int worker_loop_refuse(struct worker_loop *w, const struct job *job, enum fetch_error why)
{
    struct outcome_parts parts = { .head = { .id = job->id, .error = (uint16_t)why } };
    parts.head.flags = why == FETCH_NO_RESOURCES ? OUTCOME_LACK : 0;
    parts.message = span_of(why == FETCH_CANCELLED ? "stopped" : "out of memory");
    int e = outcome_build_somehow(&w->outcome, &parts);
    return e < 0 ? e : wire_send(&w->up, w->outcome.p, w->outcome.n);
}

static int worker_loop_start(struct worker_loop *w, const void *p, size_t n)
{
    const struct job *job = p;
    if (n == 0) {
        w->abandoned = true;
        engine_abandon(w->engine);
        return 0;
    }
    if (!w->down.cut && !job_valid(p, n))
        return -EPROTO;
    if (w->abandoned)
        return worker_loop_refuse(w, job, FETCH_CANCELLED);
    if (!lane_has_room(w->lane))
        return -EPROTO; // more than was agreed on
    if (w->down.cut || lane_send(w->lane, job) < 0)
        return worker_loop_refuse(w, job, FETCH_NO_RESOURCES);
    return 0;
}

// Starts what has come: no more than the lane can hold, whose outcomes the coordinator counts only
// when it has received them. Returns 1 when there may be more, 0 when there is not, or an error.
static int worker_loop_take_jobs(struct worker_loop *w)
{
    const void *p;
    size_t n;
    for (;;) {
        int some = wire_receive(&w->down, &p, &n);
        if (some == 0)
            return !shmq_sleep(w->down.q);
        w->over = some == -EPIPE;
        if (some < 0)
            return w->over ? 0 : some;
        int e = worker_loop_start(w, p, n);
        wire_release(&w->down);
        if (e < 0)
            return e;
    }
}

// Publishes what there is. Outcomes keep their order.
static int worker_loop_give_outcomes(struct worker_loop *w)
{
    const struct outcome *o;
    list_remove(&w->lane->ready);
    while ((o = lane_receive(w->lane))) {
        int e = wire_send(&w->up, o, (size_t)o->size + o->tail);
        if (e == -ENOMEM) // the bare one has been there once
            e = worker_loop_refuse(w, &(struct job){ .id = o->id }, FETCH_NO_RESOURCES);
        if (e < 0)
            return e;
    }
    int e = wire_flush(&w->up);
    return e < 0 ? e : 0;
}

static bool worker_loop_is_done(const struct worker_loop *w)
{
    return w->over && w->lane->busy == 0 && wire_kept(&w->up) == 0;
}

static int worker_loop_work(struct worker_loop *w)
{
    int e = wire_send(&w->up, NULL, 0); // ready for work
    while (e >= 0 && !worker_loop_is_done(w)) {
        e = worker_loop_give_outcomes(w);
        if (e == 0 && !w->over)
            e = worker_loop_take_jobs(w);
        if (e == 0 && list_empty(&w->ready) && !worker_loop_is_done(w))
            park_on(&w->waits, CLOCK_NEVER);
    }
    return e < 0 ? e : 0;
}

static int worker_loop_open(struct worker_loop *w)
{
    struct engine_spec spec = { .name = "coro", .count = w->most };
    struct engine_setup setup = { .loop = w->loop,
                                  .settings = w->settings,
                                  .worker = &w->settings->worker,
                                  .cap = w->most,
                                  .ready = &w->ready,
                                  .wake = worker_loop_wake,
                                  .arg = w };
    int e = w->io ? coro_open_io(&w->engine, &spec, &setup, w->io, NULL)
                  : coro_open(&w->engine, &spec, &setup);
    if (e == 0)
        w->lane = list_entry(w->engine->lanes.next, struct lane, node);
    return e;
}

static void worker_loop_watch(struct ev_io *io, void (*call)(struct ev_loop *, struct ev_io *, int),
                              int fd, struct loop *l)
{
    ev_io_init(io, call, fd, EV_READ);
    ev_io_start(loop_ev(l), io);
}

static int worker_loop_body(void *arg)
{
    struct worker_loop *w = arg;
    int e = worker_loop_open(w);
    if (e < 0)
        return e;
    worker_loop_watch(&w->bell, worker_loop_on_bell, shmq_fd(w->down.q), w->loop);
    worker_loop_watch(&w->room, worker_loop_on_room, shmq_room_fd(w->up.q), w->loop);
    e = worker_loop_work(w);
    ev_io_stop(loop_ev(w->loop), &w->bell);
    ev_io_stop(loop_ev(w->loop), &w->room);
    engine_close(w->engine); // ends what is still under way
    return e;
}

int worker_loop_serve(unsigned most, struct shmq *jobs, struct shmq *outcomes,
                      const struct visit_settings *settings, struct io *io)
{
    struct worker_loop w = { .down = { .q = jobs, .most = MESSAGE_MOST },
                             .up = { .q = outcomes },
                             .settings = settings,
                             .io = io,
                             .most = most };
    list_init(&w.waits);
    list_init(&w.ready);
    int e = outcome_reserve(&w.outcome);
    if (e == 0)
        e = wire_in_reserve(&w.down, sizeof(struct job));
    if (e == 0)
        e = loop_new(&w.loop, &(struct loop_options){ .name = "worker" });
    if (e == 0) {
        e = loop_run(w.loop, worker_loop_body, &w);
        loop_free(w.loop);
    }
    wire_out_fini(&w.up);
    wire_in_fini(&w.down);
    buffer_fini(&w.outcome);
    return e;
}
