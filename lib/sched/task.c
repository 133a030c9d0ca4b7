// SPDX-License-Identifier: MIT
#include "sched/task.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

void task_none(const char *call)
{
    log_error("%s: called from %s, where nothing can park", call,
              loop_mine ? "the loop's own stack (a hook, a timer or a watcher's callback)"
                        : "a thread without a loop");
    abort();
}

struct task *task_next(struct loop *l)
{
    struct task *t = l->first;
    if (!t || l->budget == 0)
        return NULL;
    l->budget--;
    l->ready--;
    l->first = t->next;
    if (!l->first)
        l->last = &l->first;
    return t;
}

void task_switch(struct task *t)
{
    struct loop *l = t->loop;
    struct task *next = task_next(l);
    l->running = next;
    if (next != t)
        fiber_switch(&t->fiber, next ? &next->fiber : &l->fiber);
    t->state = TASK_RUNNING;
}

// A fiber's first function and its last.
static struct fiber *task_main(struct fiber *f)
{
    struct task *t = task_of(f);
    struct loop *l = t->loop;
    t->state = TASK_RUNNING;
    int result = t->body(t->arg);
    fiber_check(f); // before anything that it may have run over is used
    l->living--;
    if (t->nursery)
        nursery_ended(t->nursery, t, result);
    else
        l->result = result;
    struct task *next = task_next(l);
    l->running = next;
    return next ? &next->fiber : &l->fiber;
}

int task_spawn(struct loop *l, struct task **out, const char *name, int (*body)(void *arg),
               void *arg)
{
    struct fiber *f;
    if (heap_reserve(&l->deadlines, l->living + l->armed + 1) < 0 ||
        fiber_new(&l->pool, &f, sizeof(struct task), task_main) < 0)
        return -ENOMEM;
    struct task *t = task_of(f);
    f->name = name;
    t->loop = l;
    t->cancelled = t->shielded = false;
    t->waiting = 0;
    t->deadline.fire = task_deadline;
    t->deadline.place = 0;
    t->label = NULL;
    t->nursery = NULL;
    list_init(&t->sibling);
    t->body = body;
    t->arg = arg;
    l->living++;
    task_ready(t);
    *out = t;
    return 0;
}

void task_resume(struct task *t, int fired)
{
    for (unsigned i = 0; i < t->waiting; i++)
        list_remove(&t->waiters[i].node);
    t->waiting = 0;
    t->fired = fired;
    if (t->deadline.place)
        heap_remove(&t->loop->deadlines, &t->deadline.node);
    if (t->state == TASK_POLLING)
        t->state = TASK_READY; // in the queue already
    else
        task_ready(t);
}

void task_deadline(struct loop_timer *timer)
{
    task_resume(list_entry(timer, struct task, deadline), -ETIMEDOUT);
}

void task_cancel(struct task *t)
{
    t->cancelled = true;
    if ((t->state == TASK_PARKED || t->state == TASK_POLLING) && !t->shielded)
        task_resume(t, -ECANCELED);
}
