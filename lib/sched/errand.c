// SPDX-License-Identifier: MIT
#include "sched/errand.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>

void errand_block(struct errand *e)
{
    e->result = 0;
    if (e->work)
        e->result = e->work(e->arg);
    else
        clock_sleep(e->until);
}

void errand_park(struct errand *e)
{
    e->result = e->work ? offload(e->work, e->arg) : sleep_until(e->until);
}

static void errand_end(struct errand_run *r, int result)
{
    r->errand->result = result;
    r->errand = NULL;
    r->done(r);
}

static void errand_on_time(struct loop_timer *t)
{
    errand_end(list_entry(t, struct errand_run, timer), 0);
}

static void errand_on_work(struct offloaded *o, int result)
{
    errand_end(list_entry(o, struct errand_run, work), result);
}

int errand_begin(struct errand_run *r, struct errand *e, void (*done)(struct errand_run *r))
{
    r->errand = e;
    r->loop = loop_current();
    r->done = done;
    r->timer.fire = errand_on_time;
    int error = e->work ? offload_start(&r->work, e->work, e->arg, errand_on_work)
                        : loop_arm(r->loop, &r->timer, e->until);
    e->result = error;
    if (error < 0)
        r->errand = NULL;
    return error;
}

bool errand_give_up(struct errand_run *r)
{
    if (r->errand->work && !offload_take_back(&r->work))
        return false;
    if (!r->errand->work)
        loop_disarm(r->loop, &r->timer);
    r->errand->result = -ECANCELED;
    r->errand = NULL;
    return true;
}
