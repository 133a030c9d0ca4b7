// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/civil.h"
#include <time.h>

static void every_day_is_what_libc_says(void **state)
{
    (void)state;
    for (int64_t day = -800000; day < 2900000; day += 7) { // from before our era to beyond 9900
        time_t t = day * 86400 + (day & 0xFFFF);
        struct tm tm;
        struct civil c = civil_of(t);
        assert_non_null(gmtime_r(&t, &tm));
        assert_int_equal(c.year, tm.tm_year + 1900);
        assert_int_equal(c.month, tm.tm_mon + 1);
        assert_int_equal(c.day, tm.tm_mday);
        assert_int_equal(c.hour, tm.tm_hour);
        assert_int_equal(c.minute, tm.tm_min);
        assert_int_equal(c.second, tm.tm_sec);
        assert_int_equal(c.weekday, tm.tm_wday);
        assert_int_equal(civil_seconds(&c), t);
    }
}

static void the_ends_of_days_are_where_they_belong(void **state)
{
    (void)state;
    struct civil before = civil_of(-1), epoch = civil_of(0), leap = civil_of(951782399);
    assert_int_equal(before.year, 1969);
    assert_int_equal(before.second, 59);
    assert_int_equal(before.weekday, 3);
    assert_int_equal(epoch.weekday, 4);
    assert_int_equal(leap.month, 2);
    assert_int_equal(leap.day, 28);
    assert_int_equal(civil_of(951782400).day, 29);
    civil_of(INT64_MIN); // any time at all is some moment
    civil_of(INT64_MAX);
}

static void months_have_their_days(void **state)
{
    (void)state;
    assert_int_equal(civil_month_days(2023, 2), 28);
    assert_int_equal(civil_month_days(2024, 2), 29);
    assert_int_equal(civil_month_days(1900, 2), 28);
    assert_int_equal(civil_month_days(2000, 2), 29);
    assert_int_equal(civil_month_days(2024, 4), 30);
    assert_int_equal(civil_month_days(2024, 12), 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_is_what_libc_says),
        cmocka_unit_test(the_ends_of_days_are_where_they_belong),
        cmocka_unit_test(months_have_their_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
