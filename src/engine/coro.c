// SPDX-License-Identifier: MIT
#include "engine/coro.h"
#include "engine/lane.h"
#include "fetch/multi.h"
#include "sched/nursery.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "visit/tools.h"
#include "visit/visit.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// One lane whose worker is the coordinator's own loop. A job goes into a slot and gets a fiber; the
// slot is
//
//     idle ── send ──► under way ──► done ── receive ──► given ── next call ──► idle
//
// and its one message is the job until the visit is over, the outcome then, to be read in place. In
// a steady state nothing is allocated for a job, unless there are so many slots that what each
// keeps for its next visit counts.
enum {
    CORO_MANY = 2048,   // slots, from which on they keep nothing of a response's head
    CORO_KEPT = 4096,   // bytes of each kind that stay with a slot otherwise
    CORO_MESSAGE = 4096 // bytes of a message's room that stay with a slot
};

struct coro_slot {
    struct list node; // idle or done
    struct coro *coro;
    struct buffer message;
    struct visit visit;
};

struct coro {
    struct engine engine;
    struct lane lane;
    struct engine_setup setup;
    struct nursery nursery;
    struct multi *multi; // NULL when the io is the caller's
    struct tools tools;
    struct io *io;
    struct list idle, done; // of slots; the one used last is the first that is idle
    struct coro_slot *given;
    struct buffer outcome; // of the visit that has just ended
    size_t kept;           // see visit_trim
};

static struct coro *coro_of(struct lane *l)
{
    return list_entry(l, struct coro, lane);
}

static void coro_slot_free(struct coro_slot *s)
{
    if (!s)
        return;
    visit_fini(&s->visit);
    buffer_fini(&s->message);
    free(s);
}

static struct coro_slot *coro_take_slot(struct coro *c)
{
    struct list *l = list_pop(&c->idle);
    if (l)
        return list_entry(l, struct coro_slot, node);
    struct coro_slot *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    list_init(&s->node);
    s->coro = c;
    s->visit.tools = &c->tools;
    return s;
}

static void coro_put_slot(struct coro *c, struct coro_slot *s)
{
    if (s->message.room > CORO_MESSAGE)
        buffer_fini(&s->message);
    visit_trim(&s->visit, c->kept);
    list_push_front(&c->idle, &s->node);
}

static void coro_take_back(struct coro *c)
{
    if (c->given)
        coro_put_slot(c, c->given);
    c->given = NULL;
}

// What the visit has left in `c->outcome` takes the place of the job.
static void coro_finish(struct coro *c, struct coro_slot *s)
{
    buffer_clear(&s->message);
    buffer_add(&s->message, c->outcome.p, c->outcome.n);
    if (s->message.failed) {
        struct outcome_parts bare = { .head = *(const struct outcome *)(const void *)c->outcome.p };
        bare.head.error = FETCH_NO_RESOURCES;
        outcome_build(&s->message, &bare); // coro_start made the room
    }
    turns_arrive(&c->tools.turns, &s->visit.turn);
    struct turn *t;
    while ((t = turns_next(&c->tools.turns))) {
        list_push(&c->done, &list_entry(t, struct coro_slot, visit.turn)->node);
        lane_announce(&c->lane, &c->setup);
    }
}

// The body of a job's fiber.
static int coro_visit(void *arg)
{
    struct coro_slot *s = arg;
    struct coro *c = s->coro;
    const struct job *job = (const struct job *)(const void *)s->message.p;
    if (visit(&s->visit, c->io, job, c->setup.settings, &c->outcome) < 0) {
        fprintf(stderr, "trawl: a visit of engine coro had no room for its outcome\n");
        abort(); // coro_open_io made it
    }
    coro_finish(c, s);
    return 0;
}

static int coro_start(struct coro *c, struct coro_slot *s, const struct job *job)
{
    int e = outcome_reserve(&s->message);
    if (e < 0)
        return e;
    buffer_add(&s->message, job, job->size);
    if (s->message.failed)
        return -ENOMEM;
    return nursery_spawn(&c->nursery, "visit", coro_visit, s);
}

static int coro_send(struct lane *l, const struct job *job)
{
    struct coro *c = coro_of(l);
    coro_take_back(c);
    struct coro_slot *s = coro_take_slot(c);
    if (!s)
        return -ENOMEM;
    int e = coro_start(c, s, job);
    if (e < 0)
        coro_put_slot(c, s);
    return e;
}

static const struct outcome *coro_receive(struct lane *l)
{
    struct coro *c = coro_of(l);
    coro_take_back(c);
    struct list *node = list_pop(&c->done);
    if (!node)
        return NULL;
    c->given = list_entry(node, struct coro_slot, node);
    return (const struct outcome *)(const void *)c->given->message.p;
}

static void coro_abandon(struct engine *e)
{
    struct coro *c = list_entry(e, struct coro, engine);
    c->lane.capacity = 0;
    nursery_cancel(&c->nursery);
}

static void coro_close(struct engine *e)
{
    struct coro *c = list_entry(e, struct coro, engine);
    nursery_cancel(&c->nursery);
    nursery_close(&c->nursery);
    multi_free(c->multi);
    coro_slot_free(c->given);
    struct list *node;
    while ((node = list_pop(&c->idle)) || (node = list_pop(&c->done)))
        coro_slot_free(list_entry(node, struct coro_slot, node));
    tools_close(&c->tools);
    list_remove(&c->lane.ready);
    buffer_fini(&c->outcome);
    free(c);
}

int coro_open_io(struct engine **out, const struct engine_spec *spec,
                 const struct engine_setup *setup, struct io *io)
{
    static const struct engine_ops engine_ops = { coro_abandon, coro_close };
    static const struct lane_ops lane_ops = { coro_send, coro_receive };
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    struct coro *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    if (outcome_reserve(&c->outcome) < 0) {
        free(c);
        return -ENOMEM;
    }
    int error =
        tools_open(&c->tools, setup->settings, setup->worker ? *setup->worker : tools_number());
    if (error < 0) {
        buffer_fini(&c->outcome);
        free(c);
        return error;
    }
    c->setup = *setup;
    c->io = io;
    c->kept = n < CORO_MANY ? CORO_KEPT : 0;
    list_init(&c->idle);
    list_init(&c->done);
    nursery_init(&c->nursery, "coro");
    engine_init(&c->engine, spec->name, &engine_ops);
    lane_init(&c->lane, &c->engine, &lane_ops, n);
    *out = &c->engine;
    return 0;
}

int coro_open(struct engine **out, const struct engine_spec *spec, const struct engine_setup *setup)
{
    struct multi *m;
    struct engine *e;
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    int error = multi_new(&m, setup->loop, &setup->settings->fetch, n);
    if (error < 0)
        return error;
    error = coro_open_io(&e, spec, setup, multi_io(m));
    if (error < 0) {
        multi_free(m);
        return error;
    }
    list_entry(e, struct coro, engine)->multi = m;
    *out = e;
    return 0;
}
