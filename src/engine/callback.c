// SPDX-License-Identifier: MIT
#include "engine/callback.h"
#include "engine/slots.h"
#include "fetch/multi.h"
#include "sched/errand.h"
#include <errno.h>
#include <stdlib.h>

// What visit() says in nine lines, as a state machine. Every wait cuts it in two, and what a fiber
// keeps on its stack stands in a struct:
//
//     begin ──► fetch ──► (multi) ──► fetched ──► finish ──► (errand) ──► finished ──► report
//                 ▲                      │          ▲                        │
//                 └── once more, fresh ──┘          └──── the next step ─────┘
//
// None of these steps may wait, and whichever finds a visit's outcome there has to know that it was
// the last.
struct callback_slot {
    struct slot slot;
    struct list node;        // of those under way
    struct passage *passage; // NULL: no exchange is
    struct errand errand;    // what is waited for after the exchange
    struct errand_run run;
};

struct callback {
    struct slots slots;
    struct multi *multi;
    struct list under_way;
    bool abandoned;
};

static struct callback *callback_of(struct engine *e)
{
    return list_entry(e, struct callback, slots.engine);
}

static struct callback_slot *callback_slot_of(struct slot *s)
{
    return list_entry(s, struct callback_slot, slot);
}

static void callback_report(struct callback_slot *s)
{
    struct slots *all = s->slot.slots;
    list_remove(&s->node);
    slot_done(&s->slot, visit_report(&s->slot.visit, &all->outcome));
}

static void callback_finished(struct errand_run *run);

static void callback_finish(struct callback_slot *s)
{
    struct callback *c = callback_of(&s->slot.slots->engine);
    while (visit_finish(&s->slot.visit, &s->errand)) {
        if (c->abandoned)
            s->errand.result = -ECANCELED;
        else if (errand_begin(&s->run, &s->errand, callback_finished) == 0)
            return;
    }
    callback_report(s);
}

static void callback_finished(struct errand_run *run)
{
    callback_finish(list_entry(run, struct callback_slot, run));
}

static void callback_fetch(struct callback_slot *s, bool go);

static void callback_fetched(void *arg, int code)
{
    struct callback_slot *s = arg;
    s->passage = NULL;
    callback_fetch(s, visit_again(&s->slot.visit, code));
}

static void callback_fetch(struct callback_slot *s, bool go)
{
    struct callback *c = callback_of(&s->slot.slots->engine);
    struct visit *v = &s->slot.visit;
    while (go) {
        int e = c->abandoned ? -ECANCELED
                             : multi_start(c->multi, &s->passage, &v->request, v->sinks.first,
                                           &v->response, callback_fetched, s);
        if (e == 0)
            return;
        go = visit_again(v, e < 0 ? e : 0);
    }
    s->errand = (struct errand){ 0 };
    callback_finish(s);
}

static int callback_begin(struct slots *all, struct slot *slot)
{
    struct callback *c = callback_of(&all->engine);
    struct callback_slot *s = callback_slot_of(slot);
    list_push(&c->under_way, &s->node);
    callback_fetch(s, visit_begin(&slot->visit, slot_job(slot), all->setup.settings));
    return 0;
}

// As if each wait had been cancelled; a thread that is at work for one is waited for.
static void callback_cancel(struct callback_slot *s)
{
    if (s->passage) {
        if (multi_cancel(s->passage))
            callback_fetched(s, -ECANCELED);
    } else if (errand_give_up(&s->run)) {
        callback_finish(s);
    }
}

static void callback_abandon(struct engine *e)
{
    struct callback *c = callback_of(e);
    c->slots.lane.capacity = 0;
    c->abandoned = true;
    list_each(node, following, &c->under_way)
        callback_cancel(list_entry(node, struct callback_slot, node));
}

static void callback_close(struct engine *e)
{
    struct callback *c = callback_of(e);
    slots_fini(&c->slots);
    multi_free(c->multi);
    free(c);
}

int callback_open(struct engine **out, const struct engine_spec *spec,
                  const struct engine_setup *setup)
{
    static const struct slots_ops ops = { .engine = { callback_abandon, callback_close },
                                          .begin = callback_begin,
                                          .slot_size = sizeof(struct callback_slot) };
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    struct callback *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    int error = multi_new(&c->multi, setup->loop, &setup->settings->fetch, n);
    if (error < 0)
        goto no_multi;
    error = slots_init(&c->slots, spec, setup, &ops);
    if (error < 0)
        goto no_slots;
    list_init(&c->under_way);
    *out = &c->slots.engine;
    return 0;

no_slots:
    multi_free(c->multi);
no_multi:
    free(c);
    return error;
}
