// SPDX-License-Identifier: MIT
#include "engine/slots.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SLOTS_MANY = 2048,   // from which on they keep nothing of a response's head
    SLOTS_KEPT = 4096,   // bytes of each kind that stay with a slot otherwise
    SLOTS_MESSAGE = 4096 // bytes of a message's room that stay with a slot
};

static struct slots *slots_of(struct lane *l)
{
    return list_entry(l, struct slots, lane);
}

static void slot_free(struct slot *s)
{
    if (!s)
        return;
    visit_fini(&s->visit);
    buffer_fini(&s->message);
    free(s);
}

static struct slot *slots_take(struct slots *all)
{
    struct list *l = list_pop(&all->idle);
    if (l)
        return list_entry(l, struct slot, node);
    struct slot *s = calloc(1, all->ops->slot_size);
    if (!s)
        return NULL;
    list_init(&s->node);
    s->slots = all;
    s->visit.gear = &all->gear;
    return s;
}

static void slots_put(struct slots *all, struct slot *s)
{
    if (s->message.room > SLOTS_MESSAGE)
        buffer_fini(&s->message);
    visit_trim(&s->visit, all->kept);
    list_push_front(&all->idle, &s->node);
}

static void slots_take_back(struct slots *all)
{
    if (all->given)
        slots_put(all, all->given);
    all->given = NULL;
}

const struct job *slot_job(const struct slot *s)
{
    return (const struct job *)(const void *)s->message.p;
}

// What the visit has left in `outcome` takes the place of the job.
static void slot_fill(struct slot *s, const struct buffer *outcome)
{
    buffer_clear(&s->message);
    buffer_add(&s->message, outcome->p, outcome->n);
    if (!s->message.failed)
        return;
    struct outcome_parts bare = { .head = *(const struct outcome *)(const void *)outcome->p };
    bare.head.error = FETCH_NO_RESOURCES;
    bare.head.tail = 0;
    outcome_build(&s->message, &bare); // slots_begin made the room
}

void slot_done(struct slot *s, int code)
{
    struct slots *all = s->slots;
    if (code < 0) {
        fprintf(stderr, "trawl: a visit of engine %s had no room for its outcome\n",
                all->engine.name);
        abort(); // slots_init made it
    }
    slot_fill(s, &all->outcome);
    turns_arrive(&all->gear.turns, &s->visit.turn);
    struct turn *t;
    while ((t = turns_next(&all->gear.turns))) {
        list_push(&all->done, &list_entry(t, struct slot, visit.turn)->node);
        lane_announce(&all->lane, &all->setup);
    }
}

static int slots_begin(struct slots *all, struct slot *s, const struct job *job)
{
    int e = outcome_reserve(&s->message);
    if (e < 0)
        return e;
    buffer_add(&s->message, job, job->size);
    return s->message.failed ? -ENOMEM : all->ops->begin(all, s);
}

static int slots_send(struct lane *l, const struct job *job)
{
    struct slots *all = slots_of(l);
    slots_take_back(all);
    struct slot *s = slots_take(all);
    if (!s)
        return -ENOMEM;
    int e = slots_begin(all, s, job);
    if (e < 0)
        slots_put(all, s);
    return e;
}

static const struct outcome *slots_receive(struct lane *l)
{
    struct slots *all = slots_of(l);
    slots_take_back(all);
    struct list *node = list_pop(&all->done);
    if (!node)
        return NULL;
    all->given = list_entry(node, struct slot, node);
    return (const struct outcome *)(const void *)all->given->message.p;
}

int slots_init(struct slots *all, const struct engine_spec *spec, const struct engine_setup *setup,
               const struct slots_ops *ops)
{
    static const struct lane_ops lane_ops = { slots_send, slots_receive };
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    *all = (struct slots){ .setup = *setup, .ops = ops };
    all->kept = n < SLOTS_MANY ? SLOTS_KEPT : 0;
    if (outcome_reserve(&all->outcome) < 0)
        return -ENOMEM;
    int e = gear_open(&all->gear, setup->settings, setup->worker ? *setup->worker : gear_number());
    if (e < 0) {
        buffer_fini(&all->outcome);
        return e;
    }
    list_init(&all->idle);
    list_init(&all->done);
    engine_init(&all->engine, spec->name, &ops->engine);
    lane_init(&all->lane, &all->engine, &lane_ops, n);
    return 0;
}

void slots_fini(struct slots *all)
{
    slot_free(all->given);
    struct list *node;
    while ((node = list_pop(&all->idle)) || (node = list_pop(&all->done)))
        slot_free(list_entry(node, struct slot, node));
    gear_close(&all->gear);
    list_remove(&all->lane.ready);
    buffer_fini(&all->outcome);
}
