// SPDX-License-Identifier: MIT
#include "check.h"
#include "resolve/pace.h"
#include "sys/clock.h"

// Starts as many as it may at `now`.
static unsigned start_all(struct pace *p, int64_t now)
{
    unsigned n = 0;
    while (n < 100000 && pace_start(p, now))
        n++;
    return n;
}

static void a_burst_is_bounded_until_time_passes_or_something_ends(void **state)
{
    (void)state;
    struct pace p;
    pace_init(&p, 512);
    assert_int_equal(start_all(&p, 0), PACE_BURST);
    assert_int_equal(start_all(&p, PACE_SLOT - 1), 0);
    assert_int_equal(pace_next(&p), PACE_SLOT);
    pace_end(&p);
    pace_end(&p);
    assert_int_equal(start_all(&p, PACE_SLOT - 1), 2);
    assert_int_equal(start_all(&p, PACE_SLOT), PACE_BURST);
    assert_int_equal(p.under_way, 2 * PACE_BURST);
}

static void no_more_are_under_way_than_there_is_room_for(void **state)
{
    (void)state;
    struct pace p;
    unsigned all = 0;
    pace_init(&p, 150);
    for (int64_t now = 0; now < 10 * PACE_SLOT; now += PACE_SLOT)
        all += start_all(&p, now);
    assert_int_equal(all, 150);
    assert_true(pace_next(&p) == CLOCK_NEVER);
    pace_end(&p);
    assert_true(pace_next(&p) < CLOCK_NEVER);
    assert_int_equal(start_all(&p, 100 * PACE_SLOT), 1);
}

static void refusals_halve_the_room_once_a_second(void **state)
{
    (void)state;
    struct pace p;
    pace_init(&p, 100);
    for (int64_t now = 0; now < 4 * PACE_SLOT; now += PACE_SLOT)
        start_all(&p, now);
    assert_int_equal(p.under_way, 100);
    pace_refused(&p, CLOCK_S);
    assert_int_equal(p.room, 50);
    pace_refused(&p, CLOCK_S + 1);
    assert_int_equal(p.room, 50);
    assert_int_equal(start_all(&p, CLOCK_S), 0);
    pace_refused(&p, 2 * CLOCK_S);
    assert_int_equal(p.room, 25);
    for (int i = 0; i < 20; i++)
        pace_refused(&p, (3 + i) * CLOCK_S);
    assert_int_equal(p.room, PACE_ROOM_LEAST);
}

static void the_room_grows_back_by_one_for_each_roomful(void **state)
{
    (void)state;
    struct pace p;
    pace_init(&p, 20);
    start_all(&p, 0);
    pace_refused(&p, CLOCK_S);
    assert_int_equal(p.room, 10);
    int64_t now = CLOCK_S;
    while (p.under_way)
        pace_end(&p); // 20 ended: 10, then 11 not yet
    assert_int_equal(p.room, 11);
    for (int i = 0; i < 500; i++, now += PACE_SLOT) {
        start_all(&p, now);
        while (p.under_way)
            pace_end(&p);
    }
    assert_int_equal(p.room, 20);
}

static void a_small_limit_stays_a_limit(void **state)
{
    (void)state;
    struct pace p;
    pace_init(&p, 2);
    assert_int_equal(start_all(&p, 0), 2);
    pace_refused(&p, CLOCK_S);
    assert_int_equal(p.room, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_is_bounded_until_time_passes_or_something_ends),
        cmocka_unit_test(no_more_are_under_way_than_there_is_room_for),
        cmocka_unit_test(refusals_halve_the_room_once_a_second),
        cmocka_unit_test(the_room_grows_back_by_one_for_each_roomful),
        cmocka_unit_test(a_small_limit_stays_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
