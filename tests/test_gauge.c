// SPDX-License-Identifier: MIT
#include "check.h"
#include "crawl/gauge.h"
#include "sys/clock.h"

static void closed_a_url_starts_when_it_does(void **state)
{
    (void)state;
    struct gauge g = { .began = 100 };
    assert_int_equal(gauge_due(&g, 500), 500);
    assert_int_equal(gauge_start(&g, 500), 500);
    assert_int_equal(gauge_due(&g, 501), 501);
    assert_int_equal(g.started, 1);
}

static void open_a_url_starts_at_its_place_in_the_schedule(void **state)
{
    (void)state;
    struct gauge g = { .rate = 10, .began = CLOCK_S };
    assert_int_equal(gauge_start(&g, CLOCK_S), CLOCK_S);
    // The second is due a tenth of a second later, and may be a little early.
    assert_true(gauge_due(&g, CLOCK_S) <= CLOCK_S + 100 * CLOCK_MS);
    assert_true(gauge_due(&g, CLOCK_S) >= CLOCK_S + 98 * CLOCK_MS);
    assert_int_equal(gauge_due(&g, 5 * CLOCK_S), 5 * CLOCK_S);
}

// That is what the schedule is for: who starts late has waited.
static void a_late_start_counts_from_when_it_should_have_been(void **state)
{
    (void)state;
    struct gauge g = { .rate = 1000, .began = 0 };
    for (int i = 0; i < 2000; i++)
        assert_int_equal(gauge_start(&g, 10 * CLOCK_S), i * CLOCK_MS);
    // It does not forget what it is behind.
    assert_int_equal(gauge_due(&g, 10 * CLOCK_S), 10 * CLOCK_S);
}

static void an_early_start_counts_from_when_it_was(void **state)
{
    (void)state;
    struct gauge g = { .rate = 10, .began = 0, .started = 1 };
    int64_t early = gauge_due(&g, 0);
    assert_int_equal(gauge_start(&g, early), early);
}

static void a_long_run_keeps_its_schedule(void **state)
{
    (void)state;
    struct gauge g = { .rate = 20000, .began = 7, .started = 20000ull * 86400 * 30 };
    assert_int_equal(gauge_start(&g, CLOCK_NEVER), 7 + 30 * 86400 * CLOCK_S);
    g.rate = 1e-9;
    assert_int_equal(gauge_start(&g, CLOCK_NEVER), CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_a_url_starts_when_it_does),
        cmocka_unit_test(open_a_url_starts_at_its_place_in_the_schedule),
        cmocka_unit_test(a_late_start_counts_from_when_it_should_have_been),
        cmocka_unit_test(an_early_start_counts_from_when_it_was),
        cmocka_unit_test(a_long_run_keeps_its_schedule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
