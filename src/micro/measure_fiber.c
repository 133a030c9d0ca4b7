// SPDX-License-Identifier: MIT
#include "fiber/fiber.h"
#include "micro/measure.h"
#include "micro/memory.h"
#include "micro/stopwatch.h"
#include "sched/chan.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>

enum { FIBER_BATCH = 1024 }; // operations between two looks at the clock

// What the first fiber of a loop is given.
struct fiber_run {
    const struct probe_plan *plan;
    struct probe_sample *out;
};

static int fiber_in_loop(int (*body)(void *arg), const struct probe_plan *plan,
                         struct probe_sample *out)
{
    struct loop *l;
    struct fiber_run run = { plan, out };
    int r = loop_new(&l, NULL);
    if (r < 0)
        return r;
    r = loop_run(l, body, &run);
    loop_free(l);
    return r;
}

// ---- A switch and nothing else

static struct fiber bare_thread;
static bool bare_going;

static struct fiber *bare_answer(struct fiber *me)
{
    while (bare_going)
        fiber_switch(me, &bare_thread);
    return &bare_thread;
}

int measure_fiber_bare(const struct probe_plan *plan, struct probe_sample *out)
{
    struct stack_pool pool;
    struct fiber *other;
    struct stopwatch watch;
    stack_pool_init(&pool, 0, STACK_GUARD_BEST);
    int r = fiber_new(&pool, &other, sizeof *other, bare_answer);
    if (r < 0)
        return r;
    fiber_of_thread(&bare_thread);
    bare_going = true;
    fiber_switch(&bare_thread, other);
    stopwatch_begin(&watch, 0);
    do {
        for (int i = 0; i < FIBER_BATCH; i++)
            fiber_switch(&bare_thread, other);
        out->count += 2 * FIBER_BATCH;
    } while (clock_mono() - watch.wall < plan->span);
    stopwatch_end(&watch, out);
    bare_going = false;
    fiber_switch(&bare_thread, other);
    stack_pool_fini(&pool);
    return 0;
}

// ---- Taking turns on a loop

struct fiber_turns {
    bool over;
    uint64_t taken;
};

static int turns_take(void *arg)
{
    struct fiber_turns *t = arg;
    int r = 0;
    while (!t->over && r == 0) {
        t->taken++;
        r = yield_fiber();
    }
    return r;
}

// The first fiber is one of those that take turns.
static int turns_measure(const struct probe_plan *plan, struct probe_sample *out,
                         struct fiber_turns *t)
{
    struct stopwatch watch;
    int r = yield_fiber(); // everybody has begun
    t->taken = 0;
    stopwatch_begin(&watch, 0);
    do {
        for (unsigned i = 0; i < FIBER_BATCH && r == 0; i += plan->units) {
            t->taken++;
            r = yield_fiber();
        }
    } while (r == 0 && clock_mono() - watch.wall < plan->span);
    stopwatch_end(&watch, out);
    out->count = t->taken;
    return r;
}

static int turns_run(void *arg)
{
    struct fiber_run *run = arg;
    struct fiber_turns turns = { 0 };
    struct nursery n;
    int r = 0;
    nursery_init(&n, "turns");
    for (unsigned i = 1; i < run->plan->units && r == 0; i++)
        r = nursery_spawn(&n, "turn", turns_take, &turns);
    if (r == 0)
        r = turns_measure(run->plan, run->out, &turns);
    turns.over = true;
    int closed = nursery_close(&n);
    return r < 0 ? r : closed;
}

int measure_fiber_yield(const struct probe_plan *plan, struct probe_sample *out)
{
    return fiber_in_loop(turns_run, plan, out);
}

// ---- Handing over through channels

struct fiber_echo {
    struct chan *down, *up;
};

static int echo_answer(void *arg)
{
    struct fiber_echo *e = arg;
    void *item;
    int r;
    while ((r = chan_recv(e->down, &item, CLOCK_NEVER)) == 0)
        if ((r = chan_send(e->up, item, CLOCK_NEVER)) < 0)
            return r;
    return r == -EPIPE ? 0 : r;
}

