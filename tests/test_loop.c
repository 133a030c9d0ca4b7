// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "in_loop.h"
#include "sched/loop.h"
#include <ev.h>
#include <pthread.h>
#include <unistd.h>

// ---- timers

struct tick {
    struct loop_timer timer;
    int fired, again;
    int64_t at;
    struct list queue;
};

static void tick_fire(struct loop_timer *t)
{
    struct tick *k = list_entry(t, struct tick, timer);
    k->fired++;
    assert_int_equal(t->place, 0);
    if (k->again-- > 0)
        assert_int_equal(loop_arm(loop_current(), t, k->at), 0);
    else
        wake_all(&k->queue, 0);
}

static void tick_init(struct tick *k)
{
    *k = (struct tick){ .timer.fire = tick_fire };
    list_init(&k->queue);
}

IN_LOOP(a_timer_fires_once_at_its_time)
{
    struct tick k;
    tick_init(&k);
    int64_t at = in_ms(10);
    assert_int_equal(loop_arm(loop_current(), &k.timer, at), 0);
    assert_int_equal(park_on(&k.queue, in_ms(1000)), 0);
    assert_true(clock_mono() >= at);
    assert_int_equal(k.fired, 1);
    return 0;
}

IN_LOOP(a_disarmed_timer_does_not_fire)
{
    struct tick k;
    tick_init(&k);
    loop_disarm(loop_current(), &k.timer);
    assert_int_equal(loop_arm(loop_current(), &k.timer, in_ms(5)), 0);
    loop_disarm(loop_current(), &k.timer);
    loop_disarm(loop_current(), &k.timer);
    assert_int_equal(sleep_until(in_ms(15)), 0);
    assert_int_equal(k.fired, 0);
    return 0;
}

IN_LOOP(arming_anew_moves_a_timer_to_earlier_and_later)
{
    struct tick early, late;
    tick_init(&early);
    tick_init(&late);
    assert_int_equal(loop_arm(loop_current(), &early.timer, in_ms(100000)), 0);
    assert_int_equal(loop_arm(loop_current(), &late.timer, in_ms(1)), 0);
    assert_int_equal(loop_arm(loop_current(), &early.timer, in_ms(5)), 0);
    assert_int_equal(loop_arm(loop_current(), &late.timer, in_ms(100000)), 0);
    assert_int_equal(sleep_until(in_ms(15)), 0);
    assert_int_equal(early.fired, 1);
    assert_int_equal(late.fired, 0);
    loop_disarm(loop_current(), &late.timer);
    return 0;
}

IN_LOOP(a_timer_armed_anew_in_its_own_call_fires_again_and_starves_nobody)
{
    struct tick greedy, patient;
    tick_init(&greedy);
    tick_init(&patient);
    greedy.again = 100000000;
    greedy.at = INT64_MIN; // always the most overdue
    assert_int_equal(loop_arm(loop_current(), &greedy.timer, 0), 0);
    assert_int_equal(loop_arm(loop_current(), &patient.timer, in_ms(100)), 0);
    assert_int_equal(park_on(&patient.queue, in_ms(5000)), 0);
    assert_int_equal(patient.fired, 1);
    assert_in_range(greedy.fired, 2, 99999999);
    loop_disarm(loop_current(), &greedy.timer);
    return 0;
}

IN_LOOP(arming_without_memory_fails_and_parks_still_have_room)
{
    enum { TIMERS = 1000 };
    static struct tick k[TIMERS];
    int armed = 0;
    faults_fail_all_allocations();
    for (; armed < TIMERS; armed++) {
        tick_init(&k[armed]);
        if (loop_arm(loop_current(), &k[armed].timer, in_ms(100000)) < 0)
            break;
    }
    assert_int_equal(sleep_until(in_ms(1)), 0);
    faults_fail_allocation(0);
    assert_in_range(armed, 1, TIMERS - 1);
    for (int i = 0; i < armed; i++)
        loop_disarm(loop_current(), &k[i].timer);
    return 0;
}

// ---- hooks

struct counting_hook {
    struct loop_hook hook;
    struct loop_hook *removes;
    int ran, work;
    char *log, mark;
};

static bool run_counting(struct loop_hook *h)
{
    struct counting_hook *c = list_entry(h, struct counting_hook, hook);
    c->ran++;
    if (c->log)
        *c->log++ = c->mark;
    if (c->removes)
        loop_remove_hook(loop_current(), c->removes);
    c->removes = NULL;
    return c->work-- > 0;
}

