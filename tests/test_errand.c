// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "in_loop.h"
#include "sched/errand.h"
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static int twice(void *arg)
{
    int *v = arg;
    return *v *= 2;
}

static void a_thread_does_them_where_it_stands(void **state)
{
    (void)state;
    struct errand e = { 0 };
    int v = 4;
    errand_work(&e, twice, &v);
    errand_block(&e);
    assert_int_equal(e.result, 8);
    int64_t until = in_ms(2);
    errand_wait(&e, until);
    errand_block(&e);
    assert_int_equal(e.result, 0);
    assert_true(clock_mono() >= until);
}

IN_LOOP(a_fiber_parks_until_they_are_done)
{
    struct errand e = { 0 };
    int v = 4;
    errand_work(&e, twice, &v);
    errand_park(&e);
    assert_int_equal(e.result, 8);
    int64_t until = in_ms(2);
    errand_wait(&e, until);
    errand_park(&e);
    assert_int_equal(e.result, 0);
    assert_true(clock_mono() >= until);
    return 0;
}

static int be_cancelled(void *arg)
{
    struct errand *e = arg;
    errand_wait(e, CLOCK_NEVER);
    errand_park(e);
    int first = e->result, v = 1;
    errand_work(e, twice, &v);
    errand_park(e);
    assert_int_equal(v, 1);
    return first;
}

IN_LOOP(who_is_cancelled_has_nothing_begun)
{
    struct nursery n;
    struct errand e = { 0 };
    nursery_init(&n, "test");
    assert_int_equal(nursery_spawn(&n, "errand", be_cancelled, &e), 0);
    assert_int_equal(sleep_until(in_ms(1)), 0);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(e.result, -ECANCELED);
    return 0;
}

// ---- without a fiber

struct begun {
    struct errand errand;
    struct errand_run run;
    struct list waiter;
    unsigned done;
    atomic_int started, finish;
};

static void begun_done(struct errand_run *r)
{
    struct begun *b = list_entry(r, struct begun, run);
    b->done++;
    wake_one(&b->waiter, 0);
}

static void begun_await(struct begun *b)
{
    while (!b->done)
        assert_int_equal(park_on(&b->waiter, in_ms(10000)), 0);
    assert_int_equal(b->done, 1);
    assert_null(b->run.errand);
}

IN_LOOP(callbacks_hear_of_them_once_and_never_at_once)
{
    struct begun b = { 0 };
    int v = 4;
    list_init(&b.waiter);
    errand_work(&b.errand, twice, &v);
    assert_int_equal(errand_begin(&b.run, &b.errand, begun_done), 0);
    assert_int_equal(b.done, 0);
    begun_await(&b);
    assert_int_equal(b.errand.result, 8);
    b.done = 0;
    errand_wait(&b.errand, 0); // long ago
    assert_int_equal(errand_begin(&b.run, &b.errand, begun_done), 0);
    assert_int_equal(b.done, 0);
    begun_await(&b);
    assert_int_equal(b.errand.result, 0);
    return 0;
}

static int hold(void *arg)
{
    struct begun *b = arg;
    atomic_store(&b->started, 1);
    while (!atomic_load(&b->finish))
        usleep(500);
    return 7;
}

IN_LOOP(giving_up_a_time_is_over_at_once)
{
    struct begun b = { 0 };
    list_init(&b.waiter);
    errand_wait(&b.errand, in_ms(1));
    assert_int_equal(errand_begin(&b.run, &b.errand, begun_done), 0);
    assert_true(errand_give_up(&b.run));
    assert_int_equal(b.errand.result, -ECANCELED);
    assert_int_equal(sleep_until(in_ms(5)), 0);
    assert_int_equal(b.done, 0);
    return 0;
}

IN_LOOP(work_that_a_thread_is_at_is_waited_for)
{
    struct begun b = { 0 };
    list_init(&b.waiter);
    errand_work(&b.errand, hold, &b);
    assert_int_equal(errand_begin(&b.run, &b.errand, begun_done), 0);
    while (!atomic_load(&b.started))
        assert_int_equal(sleep_until(in_ms(1)), 0);
    assert_false(errand_give_up(&b.run));
    assert_int_equal(b.done, 0);
    atomic_store(&b.finish, 1);
    begun_await(&b);
    assert_int_equal(b.errand.result, 7);
    return 0;
}

IN_LOOP(work_that_no_thread_has_taken_up_is_taken_back)
{
    enum { HELD = 16 };
    struct begun held[HELD] = { 0 }, more = { 0 };
    int v = 1;
    for (int i = 0; i < HELD; i++) {
        list_init(&held[i].waiter);
        errand_work(&held[i].errand, hold, &held[i]);
        assert_int_equal(errand_begin(&held[i].run, &held[i].errand, begun_done), 0);
    }
    for (int i = 0; i < HELD; i++)
        while (!atomic_load(&held[i].started))
            assert_int_equal(sleep_until(in_ms(1)), 0);
    list_init(&more.waiter);
    errand_work(&more.errand, twice, &v);
    assert_int_equal(errand_begin(&more.run, &more.errand, begun_done), 0);
    assert_true(errand_give_up(&more.run));
    for (int i = 0; i < HELD; i++)
        atomic_store(&held[i].finish, 1);
    for (int i = 0; i < HELD; i++)
        begun_await(&held[i]);
    assert_int_equal(v, 1);
    assert_int_equal(more.done, 0);
    return 0;
}

IN_LOOP(what_cannot_be_begun_says_so_in_its_result)
{
    struct begun b = { 0 };
    int v = 1;
    for (int work = 0; work < 2; work++) {
        if (work)
            errand_work(&b.errand, twice, &v);
        else
            errand_wait(&b.errand, in_ms(1));
        faults_fail_all_allocations();
        int r = errand_begin(&b.run, &b.errand, begun_done);
        faults_fail_allocation(0);
        if (r == 0 && !work) { // there was room for a timer
            assert_true(errand_give_up(&b.run));
            continue;
        }
        assert_true(r == -ENOMEM || r == -EAGAIN);
        assert_int_equal(b.errand.result, r);
        assert_null(b.run.errand);
    }
    assert_int_equal(v, 1);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_begun_says_so_in_its_result), // first: no thread is there
        cmocka_unit_test(a_thread_does_them_where_it_stands),
        cmocka_unit_test(a_fiber_parks_until_they_are_done),
        cmocka_unit_test(who_is_cancelled_has_nothing_begun),
        cmocka_unit_test(callbacks_hear_of_them_once_and_never_at_once),
        cmocka_unit_test(giving_up_a_time_is_over_at_once),
        cmocka_unit_test(work_that_a_thread_is_at_is_waited_for),
        cmocka_unit_test(work_that_no_thread_has_taken_up_is_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
