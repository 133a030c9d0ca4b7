// SPDX-License-Identifier: MIT
#include "sched/loop.h"
#include "sched/census.h"
#include "sched/task.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// How often a round goes over fibers and hooks before it looks at I/O, and how many switches beyond
// the fibers that were ready at its start one such pass allows: two fibers that keep waking each
// other need not go through the loop each time.
enum { LOOP_PASSES = 8, LOOP_EXTRA_SWITCHES = 64 };

#define LOOP_LONGEST CLOCK_S // ns that it waits at most, whatever it waits for

_Thread_local struct loop *loop_mine;

struct loop *loop_current(void)
{
    return loop_mine;
}

struct ev_loop *loop_ev(struct loop *l)
{
    return l->ev;
}

int64_t loop_now(const struct loop *l)
{
    return l->now;
}

// The time has come that the poll was to end at; what is due is found in the heap.
static void loop_woken(struct ev_loop *ev, struct ev_timer *w, int events)
{
    (void)ev, (void)events;
    struct loop *l = w->data;
    l->wake_at = CLOCK_NEVER;
}

void loop_watch_again(struct ev_loop *ev, struct ev_io *io, int events)
{
    if (!(events & EV_ERROR) || ev_is_active(io))
        return;
    usleep(1000);
    ev_io_set(io, io->fd, io->events & (EV_READ | EV_WRITE)); // or libev believes it is watched
    ev_io_start(ev, io);
}

// libev cannot go on without its memory and would abort. A lack that passes is waited for; one that
// lasts ends the process in a sentence.
static void *loop_allocate(void *p, long n)
{
    enum { TRIES = 20, PAUSE_US = 50000 };
    if (n == 0) {
        free(p);
        return NULL;
    }
    for (int i = 0; i < TRIES; i++) {
        void *more = realloc(p, (size_t)n);
        if (more)
            return more;
        if (i > 0)
            usleep(PAUSE_US);
    }
    log_error("out of memory");
    _exit(1);
}

static void loop_cannot(const char *call)
{
    log_error("the event loop cannot go on: %s: %s", call, strerror(errno));
    _exit(1);
}

static void loop_prepare(void)
{
    ev_set_allocator(loop_allocate);
    ev_set_syserr_cb(loop_cannot);
}

int loop_new(struct loop **out, const struct loop_options *options)
{
    static const struct loop_options defaults = { 0 };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const struct loop_options *o = options ? options : &defaults;
    if (loop_mine)
        return -EBUSY;
    pthread_once(&once, loop_prepare);
    struct loop *l = calloc(1, sizeof *l);
    if (!l)
        return -ENOMEM;
    int r = overflow_watch_begin(&l->overflow);
    if (r < 0)
        goto no_overflow;
    // Not libev's default loop: that one reaps every child of the process.
    errno = 0;
    l->ev = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    if (!l->ev) {
        r = errno ? -errno : -ENOMEM;
        goto no_ev;
    }
    l->name = o->name ? o->name : "loop";
    l->last = &l->first;
    l->now = clock_mono();
    l->wake_at = CLOCK_NEVER;
    list_init(&l->hooks);
    ev_timer_init(&l->wake, loop_woken, 0, 0);
    l->wake.data = l;
    ev_timer_start(l->ev, &l->wake); // what libev needs for it is there from now on
    ev_run(l->ev, EVRUN_NOWAIT);
    stack_pool_init(&l->pool, o->stack_size, o->guard);
    fiber_of_thread(&l->fiber);
    loop_mine = l;
    *out = l;
    return 0;

no_ev:
    overflow_watch_end(&l->overflow);
no_overflow:
    free(l);
    return r;
}

static void loop_name_one(struct stack *s, void *arg)
{
    *(struct fiber **)arg = s->owner;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (l->living) {
        struct fiber *one = NULL;
        stack_pool_each(&l->pool, loop_name_one, &one);
        log_error("loop_free: loop '%s' still has %zu fibers, '%s' (spawned at %s:%u) is one",
                  l->name, l->living, one->name, one->file, one->line);
        abort();
    }
    census_fini(l);
    offload_fini(l);
    ev_timer_stop(l->ev, &l->wake);
    ev_loop_destroy(l->ev);
    heap_fini(&l->deadlines);
    stack_pool_fini(&l->pool);
    overflow_watch_end(&l->overflow);
    loop_mine = NULL;
    free(l);
}

// ---- deadlines

// Not before the next look at the clock: a timer that is armed anew in its own call, for a time
// that has passed, does not keep those behind it from their turn.
static int64_t loop_key(const struct loop *l, int64_t at)
{
    return at <= l->now ? l->now + 1 : at;
}

void loop_arm_task(struct loop *l, struct loop_timer *t, int64_t at)
{
    // There is room: task_spawn has seen to that.
    if (heap_add(&l->deadlines, &t->node, loop_key(l, at)) < 0)
        abort();
}