IN_LOOP(hooks_run_after_fibers_until_nobody_has_work)
{
    struct counting_hook h = { .hook.run = run_counting, .work = 3 };
    loop_add_hook(loop_current(), &h.hook);
    assert_int_equal(yield_fiber(), 0);
    assert_int_equal(h.ran, 0); // a fiber was ready: it goes first
    assert_int_equal(sleep_until(in_ms(1)), 0);
    assert_true(h.ran >= 4);
    loop_remove_hook(loop_current(), &h.hook);
    int ran = h.ran;
    assert_int_equal(sleep_until(in_ms(1)), 0);
    assert_int_equal(h.ran, ran);
    return 0;
}

IN_LOOP(a_hook_may_be_removed_from_inside_any_hook)
{
    struct counting_hook a = { .hook.run = run_counting }, b = a, c = a, d = a;
    loop_add_hook(loop_current(), &a.hook);
    loop_add_hook(loop_current(), &b.hook);
    loop_add_hook(loop_current(), &c.hook);
    loop_add_hook(loop_current(), &d.hook);
    a.removes = &b.hook; // the next one
    c.removes = &c.hook; // itself
    assert_int_equal(sleep_until(in_ms(1)), 0);
    assert_int_equal(b.ran, 0);
    assert_int_equal(c.ran, 1);
    assert_true(a.ran > 1);
    assert_true(d.ran > 1);
    d.removes = &a.hook; // one before
    assert_int_equal(sleep_until(in_ms(1)), 0);
    loop_remove_hook(loop_current(), &d.hook);
    return 0;
}

static bool always_busy(struct loop_hook *h)
{
    (void)h;
    return true;
}

IN_LOOP(a_hook_that_is_never_done_does_not_stop_time)
{
    struct loop_hook h = { .run = always_busy };
    loop_add_hook(loop_current(), &h);
    assert_int_equal(sleep_until(in_ms(5)), 0);
    loop_remove_hook(loop_current(), &h);
    return 0;
}

static int yield_until(void *arg)
{
    while (!*(int *)arg)
        if (yield_fiber() < 0)
            return 0;
    return 0;
}

IN_LOOP(fibers_that_are_always_ready_do_not_stop_time)
{
    struct nursery n;
    int stop = 0;
    nursery_init(&n, "test");
    for (int i = 0; i < 3; i++)
        assert_int_equal(nursery_spawn(&n, "busy", yield_until, &stop), 0);
    assert_int_equal(sleep_until(in_ms(10)), 0);
    stop = 1;
    return nursery_close(&n);
}

// ---- loops

static int return_seven(void *arg)
{
    (void)arg;
    return 7;
}

static int leave_a_sleeper(void *arg)
{
    struct nursery *n = arg;
    static int slept;
    nursery_init(n, "outlives the first fiber");
    return nursery_spawn(n, "sleeper", yield_until, &slept) + (slept = 1);
}

static void run_returns_what_the_first_fiber_returned_when_all_have_ended(void **state)
{
    (void)state;
    struct loop *l;
    struct nursery n;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_ptr_equal(loop_current(), l);
    assert_int_equal(loop_run(l, return_seven, NULL), 7);
    assert_int_equal(loop_run(l, leave_a_sleeper, &n), 1);
    assert_int_equal(n.living, 0);
    loop_free(l);
    assert_null(loop_current());
    loop_free(NULL);
}

static void a_thread_has_one_loop_at_most(void **state)
{
    (void)state;
    struct loop *l, *other = NULL;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_new(&other, NULL), -EBUSY);
    assert_null(other);
    loop_free(l);
}

static int tick_a_while(void *arg)
{
    for (int i = 0; i < 20; i++)
        if (sleep_until(clock_after(loop_now(loop_current()), 100 * CLOCK_US)) < 0)
            return -1;
    *(int *)arg = 1;
    return 0;
}

static void *own_loop(void *arg)
{
    struct loop *l;
    if (loop_new(&l, &(struct loop_options){ .name = "thread", .stack_size = 32 * 1024 }) == 0) {
        loop_run(l, tick_a_while, arg);
        loop_free(l);
    }
    return NULL;
}

