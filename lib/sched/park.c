// SPDX-License-Identifier: MIT
#include "sched/park.h"
#include "sched/task.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

void park_label(const char *what)
{
    task_running("park_label")->label = what;
}

// Waits for whatever `t` has been put on queues for. One whose deadline has passed goes to the end
// of what is ready at once, and may still be fired by those before it.
static int park_wait(struct task *t, struct waiter *w, unsigned n, int64_t deadline)
{
    struct loop *l = t->loop;
    for (unsigned i = 0; i < n; i++)
        w[i].fiber = &t->fiber;
    t->waiters = w;
    t->waiting = n;
    t->since = l->now;
    if (deadline <= l->now) {
        t->fired = -ETIMEDOUT;
        task_ready(t);
        t->state = TASK_POLLING;
    } else {
        t->state = TASK_PARKED;
        if (deadline != CLOCK_NEVER)
            loop_arm_task(l, &t->deadline, deadline);
    }
    task_switch(t);
    while (t->waiting)
        list_remove(&w[--t->waiting].node);
    t->label = NULL;
    return t->fired;
}

// Not inlined, or gcc believes that it sees waiters left on queues by functions that return.
__attribute__((noinline)) int park_as(const char *label, struct waiter *w, unsigned n,
                                      int64_t deadline)
{
    struct task *t = task_running(label);
    if (!t->cancelled) {
        t->label = label;
        return park_wait(t, w, n, deadline);
    }
    for (unsigned i = 0; i < n; i++)
        list_remove(&w[i].node);
    t->label = NULL;
    return -ECANCELED;
}

int park(struct waiter *w, unsigned n, int64_t deadline)
{
    return park_as(task_running("park")->label, w, n, deadline);
}

static void waiter_refuse(const struct task *t)
{
    log_error("waiter_fire: fiber '%s' (spawned at %s:%u) %s", t->fiber.name, t->fiber.file,
              t->fiber.line,
              t->loop == loop_mine ? "is not parked" : "belongs to the loop of another thread");
    abort();
}

void waiter_fire(struct waiter *w, int result)
{
    struct task *t = task_of(w->fiber);
    if (t->loop != loop_mine || (t->state != TASK_PARKED && t->state != TASK_POLLING))
        waiter_refuse(t);
    w->result = result;
    task_resume(t, (int)(w - t->waiters));
}

int park_on_as(const char *label, struct list *queue, int64_t deadline)
{
    struct waiter w;
    list_push(queue, &w.node);
    int r = park_as(label, &w, 1, deadline);
    return r < 0 ? r : w.result;
}

int park_on(struct list *queue, int64_t deadline)
{
    return park_on_as(task_running("park_on")->label, queue, deadline);
}

void park_shielded(struct list *queue, const char *label)
{
    struct task *t = task_running(label);
    struct waiter w;
    list_push(queue, &w.node);
    t->label = label;
    t->shielded = true;
    park_wait(t, &w, 1, CLOCK_NEVER);
    t->shielded = false;
}

unsigned wake_one(struct list *queue, int result)
{
    if (list_empty(queue))
        return 0;
    waiter_fire(list_entry(queue->next, struct waiter, node), result);
    return 1;
}

unsigned wake_all(struct list *queue, int result)
{
    unsigned n = 0;
    while (wake_one(queue, result))
        n++;
    return n;
}

int sleep_until(int64_t deadline)
{
    int r = park_as("sleep_until", NULL, 0, deadline);
    return r == -ETIMEDOUT ? 0 : r;
}

int yield_fiber(void)
{
    struct task *t = task_running("yield_fiber");
    if (t->cancelled)
        return -ECANCELED;
    task_ready(t);
    task_switch(t);
    return t->cancelled ? -ECANCELED : 0;
}

int fiber_cancelled(void)
{
    return task_running("fiber_cancelled")->cancelled;
}
