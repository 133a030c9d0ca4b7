// SPDX-License-Identifier: MIT
#include "engine/keeper.h"
#include "engine/obituary.h"
#include "engine/worker.h"
#include "engine/worker_setup.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/flow.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "visit/tools.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// After so many workers in a row, in the whole engine, that could not be started or died before
// they were ready for work, nothing will come of further ones.
enum { KEEPER_EARLY_MOST = 20 };
#define KEEPER_FIRST_REST (10 * CLOCK_MS)
#define KEEPER_LONGEST_REST (1 * CLOCK_S)
#define KEEPER_CROWDED (2 * CLOCK_MS) // the zygote has too many requests: again after this
#define KEEPER_GRACE (5 * CLOCK_S) // past the time a job may take, before its worker counts as hung
#define KEEPER_GOODBYE (2 * CLOCK_S) // a worker told to end may take this long

static struct keeper *keeper_of(struct lane *l)
{
    return list_entry(l, struct keeper, lane);
}

static int64_t keeper_now(const struct keeper *k)
{
    return loop_now(k->house->setup.loop);
}

// ---- What happens to a worker: recorded, and its keeper woken

static void keeper_ring(struct ev_loop *loop, struct ev_io *bell, int events)
{
    (void)loop;
    (void)events;
    struct keeper *k = list_entry(bell, struct keeper, bell);
    k->rung = true;
    wake_all(&k->waits, 0);
}

static void keeper_report(struct herd_member *m, const struct zygote_report *r)
{
    struct keeper *k = list_entry(m, struct keeper, member);
    if (!r)
        k->failure = EPIPE;
    else if (r->event == ZYGOTE_SPAWNED)
        k->pid = r->pid;
    else if (r->event == ZYGOTE_FAILED)
        k->failure = r->error;
    else {
        k->status = r->status;
        obituary_add_usage(k->house->usage, &r->usage);
    }
    if (!r || r->event != ZYGOTE_SPAWNED)
        k->asked = false;
    wake_all(&k->waits, 0);
}

// Asks for the kill of a worker that was condemned. When the zygote has too many requests the next
// look does it.
static void keeper_strike(struct keeper *k)
{
    if (k->verdict != KEEPER_INNOCENT && k->asked && !k->struck)
        k->struck = herd_kill(k->house->herd, &k->member) != -EAGAIN;
}

static void keeper_kill(struct keeper *k, enum keeper_verdict verdict)
{
    if (!k->asked || !k->pid || k->verdict != KEEPER_INNOCENT)
        return;
    k->lane.capacity = 0;
    k->verdict = verdict;
    keeper_strike(k);
}

// ---- Outcomes

static void keeper_settle(struct keeper *k)
{
    k->under_way = false;
    k->done = true;
    lane_announce(&k->lane, &k->house->setup);
}

// An outcome of our own making for the job that is under way.
static void keeper_settle_with(struct keeper *k, enum fetch_error error, const char *why)
{
    struct outcome_parts parts = {
        .head = { .id = k->job_id,
                  .flags = OUTCOME_SENT,
                  .error = (uint16_t)error,
                  .started = k->sent_wall,
                  .time_total = keeper_now(k) - k->sent },
        .message = span_of(why),
    };
    if (outcome_build_somehow(&k->outcome, &parts) < 0) {
        fprintf(stderr, "trawl: a lane of engine %s had no room for an outcome\n",
                k->house->engine->name);
        abort(); // keeper_init made it
    }
    keeper_settle(k);
}

// Takes a copy of what the worker published, and believes it only then. Returns whether it is what
// it may be: the outcome of the job that is under way, or a message of no bytes.
static bool keeper_take(struct keeper *k, const void *p, size_t n)
{
    k->lived = true;
    k->house->early = 0;
    if (n == 0)
        return true; // it is ready for work
    if (!k->under_way || n < sizeof(struct outcome) || n > MESSAGE_MOST)
        return false;
    buffer_clear(&k->outcome);
    buffer_add(&k->outcome, p, n);
    if (k->outcome.failed) {
        keeper_settle_with(k, FETCH_NO_RESOURCES, "out of memory");
        return true;
    }
    const struct outcome *o = (const struct outcome *)(const void *)k->outcome.p;
    if (!outcome_valid(o, n) || o->id != k->job_id)
        return false;
    keeper_settle(k);
    return true;
}

// Receives what there is. Returns 0; -EPROTO when the worker is out of its mind.
static int keeper_receive_all(struct keeper *k)
{
    const void *p;
    size_t n;
    int some;
    while ((some = shmq_peek(k->outcomes, &p, &n)) == 1) {
        bool good = keeper_take(k, p, n);
        shmq_release(k->outcomes);
        if (!good)
            return -EPROTO;
    }
    return some;
}

