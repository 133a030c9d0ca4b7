// SPDX-License-Identifier: MIT
#include "engine/keeper.h"
#include "engine/obituary.h"
#include "engine/worker.h"
#include "engine/worker_setup.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/gear.h"
#include <errno.h>

// After so many workers in a row, in the whole engine, that could not be started or died before
// they were ready for work, nothing will come of further ones.
enum { KEEPER_EARLY_MOST = 20 };
#define KEEPER_FIRST_REST (10 * CLOCK_MS)
#define KEEPER_LONGEST_REST (1 * CLOCK_S)
#define KEEPER_CROWDED (2 * CLOCK_MS) // the zygote has too many requests: again after this
#define KEEPER_GOODBYE (2 * CLOCK_S)  // a worker told to end may take this long
#define KEEPER_MERCY (300 * CLOCK_MS) // and to give up its jobs, this

// ---- What happens to a worker: recorded, and its keeper woken

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

void keeper_kill(struct keeper *k, enum keeper_verdict verdict)
{
    if (!k->asked || !k->pid || k->verdict != KEEPER_INNOCENT)
        return;
    k->lane.capacity = 0;
    k->verdict = verdict;
    keeper_strike(k);
}

// ---- The life of a worker

// Asks for a worker. Parks while the zygote has too many requests. Errors: negative errno.
static int keeper_ask(struct keeper *k)
{
    int fds[KEEPER_LANE_FDS];
    struct keeper_house *h = k->house;
    int n = keeper_lane_open(k, fds), e = n < 0 ? n : 0;
    k->number = gear_number();
    while (e == 0 && !h->ending) {
        worker_setup_number(&h->worker_setup, k->number);
        e = herd_spawn(h->herd, &k->member, h->kind, h->worker_setup.p, h->worker_setup.n, fds,
                       (unsigned)n);
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
    k->patience = CLOCK_NEVER;
    k->lived = k->told = k->struck = k->dead = false;
    int e = keeper_ask(k);
    while (e == 0 && k->asked && !k->pid)
        e = park_on(&k->waits, CLOCK_NEVER);
    if (e < 0)
        k->failure = -e;
    if (e < 0 || !k->asked)
        return false;
    k->house->usage->started++;
    keeper_lane_begin(k);
    return true;
}

// Tells the worker to end, once it has nothing to do.
static void keeper_say_goodbye(struct keeper *k)
{
    k->lane.capacity = 0;
    if (k->told || k->docket.count)
        return;
    k->told = true;
    k->patience = clock_after(clock_mono(), KEEPER_GOODBYE);
    shmq_close(k->jobs);
}

// Waits until the worker is dead.
static void keeper_follow(struct keeper *k)
{
    while (k->asked) {
        if (k->house->ending)
            keeper_say_goodbye(k);
        int e = park_on(&k->waits, k->patience);
        if (e == -ETIMEDOUT) {
            keeper_kill(k, KEEPER_ABANDONED);
            k->patience = clock_after(clock_mono(), KEEPER_GOODBYE);
        }
        if (e == -ECANCELED) {
            keeper_kill(k, KEEPER_ABANDONED);
            break; // it dies, but there is no waiting any more
        }
    }
}

// Waits until the coordinator has received all that there is to receive.
static void keeper_hand_over(struct keeper *k)
{
    k->dead = true;
    while (!keeper_lane_is_over(k)) {
        lane_announce(&k->lane, &k->house->setup);
        if (park_on(&k->waits, CLOCK_NEVER) == -ECANCELED)
            return;
    }
}

// There is no process or no descriptor for it now, but others work: that is no sign of illness.
static bool keeper_is_short(const struct keeper *k)
{
    return k->failure && k->failure != EPIPE && k->house->working > 0;
}

static void keeper_note_death(struct keeper *k)
{
    struct keeper_house *h = k->house;
    h->working -= k->lived;
    if (h->ending || k->verdict == KEEPER_ABANDONED)
        return;
    h->usage->died += k->pid != 0;
    if (k->lived)
        h->early = 0;
    else if (!keeper_is_short(k))
        h->early++;
}

// What is left of the worker goes; each job that it had gets its outcome.
static void keeper_bury(struct keeper *k)
{
    herd_forget(&k->member);
    k->asked = false;
    keeper_lane_end(k);
    obituary_write(k->why, k);
    if (!k->house->ending)
        log_detail("engine %s: %s", k->house->engine->name, k->why);
    keeper_hand_over(k);
    keeper_archive_settle(k);
    keeper_note_death(k);
    if (!k->house->ending && k->failure == EPIPE)
        keeper_give_up(k->house, -EPIPE, k->why);
    else if (!k->house->ending && k->house->early >= KEEPER_EARLY_MOST)
        keeper_give_up(k->house, -ECHILD, k->why);
    keeper_lane_close(k);
}

// Waits before the next worker, the longer the more have died early.
static void keeper_rest(struct keeper *k)
{
    int64_t rest = KEEPER_FIRST_REST;
    for (unsigned i = 1; i < k->house->early && rest < KEEPER_LONGEST_REST; i++)
        rest *= 2;
    if (keeper_is_short(k))
        rest = KEEPER_LONGEST_REST;
    int64_t until = clock_after(clock_mono(), rest);
    if (!k->house->ending && (k->house->early || keeper_is_short(k)))
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

// ---- From outside

int keeper_init(struct keeper *k, struct keeper_house *house)
{
    *k = (struct keeper){ .house = house, .member.report = keeper_report };
    list_init(&k->waits);
    list_init(&k->member.node);
    int e = keeper_lane_init(k);
    if (e < 0)
        keeper_lane_fini(k);
    return e;
}

void keeper_fini(struct keeper *k)
{
    list_remove(&k->lane.ready);
    list_remove(&k->lane.node);
    keeper_lane_fini(k);
}

void keeper_look(struct keeper *k, int64_t now)
{
    if (docket_is_overdue(&k->docket, now))
        keeper_kill(k, KEEPER_HUNG);
    keeper_strike(k);
    if (k->house->ending)
        wake_all(&k->waits, 0);
}

void keeper_abandon(struct keeper *k)
{
    bool busy = k->docket.count && k->asked && k->pid;
    if (busy && k->house->kind != WORKER_BLOCKING && wire_send(&k->down, NULL, 0) == 0)
        k->patience = clock_after(clock_mono(), KEEPER_MERCY);
    else if (busy)
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
        struct keeper *k = list_entry(list_entry(node, struct lane, node), struct keeper, lane);
        k->lane.capacity = 0;
        wake_all(&k->waits, 0);
    }
    house->setup.wake(house->setup.arg);
}
