// SPDX-License-Identifier: MIT
#ifndef SCHED_TASK_H
#define SCHED_TASK_H
#include "data/heap.h"
#include "fiber/overflow.h"
#include "sched/bell.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include <ev.h>

// What the files of lib/sched share among themselves: a fiber as the scheduler sees it, and the
// loop. Nobody above includes this.

enum task_state {
    TASK_READY, // in the loop's queue, to be run
    TASK_RUNNING,
    TASK_PARKED,  // on queues of what it waits for, or on none when it only waits for a time
    TASK_POLLING, // in the loop's queue and on queues: its deadline had passed, the others run once
};

struct task {
    struct fiber fiber; // first: a waiter names its task by this
    struct loop *loop;
    struct task *next; // in the loop's queue
    enum task_state state;
    bool cancelled;
    bool shielded;    // while parked: cancelling does not wake it
    int fired;        // what park returns
    unsigned waiting; // how many waiters
    struct waiter *waiters;
    struct loop_timer deadline;
    const char *label; // what it waits on
    int64_t since;     // parked
    struct list sibling;
    struct nursery *nursery; // NULL: the first fiber of loop_run
    int (*body)(void *arg);
    void *arg;
};

struct offload_port;

struct loop {
    struct fiber fiber;         // the thread's own stack
    struct task *running;       // NULL: the loop's own stack
    struct task *first, **last; // the queue of what is ready
    size_t ready;
    unsigned idle; // rounds with nothing to wait for
    size_t budget; // switches from fiber to fiber until the hooks have their turn
    int64_t now;
    struct heap deadlines; // has room for every fiber, always
    size_t living, armed;  // fibers; timers of others than fibers on `deadlines`
    struct stack_pool pool;
    struct list hooks;
    struct list *next_hook; // while they run
    struct ev_loop *ev;
    struct ev_timer wake; // armed at `wake_at`, which is never later than the first deadline
    int64_t wake_at;
    struct bell_signal census; // SIGUSR1
    struct offload_port *port;
    struct overflow_watch overflow;
    int result; // of the first fiber
    const char *name;
};

extern _Thread_local struct loop *loop_mine;

static inline struct task *task_of(struct fiber *f)
{
    return (struct task *)(void *)f;
}

// Says that `call` was made where nothing can park, and aborts.
__attribute__((noreturn, cold)) void task_none(const char *call);

// The running fiber; aborts on the loop's own stack.
static inline struct task *task_running(const char *call)
{
    struct loop *l = loop_mine;
    if (!l || !l->running)
        task_none(call);
    return l->running;
}

// Makes a fiber and makes it ready. Errors: -ENOMEM.
int task_spawn(struct loop *l, struct task **out, const char *name, int (*body)(void *arg),
               void *arg);

// The next task to run, taken off the queue; NULL when there is none or the hooks shall have their
// turn.
struct task *task_next(struct loop *l);

// Appends to the queue of what is ready.
static inline void task_ready(struct task *t)
{
    struct loop *l = t->loop;
    t->state = TASK_READY;
    t->next = NULL;
    *l->last = t;
    l->last = &t->next;
    l->ready++;
}

// Leaves the running task `t`, which is in the queue or will be put there by somebody, for the next
// ready one or the loop.
void task_switch(struct task *t);

// Takes `t`, which is parked or polling, off everything it waits for and makes it ready; park will
// return `fired`.
void task_resume(struct task *t, int fired);

// Cancels; wakes it when it is parked.
void task_cancel(struct task *t);

// The `fire` of a task's deadline, and how that is armed: cannot fail.
void task_deadline(struct loop_timer *timer);
void loop_arm_task(struct loop *l, struct loop_timer *t, int64_t at);

// park and park_on, with what is waited on, for the census.
int park_as(const char *label, struct waiter *w, unsigned n, int64_t deadline);
int park_on_as(const char *label, struct list *queue, int64_t deadline);

// In nursery.c: `t` has ended with `result`.
void nursery_ended(struct nursery *n, struct task *t, int result);

// In offload.c: frees what the loop keeps for it.
void offload_fini(struct loop *l);

// In census.c.
void census_fini(struct loop *l);
#endif