static void keeper_listen(struct keeper *k)
{
    if (k->rung)
        shmq_woken(k->outcomes);
    k->rung = false;
    do
        if (keeper_receive_all(k) < 0) {
            ev_io_stop(loop_ev(k->house->setup.loop), &k->bell);
            keeper_kill(k, KEEPER_MAD);
            return;
        }
    while (!shmq_sleep(k->outcomes));
}

// ---- The life of a worker

static int keeper_make_queues(struct keeper *k, int fds[WORKER_FDS])
{
    int e = shmq_new(&k->jobs, MESSAGE_QUEUE, SHMQ_PROCESSES);
    if (e < 0)
        return e;
    e = shmq_new(&k->outcomes, MESSAGE_QUEUE, SHMQ_PROCESSES);
    if (e < 0) {
        shmq_free(k->jobs);
        k->jobs = NULL;
        return e;
    }
    shmq_fds(k->jobs, fds);
    shmq_fds(k->outcomes, fds + SHMQ_FDS);
    return 0;
}

// Asks for a worker. Parks while the zygote has too many requests. Errors: negative errno.
static int keeper_ask(struct keeper *k)
{
    int fds[WORKER_FDS];
    struct keeper_house *h = k->house;
    int e = keeper_make_queues(k, fds);
    k->number = tools_number();
    while (e == 0 && !h->ending) {
        worker_setup_number(&h->worker_setup, k->number);
        e = herd_spawn(h->herd, &k->member, h->kind, h->worker_setup.p, h->worker_setup.n, fds,
                       WORKER_FDS);
        if (e != -EAGAIN && e != -ETOOMANYREFS)
            break;
        e = sleep_until(clock_after(clock_mono(), KEEPER_CROWDED));
    }
    k->asked = e == 0 && !list_empty(&k->member.node);
    return e;
}

// Starts a worker and waits until it is there. Whether it is.
static bool keeper_start(struct keeper *k)
{
    k->pid = 0;
    k->status = k->failure = 0;
    k->verdict = KEEPER_INNOCENT;
    k->rung = k->lived = k->struck = false;
    int e = keeper_ask(k);
    while (e == 0 && k->asked && !k->pid)
        e = park_on(&k->waits, CLOCK_NEVER);
    if (e < 0)
        k->failure = -e;
    if (e < 0 || !k->asked)
        return false;
    k->house->usage->started++;
    ev_io_init(&k->bell, keeper_ring, shmq_fd(k->outcomes), EV_READ);
    ev_io_start(loop_ev(k->house->setup.loop), &k->bell);
    keeper_listen(k);
    if (!k->house->ending) {
        lane_allow(&k->lane, &k->house->setup, 1);
    }
    return true;
}

// Tells the worker to end when its job is done. Returns by when it should have.
static int64_t keeper_say_goodbye(struct keeper *k)
{
    k->lane.capacity = 0;
    shmq_close(k->jobs);
    return k->under_way ? CLOCK_NEVER : clock_after(clock_mono(), KEEPER_GOODBYE);
}

// Receives outcomes until the worker is dead.
static void keeper_follow(struct keeper *k)
{
    bool told = false;
    int64_t deadline = CLOCK_NEVER;
    while (k->asked) {
        if (k->house->ending && (!told || deadline == CLOCK_NEVER)) {
            deadline = keeper_say_goodbye(k);
            told = true;
        }
        int e = park_on(&k->waits, deadline);
        if (k->rung)
            keeper_listen(k);
        if (e == -ETIMEDOUT) {
            keeper_kill(k, KEEPER_ABANDONED);
            deadline = clock_after(clock_mono(), KEEPER_GOODBYE);
        }
        if (e == -ECANCELED) {
            keeper_kill(k, KEEPER_ABANDONED);
            break; // it dies, but there is no waiting any more
        }
    }
}

static void keeper_note_death(struct keeper *k)
{
    struct keeper_house *h = k->house;
    if (h->ending || k->verdict == KEEPER_ABANDONED)
        return;
    h->early = k->lived ? 0 : h->early + 1;
    h->usage->died += k->pid != 0;
}