static int echo_measure(struct fiber_echo *e, const struct probe_plan *plan,
                        struct probe_sample *out)
{
    struct stopwatch watch;
    int r = yield_fiber(); // the other waits by now
    stopwatch_begin(&watch, 0);
    do {
        for (int i = 0; i < FIBER_BATCH && r == 0; i++) {
            void *item;
            r = chan_send(e->down, e, CLOCK_NEVER);
            if (r == 0)
                r = chan_recv(e->up, &item, CLOCK_NEVER);
        }
        out->count += 2 * FIBER_BATCH;
    } while (r == 0 && clock_mono() - watch.wall < plan->span);
    stopwatch_end(&watch, out);
    return r;
}

static int echo_run(void *arg)
{
    struct fiber_run *run = arg;
    struct fiber_echo e = { 0 };
    struct nursery n;
    int closed, r = chan_new(&e.down, 1, NULL);
    if (r < 0)
        return r;
    r = chan_new(&e.up, 1, NULL);
    if (r < 0)
        goto free_down;
    nursery_init(&n, "echo");
    r = nursery_spawn(&n, "answer", echo_answer, &e);
    if (r == 0)
        r = echo_measure(&e, run->plan, run->out);
    chan_close(e.down);
    closed = nursery_close(&n);
    r = r < 0 ? r : closed;
    chan_free(e.up);
free_down:
    chan_free(e.down);
    return r;
}

int measure_fiber_channel(const struct probe_plan *plan, struct probe_sample *out)
{
    return fiber_in_loop(echo_run, plan, out);
}

// ---- Spawning

static int spawn_nothing(void *arg)
{
    (void)arg;
    return 0;
}

static int spawn_run(void *arg)
{
    struct fiber_run *run = arg;
    struct stopwatch watch;
    struct nursery n;
    int r = 0;
    nursery_init(&n, "spawn");
    stopwatch_begin(&watch, 0);
    do {
        for (int i = 0; i < FIBER_BATCH && r == 0; i++) {
            r = nursery_spawn(&n, "nothing", spawn_nothing, NULL);
            if (r == 0)
                r = nursery_close(&n);
        }
        run->out->count += FIBER_BATCH;
    } while (r == 0 && clock_mono() - watch.wall < run->plan->span);
    stopwatch_end(&watch, run->out);
    return r;
}

int measure_fiber_spawn(const struct probe_plan *plan, struct probe_sample *out)
{
    return fiber_in_loop(spawn_run, plan, out);
}

// ---- Parking

static int park_wait(void *arg)
{
    void *item;
    int r = chan_recv(arg, &item, loop_now(loop_current()) + 3600 * CLOCK_S);
    return r == -EPIPE ? 0 : r;
}

static int park_many(struct nursery *n, struct chan *c, const struct probe_plan *plan,
                     struct probe_sample *out)
{
    struct memory before, after;
    int r = memory_read(&before, NULL, 0);
    if (r < 0)
        return r;
    for (; out->count < plan->units && out->stopped == 0; out->count += out->stopped == 0)
        out->stopped = -nursery_spawn(n, "parked", park_wait, c);
    sleep_until(loop_now(loop_current()) + CLOCK_MS); // they run, and wait
    r = memory_read(&after, NULL, 0);
    if (r == 0)
        memory_growth(&before, &after, out);
    return r;
}

static int park_run(void *arg)
{
    struct fiber_run *run = arg;
    struct nursery n;
    struct chan *c;
    int r = chan_new(&c, 0, NULL);
    if (r < 0)
        return r;
    nursery_init(&n, "parked");
    r = park_many(&n, c, run->plan, run->out);
    chan_close(c);
    int closed = nursery_close(&n);
    chan_free(c);
    return r < 0 ? r : closed;
}

int measure_fiber_park(const struct probe_plan *plan, struct probe_sample *out)
{
    return fiber_in_loop(park_run, plan, out);
}
