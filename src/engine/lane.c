// SPDX-License-Identifier: MIT
#include "engine/lane.h"
#include "engine/engine.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <stdio.h>
#include <stdlib.h>

void lane_init(struct lane *l, struct engine *e, const struct lane_ops *ops, unsigned size)
{
    *l = (struct lane){
        .engine = e, .ops = ops, .index = e->lane_count, .size = size, .capacity = size
    };
    list_init(&l->ready);
    list_push(&e->lanes, &l->node);
    e->lane_count++;
    e->size += size;
}

int lane_send(struct lane *l, const struct job *job)
{
    if (!lane_has_room(l)) {
        fprintf(stderr, "trawl: a job was sent to lane %u of engine %s, which holds %u of %u\n",
                l->index, l->engine->name, l->busy, l->capacity);
        abort();
    }
    int e = l->ops->send(l, job);
    if (e < 0)
        return e;
    l->busy++;
    l->engine->busy++;
    l->last_host = job->host_key;
    return 0;
}

const struct outcome *lane_receive(struct lane *l)
{
    const struct outcome *o = l->ops->receive(l);
    if (o) {
        l->busy--;
        l->engine->busy--;
    }
    return o;
}

void lane_announce(struct lane *l, const struct engine_setup *setup)
{
    if (!list_empty(&l->ready))
        return;
    bool first = list_empty(setup->ready);
    list_push(setup->ready, &l->ready);
    if (first)
        setup->wake(setup->arg);
}

void lane_allow(struct lane *l, const struct engine_setup *setup, unsigned n)
{
    bool more = n > l->capacity;
    l->capacity = n;
    if (more)
        lane_announce(l, setup);
}
