// SPDX-License-Identifier: MIT
#include "sched/offload.h"
#include "sched/task.h"
#include "sys/clock.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

// One pool a process, whatever the number of loops; one lock for all of it, held for a few
// instructions only. What is done goes to the loop it came from through that loop's port, whose
// bell wakes it.
//
//      fiber ─► queue ─► thread ─► port->done ─► (bell) loop ─► done(), fiber
//
// When there is no thread and none can be made, the loop does the work itself, on its own stack:
//
//      fiber ─► port->here ─► (bell) loop ─► work(), done(), fiber

enum { OFFLOAD_THREADS = 16, OFFLOAD_IDLE_S = 5 };

// A struct offloaded's `state`; its node is in the queue, then in its port's `done`; or in `here`.
enum job_state { JOB_QUEUED, JOB_HERE, JOB_TAKEN, JOB_DONE };

// A loop's end.
struct offload_port {
    struct bell bell; // first
    struct ev_loop *ev;
    struct list done; // under the pool's lock
    struct list here; // the loop's own
};

enum worker_state { WORKER_NONE, WORKER_IDLE, WORKER_BUSY, WORKER_ENDED };

struct worker {
    pthread_t thread;
    enum worker_state state;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct list queue;
    struct worker workers[OFFLOAD_THREADS];
    unsigned alive, idle, queued;
    bool waking; // an idle thread is on its way: it wakes the next if there is more for one
    bool stopping;
} pool;
static pthread_once_t pool_once = PTHREAD_ONCE_INIT;

// ---- the threads' side

// With the lock held: has an idle thread come, unless one is on its way. So a burst of jobs costs
// one system call of the loop's, and threads that are busy anyway find the next job by themselves.
static void pool_wake(void)
{
    if (pool.waking || pool.idle == 0)
        return;
    pool.waking = true;
    pthread_cond_signal(&pool.wanted);
}

// `fresh`: the thread was not at work a moment ago.
static bool worker_wait(bool fresh)
{
    struct timespec until = { 0 };
    if (list_empty(&pool.queue))
        clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += OFFLOAD_IDLE_S;
    bool late = false;
    while (list_empty(&pool.queue) && !pool.stopping && !late) {
        late = pthread_cond_timedwait(&pool.wanted, &pool.lock, &until) == ETIMEDOUT;
        fresh = true;
        pool.waking = false;
    }
    if (fresh)
        pool.waking = false;
    if (list_empty(&pool.queue) || pool.stopping)
        return false;
    pool.idle--;
    if (fresh && pool.queued > 1)
        pool_wake();
    return true;
}

static void worker_do(struct offloaded *j)
{
    j->state = JOB_TAKEN;
    pool.queued--;
    pthread_mutex_unlock(&pool.lock);
    int result = j->work(j->arg);
    pthread_mutex_lock(&pool.lock);
    j->result = result;
    j->state = JOB_DONE;
    list_push(&j->port->done, &j->node);
    // Under the lock: once the loop has taken the job up, its port may go away.
    bell_ring(&j->port->bell);
}

