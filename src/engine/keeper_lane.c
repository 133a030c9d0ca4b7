// SPDX-License-Identifier: MIT
#include "engine/keeper.h"
#include "engine/worker.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "visit/flow.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define KEEPER_GRACE (5 * CLOCK_S) // past the time a job may take, before its worker counts as hung

static struct keeper *keeper_of(struct lane *l)
{
    return list_entry(l, struct keeper, lane);
}

static int64_t keeper_now(const struct keeper *k)
{
    return loop_now(k->house->setup.loop);
}

// ---- What is rung for: recorded, and whoever it concerns woken

static void keeper_lane_on_bell(struct ev_loop *ev, struct ev_io *bell, int events)
{
    loop_watch_again(ev, bell, events);
    struct keeper *k = list_entry(bell, struct keeper, bell);
    shmq_woken(k->outcomes);
    lane_announce(&k->lane, &k->house->setup);
}

static void keeper_lane_on_room(struct ev_loop *ev, struct ev_io *room, int events)
{
    loop_watch_again(ev, room, events);
    struct keeper *k = list_entry(room, struct keeper, room);
    shmq_woken_room(k->jobs);
    if (wire_flush(&k->down) < 0)
        keeper_kill(k, KEEPER_MAD);
}

// ---- Down

// With a rate for all, an exchange may take as long as it likes: its time stands still while it
// waits for its turn.
static bool keeper_lane_waits_for_its_turn(const struct keeper *k)
{
    const struct flow *flow = k->house->setup.settings->flow;
    return flow && flow_limits(flow);
}

static int64_t keeper_lane_due(const struct keeper *k, const struct job *job)
{
    if (!job->max_time || keeper_lane_waits_for_its_turn(k))
        return CLOCK_NEVER;
    return clock_after(clock_after(clock_after(keeper_now(k), job->connect_timeout), job->max_time),
                       KEEPER_GRACE);
}

static int keeper_lane_send(struct lane *l, const struct job *job)
{
    struct keeper *k = keeper_of(l);
    int e = wire_send(&k->down, job, job->size);
    if (e < 0) {
        if (e != -ENOMEM)
            keeper_kill(k, KEEPER_MAD);
        return e;
    }
    docket_add(&k->docket, job->id, keeper_now(k), clock_wall(), keeper_lane_due(k, job));
    return 0;
}

// ---- Up

// An outcome of our own making.
static const struct outcome *keeper_lane_say(struct keeper *k, const struct outcome_parts *parts)
{
    if (outcome_build_somehow(&k->outcome, parts) < 0) {
        fprintf(stderr, "trawl: a lane of engine %s had no room for an outcome\n",
                k->house->engine->name);
        abort(); // keeper_lane_init made it
    }
    return (const struct outcome *)(const void *)k->outcome.p;
}

// What is to be said of a job whose worker is dead; NULL when there is none.
static const struct outcome *keeper_lane_mourn(struct keeper *k)
{
    struct docket_job job;
    if (!docket_take_any(&k->docket, &job))
        return NULL;
    bool ours = k->verdict == KEEPER_ABANDONED;
    struct outcome_parts parts = {
        .head = { .id = job.id,
                  .flags = OUTCOME_SENT,
                  .error = ours ? FETCH_CANCELLED : FETCH_WORKER_DIED,
                  .started = job.sent_wall,
                  .time_total = keeper_now(k) - job.sent },
        .message = span_of(k->why),
    };
    return keeper_lane_say(k, &parts);
}

static const struct outcome *keeper_lane_lack(struct keeper *k, uint32_t id)
{
    struct outcome_parts parts = {
        .head = { .id = id, .flags = OUTCOME_SENT | OUTCOME_LACK, .error = FETCH_NO_RESOURCES },
        .message = span_of("out of memory"),
    };
    return keeper_lane_say(k, &parts);
}

// Takes up an outcome, a copy of it where it lies where the worker could still change it. NULL when
// it is none of a job that the worker has.
static const struct outcome *keeper_lane_take(struct keeper *k, const void *p, size_t n)
{
    const struct outcome *o = p;
    if (n < sizeof *o)
        return NULL;
    if (k->up.peeked) {
        buffer_clear(&k->outcome);
        buffer_add(&k->outcome, p, n);
        if (!k->outcome.failed)
            o = (const struct outcome *)(const void *)k->outcome.p;
    }
    bool lacking = k->up.cut || k->outcome.failed;
    uint32_t id = __atomic_load_n(&o->id, __ATOMIC_RELAXED);
    if ((!lacking && !outcome_valid(o, n)) || !docket_take(&k->docket, id))
        return NULL;
    return lacking ? keeper_lane_lack(k, id) : o;
}

