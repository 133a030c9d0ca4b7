// SPDX-License-Identifier: MIT
#include "check.h"
#include "report/kinds.h"
#include <string.h>

static struct crawl_stats stats;

static int some_kinds(void **state)
{
    (void)state;
    memset(&stats, 0, sizeof stats);
    stats.status[200] = 50;
    stats.status[301] = 9;
    stats.status[404] = 7;
    stats.status[599] = 1;
    stats.error[FETCH_TIMEOUT] = 3;
    stats.error[FETCH_BAD_URL] = 8;
    return 0;
}

static void statuses_are_in_order_of_number(void **state)
{
    (void)state;
    struct kind kind[KINDS_MOST];
    assert_int_equal(kinds_statuses(&stats, kind, KINDS_MOST), 4);
    assert_string_equal(kind[0].name, "200");
    assert_string_equal(kind[1].name, "301");
    assert_string_equal(kind[2].name, "404");
    assert_string_equal(kind[3].name, "599");
    assert_int_equal(kind[3].count, 1);
}

static void failures_are_the_most_frequent_first(void **state)
{
    (void)state;
    struct kind kind[KINDS_MOST];
    assert_int_equal(kinds_failures(&stats, kind, KINDS_MOST), 4);
    assert_string_equal(kind[0].name, "bad-url");
    assert_string_equal(kind[1].name, "404");
    assert_string_equal(kind[2].name, "timeout");
    assert_string_equal(kind[3].name, "599");
    assert_int_equal(kinds_errors(&stats, kind, KINDS_MOST), 2);
    assert_string_equal(kind[0].name, "bad-url");
}

static void all_ends_stand_side_by_side_the_most_frequent_first(void **state)
{
    (void)state;
    struct kind kind[KINDS_MOST];
    assert_int_equal(kinds_ends(&stats, kind, KINDS_MOST), 6);
    assert_string_equal(kind[0].name, "200");
    assert_string_equal(kind[1].name, "301");
    assert_string_equal(kind[2].name, "bad-url");
    assert_string_equal(kind[5].name, "599");
}

static void what_does_not_fit_is_the_least_frequent(void **state)
{
    (void)state;
    struct kind kind[3] = { { .name = "", .count = 0 }, { .count = 0 }, { .name = "end" } };
    assert_int_equal(kinds_failures(&stats, kind, 2), 2);
    assert_string_equal(kind[0].name, "bad-url");
    assert_string_equal(kind[1].name, "404");
    assert_string_equal(kind[2].name, "end");
    assert_int_equal(kinds_failures(&stats, kind, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(statuses_are_in_order_of_number, some_kinds),
        cmocka_unit_test_setup(failures_are_the_most_frequent_first, some_kinds),
        cmocka_unit_test_setup(all_ends_stand_side_by_side_the_most_frequent_first, some_kinds),
        cmocka_unit_test_setup(what_does_not_fit_is_the_least_frequent, some_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