// What is left of the worker goes; a job that it had gets its outcome.
static void keeper_bury(struct keeper *k)
{
    char why[OBITUARY_ROOM];
    herd_forget(&k->member);
    k->asked = false;
    k->lane.capacity = 0;
    ev_io_stop(loop_ev(k->house->setup.loop), &k->bell);
    if (k->outcomes && k->verdict != KEEPER_MAD)
        keeper_receive_all(k);
    keeper_note_death(k);
    obituary_write(why, k);
    if (!k->house->ending)
        log_detail("engine %s: %s", k->house->engine->name, why);
    if (k->under_way)
        keeper_settle_with(k, k->verdict == KEEPER_ABANDONED ? FETCH_CANCELLED : FETCH_WORKER_DIED,
                           why);
    if (!k->house->ending && k->failure == EPIPE)
        keeper_give_up(k->house, -EPIPE, why);
    else if (!k->house->ending && k->house->early >= KEEPER_EARLY_MOST)
        keeper_give_up(k->house, -ECHILD, why);
    shmq_free(k->jobs);
    shmq_free(k->outcomes);
    k->jobs = k->outcomes = NULL;
}

// Waits before the next worker, the longer the more have died early.
static void keeper_rest(struct keeper *k)
{
    int64_t rest = KEEPER_FIRST_REST;
    for (unsigned i = 1; i < k->house->early && rest < KEEPER_LONGEST_REST; i++)
        rest *= 2;
    int64_t until = clock_after(clock_mono(), rest);
    if (!k->house->ending && k->house->early)
        park_on(&k->waits, until);
}

int keeper_run(void *keeper)
{
    struct keeper *k = keeper;
    while (!k->house->ending && !fiber_cancelled()) {
        if (keeper_start(k))
            keeper_follow(k);
        keeper_bury(k);
        keeper_rest(k);
    }
    return 0;
}

// ---- The lane

// With a rate for all, an exchange may take as long as it likes: its time stands still while it
// waits for its turn.
static bool keeper_waits_for_its_turn(const struct keeper *k)
{
    const struct flow *flow = k->house->setup.settings->flow;
    return flow && flow_limits(flow);
}

static int keeper_send(struct lane *l, const struct job *job)
{
    struct keeper *k = keeper_of(l);
    int e = shmq_write(k->jobs, job, job->size);
    if (e < 0) {
        keeper_kill(k, KEEPER_MAD); // a queue of one job that is full, or broken
        return e;
    }
    k->under_way = true;
    k->done = false;
    k->job_id = job->id;
    k->sent = keeper_now(k);
    k->sent_wall = clock_wall();
    k->due =
        job->max_time && !keeper_waits_for_its_turn(k)
            ? clock_after(clock_after(clock_after(k->sent, job->connect_timeout), job->max_time),
                          KEEPER_GRACE)
            : CLOCK_NEVER;
    return 0;
}

static const struct outcome *keeper_receive(struct lane *l)
{
    struct keeper *k = keeper_of(l);
    if (!k->done)
        return NULL;
    k->done = false;
    return (const struct outcome *)(const void *)k->outcome.p;
}

int keeper_init(struct keeper *k, struct keeper_house *house)
{
    static const struct lane_ops ops = { keeper_send, keeper_receive };
    *k = (struct keeper){ .house = house, .member.report = keeper_report };
    if (outcome_reserve(&k->outcome) < 0)
        return -ENOMEM;
    list_init(&k->waits);
    list_init(&k->member.node);
    ev_io_init(&k->bell, keeper_ring, -1, EV_READ);
    lane_init(&k->lane, house->engine, &ops, 1);
    k->lane.capacity = 0;
    return 0;
}

void keeper_fini(struct keeper *k)
{
    list_remove(&k->lane.ready);
    list_remove(&k->lane.node);
    buffer_fini(&k->outcome);
}

void keeper_look(struct keeper *k, int64_t now)
{
    if (k->under_way && k->due < now)
        keeper_kill(k, KEEPER_HUNG);
    keeper_strike(k);
    if (k->house->ending)
        wake_all(&k->waits, 0);
}

void keeper_abandon(struct keeper *k)
{
    if (k->under_way)
        keeper_kill(k, KEEPER_ABANDONED);
    wake_all(&k->waits, 0);
}

void keeper_give_up(struct keeper_house *house, int error, const char *why)
{
    house->ending = true;
    house->engine->failed = error;
    if (error == -ECHILD)
        log_error("engine %s gives up: %u workers in a row never began to work, the last: %s",
                  house->engine->name, house->early, why);
    else
        log_error("engine %s gives up: %s", house->engine->name, why);
    list_each(node, next, &house->engine->lanes)
    {
        struct keeper *k = keeper_of(list_entry(node, struct lane, node));
        k->lane.capacity = 0;
        wake_all(&k->waits, 0);
    }
    house->setup.wake(house->setup.arg);
}
