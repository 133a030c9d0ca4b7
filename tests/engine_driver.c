// SPDX-License-Identifier: MIT
#include "engine_driver.h"
#include "patience.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>

static void driver_wake(void *arg)
{
    struct engine_driver *d = arg;
    d->wakes++;
    wake_all(&d->waits, 0);
}

void engine_driver_init(struct engine_driver *d, const struct visit_settings *settings,
                        struct zygote *zygote, unsigned cap)
{
    list_init(&d->ready);
    list_init(&d->waits);
    d->engine = NULL;
    d->wakes = 0;
    d->setup = (struct engine_setup){ .loop = loop_current(),
                                      .settings = settings,
                                      .zygote = zygote,
                                      .cap = cap,
                                      .ready = &d->ready,
                                      .wake = driver_wake,
                                      .arg = d };
}

int engine_driver_open(struct engine_driver *d, const char *text)
{
    struct engine_spec spec;
    char why[160];
    if (engine_parse(&spec, 1, text, why, sizeof why) != 1) {
        fprintf(stderr, "%s\n", why);
        return -EINVAL;
    }
    return engine_open(&d->engine, &spec, &d->setup);
}

static void driver_take_all(struct engine_driver *d)
{
    struct list *node;
    while ((node = list_pop(&d->ready))) {
        struct lane *l = list_entry(node, struct lane, ready);
        const struct outcome *o;
        while ((o = lane_receive(l)))
            d->taken(d, o);
    }
}

static struct lane *driver_free_lane(struct engine_driver *d)
{
    list_each(node, next, &d->engine->lanes)
    {
        struct lane *l = list_entry(node, struct lane, node);
        if (lane_has_room(l))
            return l;
    }
    return NULL;
}

static unsigned driver_busy(struct engine_driver *d)
{
    unsigned n = 0;
    list_each(node, next, &d->engine->lanes) n += list_entry(node, struct lane, node)->busy;
    return n;
}

// Waits for something to happen, and takes what comes.
static int driver_wait(struct engine_driver *d)
{
    int e = list_empty(&d->ready) ? park_on(&d->waits, clock_mono() + patience(20 * CLOCK_S)) : 0;
    driver_take_all(d);
    return e;
}

int engine_driver_send(struct engine_driver *d, const struct job *job)
{
    for (;;) {
        driver_take_all(d);
        struct lane *l = driver_free_lane(d);
        if (l && lane_send(l, job) == 0)
            return 0;
        if (d->engine->failed)
            return d->engine->failed;
        int e = l ? yield_fiber() : driver_wait(d);
        if (e < 0)
            return e;
    }
}

int engine_driver_drain(struct engine_driver *d)
{
    int e = 0;
    driver_take_all(d);
    while (e == 0 && driver_busy(d))
        e = driver_wait(d);
    return e;
}

int engine_driver_run(struct engine_driver *d, const struct job *(*next)(void *arg), void *arg)
{
    const struct job *job;
    int e = 0;
    while (e == 0 && (job = next(arg)))
        e = engine_driver_send(d, job);
    return e < 0 ? e : engine_driver_drain(d);
}
