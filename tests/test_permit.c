// SPDX-License-Identifier: MIT
#include "check.h"
#include "in_loop.h"
#include "sched/permit.h"

struct taker {
    struct permit *permit;
    size_t n;
    int64_t deadline;
    int told, turn;
};

static int turns;

static int take(void *arg)
{
    struct taker *t = arg;
    t->told = permit_take(t->permit, t->n, t->deadline);
    t->turn = ++turns;
    return 0;
}

static int at_once, most_at_once;

static int take_and_hold(void *arg)
{
    struct permit *p = arg;
    int r = permit_take(p, 1, CLOCK_NEVER);
    if (r < 0)
        return r;
    most_at_once = ++at_once > most_at_once ? at_once : most_at_once;
    sleep_until(in_ms(1));
    at_once--;
    permit_give(p, 1);
    return 0;
}

IN_LOOP(never_more_than_the_limit_at_once)
{
    struct nursery n;
    struct permit p;
    permit_init(&p, 3);
    nursery_init(&n, "test");
    at_once = most_at_once = 0;
    for (int i = 0; i < 30; i++)
        assert_int_equal(nursery_spawn(&n, "holder", take_and_hold, &p), 0);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(most_at_once, 3);
    assert_int_equal(p.taken, 0);
    permit_fini(&p);
    return 0;
}

static void spawn_taker(struct nursery *n, struct taker *t, struct permit *p, size_t want,
                        int64_t deadline)
{
    *t = (struct taker){ p, want, deadline, 1, 0 };
    assert_int_equal(nursery_spawn(n, "taker", take, t), 0);
    assert_int_equal(yield_fiber(), 0);
}

IN_LOOP(who_wants_little_does_not_overtake_who_wants_much)
{
    struct nursery n;
    struct permit p;
    struct taker large, small;
    permit_init(&p, 10);
    nursery_init(&n, "test");
    turns = 0;
    assert_true(permit_try(&p, 6));
    spawn_taker(&n, &large, &p, 8, CLOCK_NEVER);
    spawn_taker(&n, &small, &p, 1, CLOCK_NEVER);
    assert_false(permit_try(&p, 1));
    assert_int_equal(small.told, 1); // waits, though there is room for it
    permit_give(&p, 6);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(large.turn, 1);
    assert_int_equal(small.turn, 2);
    assert_int_equal(p.taken, 9);
    permit_give(&p, 9);
    permit_fini(&p);
    return 0;
}

IN_LOOP(one_who_gives_up_lets_those_behind_through)
{
    struct nursery n;
    struct permit p;
    struct taker large, small;
    permit_init(&p, 10);
    nursery_init(&n, "test");
    assert_true(permit_try(&p, 6));
    spawn_taker(&n, &large, &p, 8, in_ms(10));
    spawn_taker(&n, &small, &p, 1, CLOCK_NEVER);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(large.told, -ETIMEDOUT);
    assert_int_equal(small.told, 0);
    permit_give(&p, 7);
    permit_fini(&p);
    return 0;
}

IN_LOOP(who_wants_more_than_the_limit_gets_it_alone)
{
    struct nursery n;
    struct permit p;
    struct taker huge;
    permit_init(&p, 4);
    nursery_init(&n, "test");
    assert_true(permit_try(&p, 1));
    spawn_taker(&n, &huge, &p, 100, CLOCK_NEVER);
    assert_int_equal(huge.told, 1);
    permit_give(&p, 1);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(huge.told, 0);
    assert_false(permit_try(&p, 1));
    permit_give(&p, 100);
    permit_fini(&p);
    return 0;
}

IN_LOOP(a_raised_limit_lets_waiters_through_and_a_lowered_one_takes_nothing_away)
{
    struct nursery n;
    struct permit p;
    struct taker t;
    permit_init(&p, 0);
    nursery_init(&n, "test");
    assert_false(permit_try(&p, 1));
    spawn_taker(&n, &t, &p, 2, CLOCK_NEVER);
    assert_int_equal(t.told, 1);
    permit_set_limit(&p, 5);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(t.told, 0);
    permit_set_limit(&p, 1);
    assert_int_equal(p.taken, 2);
    assert_false(permit_try(&p, 1));
    permit_give(&p, 2);
    assert_true(permit_try(&p, 1));
    permit_give(&p, 1);
    permit_fini(&p);
    return 0;
}

IN_LOOP(a_cancelled_waiter_takes_nothing)
{
    struct nursery n;
    struct permit p;
    struct taker t;
    permit_init(&p, 1);
    nursery_init(&n, "test");
    assert_true(permit_try(&p, 1));
    spawn_taker(&n, &t, &p, 1, CLOCK_NEVER);
    nursery_cancel(&n);
    assert_int_equal(nursery_close(&n), 0);
    assert_int_equal(t.told, -ECANCELED);
    permit_give(&p, 1);
    assert_int_equal(p.taken, 0);
    permit_fini(&p);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_more_than_the_limit_at_once),
        cmocka_unit_test(who_wants_little_does_not_overtake_who_wants_much),
        cmocka_unit_test(one_who_gives_up_lets_those_behind_through),
        cmocka_unit_test(who_wants_more_than_the_limit_gets_it_alone),
        cmocka_unit_test(a_raised_limit_lets_waiters_through_and_a_lowered_one_takes_nothing_away),
        cmocka_unit_test(a_cancelled_waiter_takes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
