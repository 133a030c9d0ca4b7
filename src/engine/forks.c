// SPDX-License-Identifier: MIT
#include "engine/forks.h"
#include "engine/keeper.h"
#include "engine/worker.h"
#include "engine/worker_setup.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

// How often workers are looked at for jobs that are overdue. So no job has a timer of its own.
#define FORKS_ROUND (500 * CLOCK_MS)

struct forks {
    struct engine engine;
    struct keeper_house house;
    struct engine_usage usage; // when the setup has no place for it
    struct nursery keepers, round;
    unsigned count;
    struct keeper keeper[];
};

static struct forks *forks_of(struct engine *e)
{
    return list_entry(e, struct forks, engine);
}

static int forks_go_round(void *arg)
{
    struct forks *f = arg;
    while (sleep_until(clock_after(clock_mono(), FORKS_ROUND)) == 0)
        for (unsigned i = 0; i < f->count; i++)
            keeper_look(&f->keeper[i], clock_mono());
    return 0;
}

static void forks_end(struct forks *f)
{
    f->house.ending = true;
    for (unsigned i = 0; i < f->count; i++)
        keeper_look(&f->keeper[i], clock_mono());
}

static void forks_abandon(struct engine *e)
{
    struct forks *f = forks_of(e);
    for (unsigned i = 0; i < f->count; i++)
        keeper_abandon(&f->keeper[i]);
    forks_end(f);
}

// Ends what has been started, in whatever state opening is.
static void forks_close(struct engine *e)
{
    struct forks *f = forks_of(e);
    forks_end(f);
    nursery_close(&f->keepers);
    nursery_cancel(&f->round);
    nursery_close(&f->round);
    for (unsigned i = 0; i < f->count; i++)
        keeper_fini(&f->keeper[i]);
    herd_leave(f->house.herd);
    buffer_fini(&f->house.worker_setup);
    free(f);
}

static int forks_start(struct forks *f, unsigned n, const struct engine_setup *setup)
{
    int e = worker_setup_write(&f->house.worker_setup, setup->settings, ZYGOTE_SETUP);
    if (e == 0)
        e = herd_join(&f->house.herd, setup->zygote);
    if (e == 0)
        e = nursery_spawn(&f->round, "overdue workers", forks_go_round, f);
    for (unsigned i = 0; e == 0 && i < n; i++) {
        e = keeper_init(&f->keeper[i], &f->house);
        if (e < 0)
            break;
        f->count++;
        e = nursery_spawn(&f->keepers, "worker", keeper_run, &f->keeper[i]);
    }
    return e;
}

int forks_open(struct engine **out, const struct engine_spec *spec,
               const struct engine_setup *setup)
{
    static const struct engine_ops ops = { forks_abandon, forks_close };
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    unsigned inner = spec->inner_count < setup->cap ? spec->inner_count : setup->cap;
    unsigned room = setup->descriptors / (spec->inner ? FORKS_A_LOOP : FORKS_A_WORKER);
    if (setup->descriptors && room < n)
        n = room ? room : 1;
    if (!setup->zygote)
        return -EINVAL;
    struct forks *f = calloc(1, sizeof *f + n * sizeof f->keeper[0]);
    if (!f)
        return -ENOMEM;
    engine_init(&f->engine, engine_name(spec), &ops);
    f->house = (struct keeper_house){ .engine = &f->engine,
                                      .setup = *setup,
                                      .kind = spec->inner ? inner : WORKER_BLOCKING,
                                      .usage = setup->usage ? setup->usage : &f->usage };
    nursery_init(&f->keepers, "forks");
    nursery_init(&f->round, "forks, round");
    int e = forks_start(f, n, setup);
    if (e < 0) {
        forks_close(&f->engine);
        return e;
    }
    *out = &f->engine;
    return 0;
}
