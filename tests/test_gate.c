// SPDX-License-Identifier: MIT
// The pace of a politeness group, as a pure function of time: no clock, no loop.
#include "check.h"
#include "frontier/gate.h"
#include "sys/clock.h"

static void an_untouched_gate_lets_go_at_once(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 8, 0, 0);
    assert_int_equal(gate_next(&g, 5), 5);
}

static void no_more_than_the_limit_are_in_flight(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 2, 0, 0);
    gate_start(&g, 0);
    gate_start(&g, 0);
    assert_int_equal(gate_next(&g, 1), CLOCK_NEVER);
    gate_end(&g, 2);
    assert_int_equal(gate_next(&g, 2), 2);
}

static void a_limit_of_zero_counts_as_one(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 0, 0, 0);
    assert_int_equal(gate_next(&g, 1), 1);
}

static void the_delay_counts_from_the_end_of_an_exchange(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 1, CLOCK_S, 0);
    gate_start(&g, 0);
    gate_end(&g, 10 * CLOCK_S);
    assert_int_equal(gate_next(&g, 10 * CLOCK_S), 11 * CLOCK_S);
    assert_int_equal(gate_next(&g, 11 * CLOCK_S), 11 * CLOCK_S);
}

static void with_a_delay_one_exchange_follows_the_other(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 4, CLOCK_S, 0);
    gate_start(&g, 0);
    assert_int_equal(gate_next(&g, 5 * CLOCK_S), CLOCK_NEVER);
    gate_end(&g, 6 * CLOCK_S);
    assert_int_equal(gate_next(&g, 6 * CLOCK_S), 7 * CLOCK_S);
}

static void a_rate_spaces_the_starts(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 100, 0, 10);
    for (int k = 0; k < 5; k++) {
        int64_t at = gate_next(&g, 0);
        assert_int_equal(at, k * CLOCK_S / 10);
        gate_start(&g, at);
    }
}

static void a_fast_rate_is_reached_by_a_loop_that_wakes_once_a_millisecond(void **state)
{
    (void)state;
    struct bucket b;
    int started = 0;
    bucket_init(&b, 20000);
    for (int64_t now = 0; now < CLOCK_S; now += CLOCK_MS)
        for (; bucket_next(&b, now) <= now; started++)
            bucket_take(&b, now);
    assert_in_range(started, 19900, 20300);
}

static void an_idle_time_is_not_saved_up(void **state)
{
    (void)state;
    struct bucket b;
    int started = 0;
    bucket_init(&b, 5);
    bucket_take(&b, 0);
    for (int64_t now = 100 * CLOCK_S; bucket_next(&b, now) <= now; started++)
        bucket_take(&b, now);
    assert_int_equal(started, 1);
}

static void a_hold_stops_everything_and_the_longest_one_counts(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g, 8, 0, 0);
    gate_hold(&g, 30 * CLOCK_S);
    gate_hold(&g, 5 * CLOCK_S);
    assert_int_equal(gate_next(&g, CLOCK_S), 30 * CLOCK_S);
    assert_int_equal(gate_next(&g, 31 * CLOCK_S), 31 * CLOCK_S);
}

static void what_a_run_before_may_have_asked_counts(void **state)
{
    struct gate g;
    (void)state;
    gate_init(&g, 4, 2 * CLOCK_S, 0);
    gate_was_asked(&g, CLOCK_S);
    assert_int_equal(gate_next(&g, CLOCK_S), 3 * CLOCK_S);
    gate_init(&g, 4, 0, 2);
    gate_was_asked(&g, CLOCK_S);
    assert_in_range(gate_next(&g, CLOCK_S), CLOCK_S + CLOCK_S / 2 - 2 * CLOCK_MS,
                    CLOCK_S + CLOCK_S / 2);
    gate_init(&g, 4, 0, 0);
    gate_was_asked(&g, CLOCK_S);
    assert_int_equal(gate_next(&g, CLOCK_S), CLOCK_S);
}

static void who_drips_is_asked_one_thing_at_a_time_until_it_answers(void **state)
{
    struct gate g;
    (void)state;
    gate_init(&g, 4, 0, 0);
    gate_start(&g, 0);
    gate_start(&g, 0);
    gate_end(&g, CLOCK_S);
    gate_set_slow(&g, true);
    assert_int_equal(gate_next(&g, CLOCK_S), CLOCK_NEVER); // the other one is under way
    gate_end(&g, 2 * CLOCK_S);
    assert_int_equal(gate_next(&g, 2 * CLOCK_S), 2 * CLOCK_S);
    gate_start(&g, 2 * CLOCK_S);
    assert_int_equal(gate_next(&g, 2 * CLOCK_S), CLOCK_NEVER);
    gate_set_slow(&g, false);
    assert_int_equal(gate_next(&g, 2 * CLOCK_S), 2 * CLOCK_S);
}

static void a_rate_of_one_in_a_century_does_not_overflow(void **state)
{
    (void)state;
    struct bucket b;
    bucket_init(&b, 1e-12);
    bucket_take(&b, CLOCK_S);
    bucket_take(&b, CLOCK_S);
    assert_true(bucket_next(&b, 2 * CLOCK_S) > 2 * CLOCK_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_gate_lets_go_at_once),
        cmocka_unit_test(no_more_than_the_limit_are_in_flight),
        cmocka_unit_test(a_limit_of_zero_counts_as_one),
        cmocka_unit_test(the_delay_counts_from_the_end_of_an_exchange),
        cmocka_unit_test(with_a_delay_one_exchange_follows_the_other),
        cmocka_unit_test(a_rate_spaces_the_starts),
        cmocka_unit_test(a_fast_rate_is_reached_by_a_loop_that_wakes_once_a_millisecond),
        cmocka_unit_test(an_idle_time_is_not_saved_up),
        cmocka_unit_test(a_hold_stops_everything_and_the_longest_one_counts),
        cmocka_unit_test(what_a_run_before_may_have_asked_counts),
        cmocka_unit_test(who_drips_is_asked_one_thing_at_a_time_until_it_answers),
        cmocka_unit_test(a_rate_of_one_in_a_century_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