static void threads_have_loops_of_their_own(void **state)
{
    (void)state;
    pthread_t threads[4];
    int done[4] = { 0 };
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, own_loop, &done[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(done[i], 1);
    }
}

static void no_memory_for_a_loop_or_a_fiber_is_an_error(void **state)
{
    (void)state;
    struct loop *l;
    int r = -1;
    for (unsigned nth = 1; r < 0; nth++) {
        faults_fail_allocation(nth);
        r = loop_new(&l, NULL);
        if (r < 0)
            assert_int_equal(r, -ENOMEM);
        if (nth > 100)
            fail_msg("never succeeds");
    }
    for (unsigned nth = 1;; nth++) {
        faults_fail_allocation(nth);
        r = loop_run(l, return_seven, NULL);
        if (faults_pending())
            break;
        assert_int_equal(r, -ENOMEM);
    }
    faults_fail_allocation(0);
    assert_int_equal(r, 7);
    loop_free(l);
}

// ---- waiting

enum { WATCHED_MOST = 5 };

struct watched {
    struct ev_io io[WATCHED_MOST];
    struct list queue;
    int pipe[2];
    unsigned n;
};

static void watched_heard(struct ev_loop *ev, struct ev_io *io, int events)
{
    loop_watch_again(ev, io, events);
    struct watched *w = io->data;
    char byte = 0;
    assert_int_equal(read(w->pipe[0], &byte, 1), 1);
    if (byte == '!')
        wake_all(&w->queue, 0);
}

static int wait_for_all(void *arg)
{
    struct watched *w = arg;
    list_init(&w->queue);
    for (unsigned i = 0; i < w->n; i++) {
        ev_io_init(&w->io[i], watched_heard, i ? dup(w->pipe[1]) : w->pipe[0], EV_READ);
        w->io[i].data = w;
        ev_io_start(loop_ev(loop_current()), &w->io[i]);
    }
    park_on(&w->queue, CLOCK_NEVER);
    for (unsigned i = 0; i < w->n; i++) {
        ev_io_stop(loop_ev(loop_current()), &w->io[i]);
        if (i)
            close(w->io[i].fd);
    }
    return 0;
}

static void *wait_in_a_thread(void *arg)
{
    in_loop_with(wait_for_all, arg);
    return NULL;
}

// The timer that has it look by itself now and then counts for nothing, nor against what it has.
static void calls_for_nothing_are_not_taken_for_waiting_forever(void **state)
{
    struct watched w[WATCHED_MOST];
    pthread_t thread[WATCHED_MOST];
    (void)state;
    for (unsigned n = 0; n < WATCHED_MOST; n++) {
        w[n] = (struct watched){ .n = n + 1 };
        assert_int_equal(pipe(w[n].pipe), 0);
        assert_int_equal(pthread_create(&thread[n], NULL, wait_in_a_thread, &w[n]), 0);
    }
    for (const char *byte = "....!"; *byte; byte++) {
        usleep(50 * 1000);
        for (unsigned n = 0; n < WATCHED_MOST; n++)
            assert_int_equal(write(w[n].pipe[1], byte, 1), 1);
    }
    for (unsigned n = 0; n < WATCHED_MOST; n++) {
        pthread_join(thread[n], NULL);
        close(w[n].pipe[0]);
        close(w[n].pipe[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_timer_fires_once_at_its_time),
        cmocka_unit_test(a_disarmed_timer_does_not_fire),
        cmocka_unit_test(arming_anew_moves_a_timer_to_earlier_and_later),
        cmocka_unit_test(a_timer_armed_anew_in_its_own_call_fires_again_and_starves_nobody),
        cmocka_unit_test(arming_without_memory_fails_and_parks_still_have_room),
        cmocka_unit_test(hooks_run_after_fibers_until_nobody_has_work),
        cmocka_unit_test(a_hook_may_be_removed_from_inside_any_hook),
        cmocka_unit_test(a_hook_that_is_never_done_does_not_stop_time),
        cmocka_unit_test(fibers_that_are_always_ready_do_not_stop_time),
        cmocka_unit_test(run_returns_what_the_first_fiber_returned_when_all_have_ended),
        cmocka_unit_test(a_thread_has_one_loop_at_most),
        cmocka_unit_test(threads_have_loops_of_their_own),
        cmocka_unit_test(calls_for_nothing_are_not_taken_for_waiting_forever),
        cmocka_unit_test(no_memory_for_a_loop_or_a_fiber_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
