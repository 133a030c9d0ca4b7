// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/future.h"
#include <stdlib.h>

static int drops;

static void count_drop(void *value)
{
    drops++;
    free(value);
}

struct awaiter {
    struct future *future;
    void *value;
    int told;
};

static int await(void *arg)
{
    struct awaiter *a = arg;
    a->told = future_await(a->future, &a->value, CLOCK_NEVER);
    future_drop(a->future);
    return 0;
}

static struct future *pending(void)
{
    struct future *f;
    assert_int_equal(future_new(&f, NULL), 0);
    return f;
}

static struct future *settled(int error, void *value)
{
    struct future *f = pending();
    assert_true(future_settle(f, error, value));
    return f;
}

IN_LOOP(everybody_who_awaits_gets_the_value_before_and_after)
{
    struct nursery n;
    struct awaiter a[3];
    void *value = NULL;
    int thing;
    struct future *f = pending();
    nursery_init(&n, "test");
    for (int i = 0; i < 3; i++) {
        a[i] = (struct awaiter){ .future = future_keep(f), .told = 1 };
        assert_int_equal(nursery_spawn(&n, "awaiter", await, &a[i]), 0);
    }
    assert_int_equal(yield_fiber(), 0);
    assert_false(future_settled(f));
    assert_true(future_settle(f, 0, &thing));
    assert_int_equal(nursery_close(&n), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(a[i].told, 0);
        assert_ptr_equal(a[i].value, &thing);
    }
    assert_int_equal(future_await(f, &value, 0), 0);
    assert_ptr_equal(value, &thing);
    future_drop(f);
    return 0;
}

IN_LOOP(a_future_settles_once)
{
    int first, second;
    void *value;
    struct future *f = settled(0, &first);
    assert_false(future_settle(f, 0, &second));
    assert_false(future_settle(f, -EIO, NULL));
    assert_int_equal(future_await(f, &value, CLOCK_NEVER), 0);
    assert_ptr_equal(value, &first);
    future_drop(f);
    return 0;
}

IN_LOOP(awaiting_gives_up_at_its_deadline)
{
    void *value = &drops;
    struct future *f = pending();
    assert_int_equal(future_await(f, &value, in_ms(5)), -ETIMEDOUT);
    assert_ptr_equal(value, &drops);
    assert_false(future_settled(f));
    assert_true(future_settle(f, -ETIMEDOUT, NULL));
    assert_int_equal(future_await(f, &value, CLOCK_NEVER), -ETIMEDOUT);
    assert_true(future_settled(f));
    future_drop(f);
    return 0;
}

IN_LOOP(an_owned_value_is_disposed_of_with_the_last_reference)
{
    struct future *f;
    drops = 0;
    assert_int_equal(future_new(&f, count_drop), 0);
    assert_true(future_settle(f, 0, malloc(10)));
    future_drop(future_keep(f));
    assert_int_equal(drops, 0);
    future_drop(f);
    assert_int_equal(drops, 1);
    assert_int_equal(future_new(&f, count_drop), 0);
    future_drop(f); // never had one
    assert_int_equal(drops, 1);
    future_drop(NULL);
    return 0;
}

// ---- then

static int next_char(int error, void **value, void *arg)
{
    ++*(int *)arg;
    if (error == 0)
        *value = (char *)*value + 1;
    return error;
}

static int recover(int error, void **value, void *arg)
{
    assert_true(error < 0);
    *value = arg;
    return 0;
}

IN_LOOP(then_makes_a_new_value_of_the_old_one)
{
    static char text[] = "abc";
    struct future *second, *third, *first = pending();
    int calls = 0;
    void *value;
    assert_int_equal(future_then(&second, first, next_char, &calls), 0);
    assert_int_equal(future_then(&third, second, next_char, &calls), 0);
    assert_int_equal(calls, 0);
    assert_true(future_settle(first, 0, text));
    assert_int_equal(calls, 2);
    assert_int_equal(future_await(third, &value, CLOCK_NEVER), 0);
    assert_ptr_equal(value, text + 2);
    future_drop(first);
    future_drop(second);
    future_drop(third);
    return 0;
}

