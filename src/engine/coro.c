// SPDX-License-Identifier: MIT
#include "engine/coro.h"
#include "engine/slots.h"
#include "fetch/multi.h"
#include "sched/nursery.h"
#include <errno.h>
#include <stdlib.h>

// A fiber a job, which goes through its visit in straight-line code; waiting is the io's.
struct coro {
    struct slots slots;
    struct nursery nursery;
    struct io *io;
    void (*done_with)(struct io *io);
};

static struct coro *coro_of(struct engine *e)
{
    return list_entry(e, struct coro, slots.engine);
}

// The body of a job's fiber.
static int coro_visit(void *arg)
{
    struct slot *s = arg;
    struct slots *all = s->slots;
    struct io *io = coro_of(&all->engine)->io;
    slot_done(s, visit(&s->visit, io, slot_job(s), all->setup.settings, &all->outcome));
    return 0;
}

static int coro_begin(struct slots *all, struct slot *s)
{
    return nursery_spawn(&coro_of(&all->engine)->nursery, "visit", coro_visit, s);
}

static void coro_abandon(struct engine *e)
{
    struct coro *c = coro_of(e);
    c->slots.lane.capacity = 0;
    nursery_cancel(&c->nursery);
}

static void coro_close(struct engine *e)
{
    struct coro *c = coro_of(e);
    nursery_cancel(&c->nursery);
    nursery_close(&c->nursery);
    slots_fini(&c->slots);
    if (c->done_with)
        c->done_with(c->io);
    free(c);
}

int coro_open_io(struct engine **out, const struct engine_spec *spec,
                 const struct engine_setup *setup, struct io *io, void (*done_with)(struct io *io))
{
    static const struct slots_ops ops = { .engine = { coro_abandon, coro_close },
                                          .begin = coro_begin,
                                          .slot_size = sizeof(struct slot) };
    struct coro *c = calloc(1, sizeof *c);
    int error = c ? slots_init(&c->slots, spec, setup, &ops) : -ENOMEM;
    if (error < 0) {
        free(c);
        if (done_with)
            done_with(io);
        return error;
    }
    c->io = io;
    c->done_with = done_with;
    nursery_init(&c->nursery, spec->name);
    *out = &c->slots.engine;
    return 0;
}

static void coro_done_with(struct io *io)
{
    multi_free(multi_of_io(io));
}

int coro_open(struct engine **out, const struct engine_spec *spec, const struct engine_setup *setup)
{
    struct multi *m;
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    int error = multi_new(&m, setup->loop, &setup->settings->fetch, n);
    return error < 0 ? error : coro_open_io(out, spec, setup, multi_io(m), coro_done_with);
}
