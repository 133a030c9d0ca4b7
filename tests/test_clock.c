// SPDX-License-Identifier: MIT
#include "check.h"
#include "sys/clock.h"
#include <time.h>

static void monotonic_time_never_goes_back(void **state)
{
    (void)state;
    int64_t last = clock_mono();
    for (int i = 0; i < 100000; i++) {
        int64_t now = clock_mono();
        assert_true(now >= last);
        last = now;
    }
    assert_true(last > 0 && last < CLOCK_NEVER);
}

static void wall_time_counts_nanoseconds_since_1970(void **state)
{
    (void)state;
    int64_t s = (int64_t)time(NULL);
    int64_t wall = clock_wall();
    assert_true(wall / CLOCK_S >= s && wall / CLOCK_S <= s + 5);
}

static void a_deadline_past_the_end_of_time_is_never(void **state)
{
    (void)state;
    assert_int_equal(clock_after(5, 7), 12);
    assert_int_equal(clock_after(CLOCK_NEVER, 0), CLOCK_NEVER);
    assert_int_equal(clock_after(CLOCK_NEVER - 1, 1), CLOCK_NEVER);
    assert_int_equal(clock_after(1, CLOCK_NEVER), CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monotonic_time_never_goes_back),
        cmocka_unit_test(wall_time_counts_nanoseconds_since_1970),
        cmocka_unit_test(a_deadline_past_the_end_of_time_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
