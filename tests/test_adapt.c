// SPDX-License-Identifier: MIT
#include "check.h"
#include "frontier/adapt.h"
#include "sys/clock.h"

static const struct adapt_settings settings = { .factor = 5, .most = 60 * CLOCK_S };

static void the_delay_is_a_multiple_of_the_latency(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, 0, 0);
    for (int k = 0; k < 50; k++)
        adapt_good(&a, &settings, 400 * CLOCK_MS);
    assert_int_equal(a.delay, 2 * CLOCK_S);
    for (int k = 0; k < 100; k++)
        adapt_good(&a, &settings, CLOCK_S);
    assert_in_range(a.delay, 4990 * CLOCK_MS, 5 * CLOCK_S);
}

static void it_stays_within_its_bounds(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, 0, CLOCK_S);
    assert_int_equal(a.delay, CLOCK_S);
    adapt_good(&a, &settings, CLOCK_MS);
    assert_int_equal(a.delay, CLOCK_S);
    for (int k = 0; k < 100; k++)
        adapt_bad(&a, &settings, 0, 0);
    assert_int_equal(a.delay, settings.most);
    adapt_good(&a, &settings, CLOCK_NEVER / 4);
    assert_int_equal(a.delay, settings.most);
    adapt_init(&a, &settings, CLOCK_NEVER, 0);
    assert_int_equal(a.delay, settings.most);
}

static void it_doubles_with_each_bad_sign_and_is_a_second_at_least_then(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, 0, 0);
    adapt_bad(&a, &settings, 0, 0);
    assert_int_equal(a.delay, CLOCK_S);
    adapt_bad(&a, &settings, 0, 0);
    assert_int_equal(a.delay, 2 * CLOCK_S);
    adapt_bad(&a, &settings, 0, 0);
    assert_int_equal(a.delay, 4 * CLOCK_S);
}

static void what_was_under_way_already_tells_nothing_new(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, 0, 0);
    adapt_bad(&a, &settings, 5, 10);
    adapt_bad(&a, &settings, 6, 11);
    adapt_bad(&a, &settings, 9, 12);
    assert_int_equal(a.delay, CLOCK_S);
    adapt_bad(&a, &settings, 10, 20);
    assert_int_equal(a.delay, 2 * CLOCK_S);
}

static void the_first_goes_alone_when_its_latency_counts(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, 0, 0);
    assert_int_equal(a.delay, 1);
}

static void it_shrinks_slowly(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, 0, 0);
    while (a.delay < 32 * CLOCK_S)
        adapt_bad(&a, &settings, 0, 0);
    int answers = 0;
    for (int64_t before = a.delay; a.delay > CLOCK_S; before = a.delay, answers++) {
        adapt_good(&a, &settings, CLOCK_MS);
        assert_true(a.delay < before);
        assert_true(a.delay > before / 2);
    }
    assert_in_range(answers, 20, 40);
    for (int k = 0; k < 200; k++)
        adapt_good(&a, &settings, CLOCK_MS);
    assert_int_equal(a.delay, 5 * CLOCK_MS);
}

static void what_was_learnt_before_is_gone_on_from(void **state)
{
    struct adapt a;
    (void)state;
    adapt_init(&a, &settings, CLOCK_S, 100 * CLOCK_MS);
    adapt_recall(&a, &settings, 300 * CLOCK_MS, 60 * CLOCK_MS);
    assert_int_equal(a.delay, 300 * CLOCK_MS);
    assert_int_equal(a.latency, 60 * CLOCK_MS);
    // Of several hosts of a group the slowest counts.
    adapt_recall(&a, &settings, 200 * CLOCK_MS, 40 * CLOCK_MS);
    assert_int_equal(a.delay, 300 * CLOCK_MS);
    adapt_recall(&a, &settings, 90 * CLOCK_S, 40 * CLOCK_MS);
    assert_int_equal(a.delay, settings.most);
    // One that has only failed has a delay and no latency.
    adapt_init(&a, &settings, CLOCK_S, 0);
    adapt_recall(&a, &settings, 8 * CLOCK_S, 0);
    assert_int_equal(a.delay, 8 * CLOCK_S);
    adapt_recall(&a, &settings, -5, -5);
    assert_int_equal(a.delay, 8 * CLOCK_S);
}

static void without_a_factor_only_bad_signs_count(void **state)
{
    struct adapt_settings s = { .factor = 0, .most = 60 * CLOCK_S };
    struct adapt a;
    (void)state;
    adapt_init(&a, &s, 0, 0);
    adapt_good(&a, &s, 10 * CLOCK_S);
    assert_int_equal(a.delay, 0);
    adapt_bad(&a, &s, 0, 0);
    assert_int_equal(a.delay, CLOCK_S);
    for (int k = 0; k < 100; k++)
        adapt_good(&a, &s, 10 * CLOCK_S);
    assert_int_equal(a.delay, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_delay_is_a_multiple_of_the_latency),
        cmocka_unit_test(it_stays_within_its_bounds),
        cmocka_unit_test(it_doubles_with_each_bad_sign_and_is_a_second_at_least_then),
        cmocka_unit_test(what_was_under_way_already_tells_nothing_new),
        cmocka_unit_test(the_first_goes_alone_when_its_latency_counts),
        cmocka_unit_test(it_shrinks_slowly),
        cmocka_unit_test(what_was_learnt_before_is_gone_on_from),
        cmocka_unit_test(without_a_factor_only_bad_signs_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