IN_LOOP(then_of_a_settled_future_runs_at_once)
{
    static char text[] = "abc";
    struct future *second, *first = settled(0, text);
    int calls = 0;
    assert_int_equal(future_then(&second, first, next_char, &calls), 0);
    assert_int_equal(calls, 1);
    assert_true(future_settled(second));
    future_drop(first);
    future_drop(second);
    return 0;
}

IN_LOOP(then_can_turn_an_error_into_a_value)
{
    struct future *second, *first = settled(-EIO, NULL);
    void *value;
    assert_int_equal(future_then(&second, first, recover, &drops), 0);
    assert_int_equal(future_await(second, &value, CLOCK_NEVER), 0);
    assert_ptr_equal(value, &drops);
    future_drop(first);
    future_drop(second);
    return 0;
}

static int look(int error, void **value, void *arg)
{
    (void)error, (void)value;
    ++*(int *)arg;
    return 0;
}

IN_LOOP(then_is_done_although_nobody_keeps_what_it_makes)
{
    struct future *second, *first = pending();
    int calls = 0;
    assert_int_equal(future_then(&second, first, look, &calls), 0);
    future_drop(second);
    assert_true(future_settle(first, 0, NULL));
    assert_int_equal(calls, 1);
    future_drop(first);
    return 0;
}

IN_LOOP(a_borrowed_value_lives_as_long_as_what_was_made_of_it)
{
    struct future *first, *second;
    int calls = 0;
    void *value;
    drops = 0;
    assert_int_equal(future_new(&first, count_drop), 0);
    assert_int_equal(future_then(&second, first, next_char, &calls), 0);
    char *text = malloc(10);
    text[1] = 'x';
    assert_true(future_settle(first, 0, text));
    future_drop(first);
    assert_int_equal(drops, 0);
    assert_int_equal(future_await(second, &value, CLOCK_NEVER), 0);
    assert_int_equal(*(char *)value, 'x');
    future_drop(second);
    assert_int_equal(drops, 1);
    return 0;
}

IN_LOOP(what_is_made_of_an_abandoned_future_is_cancelled)
{
    struct future *first = pending(), *second, *third;
    int calls = 0;
    assert_int_equal(future_then(&second, first, next_char, &calls), 0);
    assert_int_equal(future_all(&third, &second, 1), 0);
    future_drop(first);
    assert_int_equal(future_await(second, NULL, CLOCK_NEVER), -ECANCELED);
    assert_int_equal(future_await(third, NULL, CLOCK_NEVER), -ECANCELED);
    assert_int_equal(calls, 1);
    future_drop(second);
    future_drop(third);
    return 0;
}

static void chain_of_futures(bool settle)
{
    enum { LONG = 100 * 1000 };
    struct future *first = pending(), *last = future_keep(first);
    int calls = 0;
    for (int i = 0; i < LONG; i++) {
        struct future *next;
        assert_int_equal(future_then(&next, last, look, &calls), 0);
        future_drop(last);
        last = next;
    }
    if (settle)
        assert_true(future_settle(first, 0, NULL));
    future_drop(first);
    assert_int_equal(calls, LONG);
    assert_int_equal(future_await(last, NULL, CLOCK_NEVER), 0);
    future_drop(last);
}

IN_LOOP(a_chain_of_a_hundred_thousand_needs_no_stack)
{
    chain_of_futures(true);
    chain_of_futures(false);
    return 0;
}

static int drop_and_settle(int error, void **value, void *arg)
{
    (void)value;
    struct future **other = arg;
    future_settle(other[0], 0, NULL);
    future_drop(other[0]);
    future_drop(other[1]);
    return error;
}

IN_LOOP(a_step_may_settle_and_drop_other_futures)
{
    struct future *first = pending(), *second, *step, *other[2];
    int calls = 0;
    other[0] = pending();
    assert_int_equal(future_then(&second, other[0], look, &calls), 0);
    other[1] = second;
    assert_int_equal(future_then(&step, first, drop_and_settle, other), 0);
    assert_true(future_settle(first, 0, NULL));
    assert_int_equal(calls, 1);
    future_drop(first);
    future_drop(step);
    return 0;
}