static void *worker_main(void *arg)
{
    struct worker *me = arg;
    pthread_setname_np(pthread_self(), "offload");
    pthread_mutex_lock(&pool.lock);
    for (bool fresh = true; worker_wait(fresh); fresh = false) {
        me->state = WORKER_BUSY;
        worker_do(list_entry(list_pop(&pool.queue), struct offloaded, node));
        me->state = WORKER_IDLE;
        pool.idle++;
    }
    me->state = WORKER_ENDED;
    pool.idle--;
    pool.alive--;
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

// ---- the pool

// With the lock held. Signals are for the threads that have loops.
static int pool_start_worker(void)
{
    struct worker *w = pool.workers;
    while (w->state != WORKER_NONE && w->state != WORKER_ENDED)
        w++;
    if (w->state == WORKER_ENDED)
        pthread_join(w->thread, NULL);
    w->state = WORKER_IDLE;
    sigset_t all, former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    int error = pthread_create(&w->thread, NULL, worker_main, w);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    if (error) {
        w->state = WORKER_NONE;
        return -error;
    }
    pool.alive++;
    pool.idle++;
    return 0;
}

// Idle threads end. One that is busy is left to its work, which nobody waits for any more.
void offload_stop(void)
{
    pthread_mutex_lock(&pool.lock);
    pool.stopping = true;
    pthread_cond_broadcast(&pool.wanted);
    for (struct worker *w = pool.workers; w < pool.workers + OFFLOAD_THREADS; w++) {
        if (w->state != WORKER_IDLE && w->state != WORKER_ENDED)
            continue;
        pthread_mutex_unlock(&pool.lock);
        pthread_join(w->thread, NULL);
        pthread_mutex_lock(&pool.lock);
        w->state = WORKER_NONE;
    }
    pthread_mutex_unlock(&pool.lock);
}

static void pool_reset(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutexattr_t brief; // what is locked is unlocked in no time: look again before sleeping
    pthread_mutexattr_init(&brief);
    pthread_mutexattr_settype(&brief, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(&pool.lock, &brief);
    pthread_mutexattr_destroy(&brief);
    pthread_cond_init(&pool.wanted, &monotonic);
    pthread_condattr_destroy(&monotonic);
    list_init(&pool.queue);
    for (struct worker *w = pool.workers; w < pool.workers + OFFLOAD_THREADS; w++)
        w->state = WORKER_NONE;
    pool.alive = pool.idle = pool.queued = 0;
    pool.stopping = pool.waking = false;
}

static void pool_before_fork(void)
{
    pthread_mutex_lock(&pool.lock);
}

static void pool_after_fork(void)
{
    pthread_mutex_unlock(&pool.lock);
}

// A forked child has none of the threads.
static void pool_start(void)
{
    pool_reset();
    pthread_atfork(pool_before_fork, pool_after_fork, pool_reset);
    atexit(offload_stop);
}

static void pool_add(struct offloaded *j)
{
    pthread_mutex_lock(&pool.lock);
    if (pool.idle <= pool.queued && pool.alive < OFFLOAD_THREADS)
        pool_start_worker();
    if (pool.alive == 0) {
        j->state = JOB_HERE;
        list_push(&j->port->here, &j->node);
        bell_ring(&j->port->bell);
    } else {
        list_push(&pool.queue, &j->node);
        pool.queued++;
        pool_wake();
    }
    pthread_mutex_unlock(&pool.lock);
}

// Takes `j` back, if no thread has taken it up.
static bool pool_take_back(struct offloaded *j)
{
    pthread_mutex_lock(&pool.lock);
    bool queued = j->state == JOB_QUEUED, here = j->state == JOB_HERE;
    if (queued || here)
        list_remove(&j->node);
    if (queued)
        pool.queued--;
    pthread_mutex_unlock(&pool.lock);
    return queued || here;
}

// ---- the loops' side

// What no thread was there for.
static void port_work(struct offload_port *p)
{
    struct list *node;
    while ((node = list_pop(&p->here))) {
        struct offloaded *o = list_entry(node, struct offloaded, node);
        o->state = JOB_TAKEN;
        o->result = o->work(o->arg);
        o->state = JOB_DONE;
        ev_unref(p->ev);
        o->done(o, o->result);
    }
}

static void port_deliver(struct bell *bell)
{
    struct offload_port *p = (struct offload_port *)(void *)bell;
    struct list done, *node;
    port_work(p);
    list_init(&done);
    pthread_mutex_lock(&pool.lock);
    while ((node = list_pop(&p->done)))
        list_push(&done, node);
    pthread_mutex_unlock(&pool.lock);
    while ((node = list_pop(&done))) {
        struct offloaded *o = list_entry(node, struct offloaded, node);
        ev_unref(p->ev); // counts while work is in flight only
        o->done(o, o->result);
    }
}

static int port_open(struct loop *l)
{
    if (l->port)
        return 0;
    struct offload_port *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->ev = l->ev;
    list_init(&p->done);
    list_init(&p->here);
    int r = bell_open(&p->bell, l, port_deliver);
    if (r < 0) {
        free(p);
        return r;
    }
    l->port = p;
    return 0;
}

void offload_fini(struct loop *l)
{
    if (!l->port)
        return;
    bell_close(&l->port->bell);
    free(l->port);
    l->port = NULL;
}

int offload_open(void)
{
    struct loop *l = loop_mine;
    if (!l)
        task_none("offload_open");
    return port_open(l);
}

int offload_start(struct offloaded *o, int (*work)(void *arg), void *arg,
                  void (*done)(struct offloaded *o, int result))
{
    struct loop *l = loop_mine;
    if (!l)
        task_none("offload_start");
    pthread_once(&pool_once, pool_start);
    int r = port_open(l);
    if (r < 0)
        return r;
    struct offload_port *p = l->port;
    *o = (struct offloaded){
        .work = work, .arg = arg, .state = JOB_QUEUED, .port = p, .done = done
    };
    ev_ref(p->ev);
    pool_add(o);
    return 0;
}

bool offload_take_back(struct offloaded *o)
{
    bool back = pool_take_back(o);
    if (back)
        ev_unref(o->port->ev);
    return back;
}

// ---- a fiber that waits

struct offload_wait {
    struct offloaded offloaded;
    struct list waiter;
    bool over;
};

static void offload_wake(struct offloaded *o, int result)
{
    struct offload_wait *w = list_entry(o, struct offload_wait, offloaded);
    (void)result;
    w->over = true;
    wake_all(&w->waiter, 0);
}

int offload(int (*work)(void *arg), void *arg)
{
    struct offload_wait w;
    if (task_running("offload")->cancelled)
        return -ECANCELED;
    w.over = false;
    list_init(&w.waiter);
    int r = offload_start(&w.offloaded, work, arg, offload_wake);
    if (r < 0)
        return r;
    r = park_on_as("offload", &w.waiter, CLOCK_NEVER);
    if (r == -ECANCELED && !w.over && offload_take_back(&w.offloaded))
        return r;
    while (!w.over)
        park_shielded(&w.waiter, "offload");
    return w.offloaded.result;
}
