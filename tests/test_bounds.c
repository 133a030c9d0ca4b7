// SPDX-License-Identifier: MIT
#include "check.h"
#include "crawl/bounds.h"
#include "sys/clock.h"

static void a_run_without_limits_reaches_none(void **state)
{
    (void)state;
    struct bounds none = { 0 };
    assert_int_equal(bounds_reached(&none, INT64_MAX, UINT64_MAX), BOUNDS_NONE);
}

static void a_limit_is_reached_at_its_figure(void **state)
{
    (void)state;
    struct bounds l = { .time = 5 * CLOCK_S, .bytes = 1000, .urls = 3 };
    assert_int_equal(bounds_reached(&l, 5 * CLOCK_S - 1, 999), BOUNDS_NONE);
    assert_int_equal(bounds_reached(&l, 5 * CLOCK_S, 0), BOUNDS_TIME);
    assert_int_equal(bounds_reached(&l, 0, 1000), BOUNDS_BYTES);
    assert_string_equal(bounds_name(BOUNDS_TIME), "--max-run-time");
    assert_string_equal(bounds_name(BOUNDS_URLS), "--max-urls");
    assert_string_equal(bounds_name(BOUNDS_BYTES), "--max-bytes");
}

static void those_that_share_a_rate_have_something_each(void **state)
{
    (void)state;
    assert_int_equal(bounds_in_flight(0, 256), 256);
    assert_int_equal(bounds_in_flight(1 << 20, 256), 256);
    assert_int_equal(bounds_in_flight(100 << 10, 256), 100);
    assert_int_equal(bounds_in_flight(1, 256), 1);
    assert_int_equal(bounds_in_flight(UINT64_MAX, 1000000), 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_without_limits_reaches_none),
        cmocka_unit_test(a_limit_is_reached_at_its_figure),
        cmocka_unit_test(those_that_share_a_rate_have_something_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