int loop_arm(struct loop *l, struct loop_timer *t, int64_t at)
{
    if (t->place) {
        heap_move(&l->deadlines, &t->node, loop_key(l, at));
        return 0;
    }
    if (heap_reserve(&l->deadlines, l->living + l->armed + 1) < 0 ||
        heap_add(&l->deadlines, &t->node, loop_key(l, at)) < 0)
        return -ENOMEM;
    l->armed++;
    return 0;
}

void loop_disarm(struct loop *l, struct loop_timer *t)
{
    if (!t->place)
        return;
    heap_remove(&l->deadlines, &t->node);
    l->armed--;
}

static void loop_expire(struct loop *l)
{
    struct heap_node *first;
    while ((first = heap_first(&l->deadlines)) && first->key <= l->now) {
        struct loop_timer *t = list_entry(first, struct loop_timer, node);
        heap_remove(&l->deadlines, first);
        if (t->fire != task_deadline)
            l->armed--;
        t->fire(t);
    }
}

// Keeps the one libev timer no later than the first deadline, nor than LOOP_LONGEST from now: what
// the kernel refuses to watch libev says only after it has waited (see loop_watch_again). It is not
// moved when that deadline goes away, as most do without having passed, but when it fires in vain:
// once instead of each time.
static void loop_set_wake(struct loop *l)
{
    const struct heap_node *first = heap_first(&l->deadlines);
    int64_t at = clock_after(l->now, LOOP_LONGEST);
    if (first && first->key < at)
        at = first->key;
    if (at >= l->wake_at)
        return;
    ev_timer_stop(l->ev, &l->wake);
    ev_timer_set(&l->wake, (double)(at - l->now) / CLOCK_S, 0);
    ev_timer_start(l->ev, &l->wake);
    l->wake_at = at;
}

// ---- hooks

void loop_add_hook(struct loop *l, struct loop_hook *hook)
{
    list_push(&l->hooks, &hook->node);
}

void loop_remove_hook(struct loop *l, struct loop_hook *hook)
{
    if (l->next_hook == &hook->node)
        l->next_hook = hook->node.next;
    list_remove(&hook->node);
}

static bool loop_run_hooks(struct loop *l)
{
    bool did = false;
    for (struct list *n = l->hooks.next; n != &l->hooks; n = l->next_hook) {
        l->next_hook = n->next;
        struct loop_hook *hook = list_entry(n, struct loop_hook, node);
        did |= hook->run(hook);
    }
    l->next_hook = NULL;
    return did;
}

// ---- rounds

static bool loop_run_ready(struct loop *l)
{
    if (!l->ready)
        return false;
    l->budget = l->ready + LOOP_EXTRA_SWITCHES;
    struct task *t;
    while ((t = task_next(l))) {
        l->running = t;
        fiber_switch(&l->fiber, &t->fiber);
    }
    return true;
}

// Nothing is ready, no time will make anything so, and nothing is watched: whoever is parked is
// parked for good. That is a mistake in the program, and nobody could unwind those stacks; so say
// where everyone stands and stop.
static void loop_hang(struct loop *l)
{
    log_error("loop '%s' would wait forever: %zu fibers are parked, and no deadline, watcher or "
              "thread is left that could "
              "wake one",
              l->name, l->living);
    census_print(STDERR_FILENO);
    abort();
}

static void loop_wait(struct loop *l, bool busy)
{
    loop_set_wake(l);
    int active = ev_run(l->ev, busy ? EVRUN_NOWAIT : EVRUN_ONCE);
    int ours = ev_is_active(&l->wake) ? 1 : 0; // of a timer it is its place in libev's heap
    l->now = clock_mono();
    if (busy || active > ours || l->ready || l->deadlines.count)
        l->idle = 0;
    else if (++l->idle > 1) // the hooks have had another turn since
        loop_hang(l);
}

static void loop_round(struct loop *l)
{
    bool busy = true;
    for (int pass = 0; pass < LOOP_PASSES && busy; pass++) {
        busy = loop_run_ready(l);
        busy |= loop_run_hooks(l);
    }
    if (stack_pool_untidy(&l->pool))
        stack_pool_trim(&l->pool);
    if (!l->living)
        return;
    loop_wait(l, busy || l->ready);
    loop_expire(l);
}

int loop_run(struct loop *l, int (*body)(void *arg), void *arg)
{
    if (l->living || l != loop_mine) {
        log_error("loop_run: loop '%s' %s", l->name,
                  l->living ? "is running" : "belongs to another thread");
        abort();
    }
    struct task *t;
    int r = task_spawn(l, &t, "main", body, arg);
    if (r < 0)
        return r;
    t->fiber.file = "loop_run";
    l->now = clock_mono();
    while (l->living)
        loop_round(l);
    return l->result;
}