// ---- all, any

IN_LOOP(all_waits_for_every_one)
{
    struct future *f[3] = { pending(), settled(0, NULL), pending() }, *all;
    assert_int_equal(future_all(&all, f, 3), 0);
    assert_true(future_settle(f[2], 0, NULL));
    assert_false(future_settled(all));
    assert_true(future_settle(f[0], 0, NULL));
    assert_int_equal(future_await(all, NULL, CLOCK_NEVER), 0);
    for (int i = 0; i < 3; i++)
        future_drop(f[i]);
    future_drop(all);
    return 0;
}

IN_LOOP(all_fails_with_the_first_error_at_once)
{
    struct future *f[3] = { pending(), pending(), pending() }, *all;
    assert_int_equal(future_all(&all, f, 3), 0);
    assert_true(future_settle(f[1], -EIO, NULL));
    assert_int_equal(future_await(all, NULL, CLOCK_NEVER), -EIO);
    assert_true(future_settle(f[0], -EPIPE, NULL));
    assert_int_equal(future_await(all, NULL, CLOCK_NEVER), -EIO);
    future_drop(all);
    for (int i = 0; i < 3; i++)
        future_drop(f[i]);
    return 0;
}

IN_LOOP(all_of_none_is_done)
{
    struct future *all;
    assert_int_equal(future_all(&all, NULL, 0), 0);
    assert_int_equal(future_await(all, NULL, CLOCK_NEVER), 0);
    future_drop(all);
    return 0;
}

IN_LOOP(any_takes_the_first_that_works)
{
    int thing, later;
    struct future *f[3] = { settled(-EIO, NULL), pending(), pending() }, *any;
    void *value;
    assert_int_equal(future_any(&any, f, 3), 0);
    assert_false(future_settled(any));
    assert_true(future_settle(f[2], 0, &thing));
    assert_true(future_settle(f[1], 0, &later));
    assert_int_equal(future_await(any, &value, CLOCK_NEVER), 0);
    assert_ptr_equal(value, &thing);
    for (int i = 0; i < 3; i++)
        future_drop(f[i]);
    future_drop(any);
    return 0;
}

IN_LOOP(any_fails_when_all_have_failed)
{
    struct future *f[2] = { pending(), settled(-EIO, NULL) }, *any;
    assert_int_equal(future_any(&any, f, 2), 0);
    assert_true(future_settle(f[0], -EPIPE, NULL));
    assert_int_equal(future_await(any, NULL, CLOCK_NEVER), -EPIPE);
    future_drop(f[0]);
    future_drop(f[1]);
    future_drop(any);
    assert_int_equal(future_any(&any, NULL, 0), -EINVAL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_who_awaits_gets_the_value_before_and_after),
        cmocka_unit_test(a_future_settles_once),
        cmocka_unit_test(awaiting_gives_up_at_its_deadline),
        cmocka_unit_test(an_owned_value_is_disposed_of_with_the_last_reference),
        cmocka_unit_test(then_makes_a_new_value_of_the_old_one),
        cmocka_unit_test(then_of_a_settled_future_runs_at_once),
        cmocka_unit_test(then_can_turn_an_error_into_a_value),
        cmocka_unit_test(then_is_done_although_nobody_keeps_what_it_makes),
        cmocka_unit_test(a_borrowed_value_lives_as_long_as_what_was_made_of_it),
        cmocka_unit_test(what_is_made_of_an_abandoned_future_is_cancelled),
        cmocka_unit_test(a_chain_of_a_hundred_thousand_needs_no_stack),
        cmocka_unit_test(a_step_may_settle_and_drop_other_futures),
        cmocka_unit_test(all_waits_for_every_one),
        cmocka_unit_test(all_fails_with_the_first_error_at_once),
        cmocka_unit_test(all_of_none_is_done),
        cmocka_unit_test(any_takes_the_first_that_works),
        cmocka_unit_test(any_fails_when_all_have_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