// Everything that the worker had has been given out.
static const struct outcome *keeper_lane_rest(struct keeper *k)
{
    const struct outcome *o = k->dead ? keeper_lane_mourn(k) : NULL;
    if (!o && k->docket.count == 0 && (k->dead || k->house->ending))
        wake_all(&k->waits, 0);
    return o;
}

static const struct outcome *keeper_lane_receive(struct lane *l)
{
    struct keeper *k = keeper_of(l);
    const void *p;
    size_t n;
    while (k->outcomes && k->verdict != KEEPER_MAD) {
        int some = wire_receive(&k->up, &p, &n);
        if (some == 0 && (k->dead || shmq_sleep(k->outcomes)))
            break;
        if (some == 0)
            continue;
        k->house->working += !k->lived;
        k->lived = true;
        k->house->early = 0;
        if (some == 1 && n == 0)
            continue; // it is ready for work
        const struct outcome *o = some == 1 ? keeper_lane_take(k, p, n) : NULL;
        if (o) {
            keeper_archive_note(k, o);
            return o;
        }
        if (k->dead)
            break;
        ev_io_stop(loop_ev(k->house->setup.loop), &k->bell);
        keeper_kill(k, KEEPER_MAD);
    }
    return keeper_lane_rest(k);
}

// ---- Life

int keeper_lane_init(struct keeper *k)
{
    static const struct lane_ops ops = { keeper_lane_send, keeper_lane_receive };
    const struct keeper_house *house = k->house;
    unsigned size = house->kind == WORKER_BLOCKING ? 1 : house->kind;
    k->up.most = MESSAGE_MOST + OUTCOME_FINDINGS_MOST;
    if (outcome_reserve(&k->outcome) < 0 || docket_init(&k->docket, size) < 0 ||
        wire_in_reserve(&k->up, sizeof(struct outcome)) < 0)
        return -ENOMEM;
    ev_io_init(&k->bell, keeper_lane_on_bell, -1, EV_READ);
    ev_io_init(&k->room, keeper_lane_on_room, -1, EV_READ);
    lane_init(&k->lane, house->engine, &ops, size);
    k->lane.capacity = 0;
    return 0;
}

void keeper_lane_fini(struct keeper *k)
{
    wire_in_fini(&k->up);
    docket_fini(&k->docket);
    buffer_fini(&k->outcome);
}

static unsigned keeper_lane_add_fds(const struct shmq *q, int *out)
{
    int fds[SHMQ_FDS];
    unsigned n = 0;
    shmq_fds(q, fds);
    for (unsigned i = 0; i < SHMQ_FDS; i++)
        if (fds[i] >= 0)
            out[n++] = fds[i];
    return n;
}

int keeper_lane_open(struct keeper *k, int fds[KEEPER_LANE_FDS])
{
    const struct worker_queues *q = worker_queues(k->house->kind);
    int e = shmq_new(&k->jobs, q->room, SHMQ_PROCESSES | q->jobs);
    if (e < 0)
        return e;
    e = shmq_new(&k->outcomes, q->room, SHMQ_PROCESSES | q->outcomes);
    if (e < 0) {
        shmq_free(k->jobs);
        k->jobs = NULL;
        return e;
    }
    k->down.q = k->jobs;
    wire_in_begin(&k->up, k->outcomes);
    unsigned n = keeper_lane_add_fds(k->jobs, fds);
    return (int)(n + keeper_lane_add_fds(k->outcomes, fds + n));
}

void keeper_lane_begin(struct keeper *k)
{
    struct ev_loop *ev = loop_ev(k->house->setup.loop);
    ev_io_set(&k->bell, shmq_fd(k->outcomes), EV_READ);
    ev_io_start(ev, &k->bell);
    ev_io_set(&k->room, shmq_room_fd(k->jobs), EV_READ);
    ev_io_start(ev, &k->room);
    if (!k->house->ending)
        lane_allow(&k->lane, &k->house->setup, k->lane.size);
}

void keeper_lane_end(struct keeper *k)
{
    k->lane.capacity = 0;
    ev_io_stop(loop_ev(k->house->setup.loop), &k->bell);
    ev_io_stop(loop_ev(k->house->setup.loop), &k->room);
}

bool keeper_lane_is_over(struct keeper *k)
{
    // Without a job all there can be is the word that it was ready.
    return k->docket.count == 0 && !keeper_lane_receive(&k->lane);
}

void keeper_lane_close(struct keeper *k)
{
    wire_out_fini(&k->down);
    shmq_free(k->jobs);
    shmq_free(k->outcomes);
    k->jobs = k->outcomes = NULL;
}
