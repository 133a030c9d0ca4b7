// SPDX-License-Identifier: MIT
#include "sched/nursery.h"
#include "sched/task.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

void nursery_init(struct nursery *n, const char *name)
{
    *n = (struct nursery){ .name = name };
    list_init(&n->fibers);
    list_init(&n->closer);
}

int nursery_spawn_at(struct nursery *n, const char *name, int (*body)(void *arg), void *arg,
                     const char *file, int line)
{
    struct loop *l = loop_mine;
    if (!l) {
        log_error("nursery_spawn: '%s' spawned in a thread without a loop (%s:%d)", name, file,
                  line);
        abort();
    }
    if (n->cancelled)
        return -ECANCELED;
    struct task *t;
    int r = task_spawn(l, &t, name, body, arg);
    if (r < 0)
        return r;
    t->fiber.file = file;
    t->fiber.line = (unsigned)line;
    t->nursery = n;
    list_push(&n->fibers, &t->sibling);
    n->living++;
    return 0;
}

void nursery_cancel(struct nursery *n)
{
    n->cancelled = true;
    list_each(node, following, &n->fibers) task_cancel(list_entry(node, struct task, sibling));
}

void nursery_ended(struct nursery *n, struct task *t, int result)
{
    list_remove(&t->sibling);
    n->living--;
    bool obeyed = result == -ECANCELED && t->cancelled;
    if (result < 0 && !obeyed && n->error == 0) {
        n->error = result;
        nursery_cancel(n);
    }
    if (n->living == 0)
        wake_all(&n->closer, 0);
}

int nursery_close(struct nursery *n)
{
    struct task *t = task_running("nursery_close");
    if (t->nursery == n) {
        log_error("nursery_close: fiber '%s' would wait for its own end in nursery '%s'",
                  t->fiber.name, n->name);
        abort();
    }
    while (n->living) {
        if (!t->cancelled)
            park_on_as("nursery_close", &n->closer, CLOCK_NEVER);
        if (t->cancelled && n->living) {
            nursery_cancel(n);
            park_shielded(&n->closer, "nursery_close");
        }
    }
    int error = n->error;
    n->error = 0;
    n->cancelled = false;
    return error;
}
