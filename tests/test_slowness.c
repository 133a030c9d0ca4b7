// SPDX-License-Identifier: MIT
#include "check.h"
#include "fetch/slowness.h"
#include "sys/clock.h"

// Asks every `step` ns while bytes come as `rate` says. Returns when it was found too slow, in ms;
// -1: never, in 100 s.
static int64_t slowness_run(int64_t step, int64_t time, uint64_t (*bytes_at)(int64_t ms))
{
    struct slowness s = { 0 };
    for (int64_t t = 0; t <= 100 * CLOCK_S; t += step) {
        if (slowness_check(&s, t + CLOCK_S, bytes_at(t / CLOCK_MS), 100, time))
            return t / CLOCK_MS;
    }
    return -1;
}

static uint64_t nothing(int64_t ms)
{
    (void)ms;
    return 0;
}

static uint64_t just_enough(int64_t ms)
{
    return (uint64_t)ms / 10 + 1;
}

static uint64_t a_burst_each_5_s(int64_t ms)
{
    return (uint64_t)(ms / 5000 + 1) * 600;
}

static uint64_t a_start_then_nothing(int64_t ms)
{
    return ms < 20000 ? (uint64_t)ms : 20000;
}

static void a_stall_is_noticed_after_its_time(void **state)
{
    (void)state;
    assert_in_range(slowness_run(CLOCK_S, 30 * CLOCK_S, nothing), 30000, 34000);
    assert_in_range(slowness_run(50 * CLOCK_MS, 30 * CLOCK_S, nothing), 30000, 34000);
    assert_in_range(slowness_run(CLOCK_S / 8, CLOCK_S, nothing), 1000, 1125);
    assert_in_range(slowness_run(CLOCK_S, CLOCK_S, nothing), 1000, 2000);
    assert_in_range(slowness_run(CLOCK_S, 10 * CLOCK_S, a_start_then_nothing), 29000, 32500);
}

static void enough_on_average_is_enough(void **state)
{
    (void)state;
    assert_int_equal(slowness_run(CLOCK_S, 10 * CLOCK_S, just_enough), -1);
    assert_int_equal(slowness_run(CLOCK_S, 30 * CLOCK_S, a_burst_each_5_s), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stall_is_noticed_after_its_time),
        cmocka_unit_test(enough_on_average_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
