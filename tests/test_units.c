// SPDX-License-Identifier: MIT
#include "check.h"
#include "report/units.h"
#include "sys/clock.h"
#include <errno.h>
#include <string.h>

#define KB UINT64_C(1024)

static void sizes_are_read_in_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {
        { "0", 0 },
        { "512", 512 },
        { "500K", 500 * KB },
        { "64M", 64 * KB * KB },
        { "64m", 64 * KB * KB },
        { "64MB", 64 * KB * KB },
        { "64MiB", 64 * KB * KB },
        { "7B", 7 },
        { "1.5G", 3 * KB * KB * KB / 2 },
        { "0.5K", 512 },
        { "1T", KB * KB * KB * KB },
        { "2P", 2 * KB * KB * KB * KB * KB },
        { "0.0001K", 0 },
        { "18446744073709551615", UINT64_MAX },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t got = 1;
        assert_int_equal(units_bytes(cases[i].text, &got), 0);
        assert_int_equal(got, cases[i].bytes);
    }
}

static void a_time_without_a_unit_is_seconds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        { "0", 0 },
        { "30", 30 * CLOCK_S },
        { "0.25", 250 * CLOCK_MS },
        { "1.5s", 1500 * CLOCK_MS },
        { "500ms", 500 * CLOCK_MS },
        { "20us", 20 * CLOCK_US },
        { "2m", 120 * CLOCK_S },
        { "1h", 3600 * CLOCK_S },
        { "1H", 3600 * CLOCK_S },
        { "1.5d", 129600 * CLOCK_S },
        { "0.1234567891234s", 123456789 },
        { "9223372036.854775807", INT64_MAX },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t got = -1;
        assert_int_equal(units_time(cases[i].text, &got), 0);
        assert_int_equal(got, cases[i].ns);
    }
}

static void a_rate_without_a_unit_is_a_second_s(void **state)
{
    (void)state;
    double got = -1;
    assert_int_equal(units_rate("10/s", &got), 0);
    assert_true(got == 10);
    assert_int_equal(units_rate("30/m", &got), 0);
    assert_true(got == 0.5);
    assert_int_equal(units_rate("3600/h", &got), 0);
    assert_true(got == 1);
    assert_int_equal(units_rate("86400/d", &got), 0);
    assert_true(got == 1);
    assert_int_equal(units_rate("2.5", &got), 0);
    assert_true(got == 2.5);
    assert_int_equal(units_rate("0", &got), 0);
    assert_true(got == 0);
}

static void junk_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const junk[] = { "",     " ",    "x",   "-1",  "+1",   " 1",    "1 ", "1 M",
                                        "1.",   ".5",   "1,5", "1e3", "0x10", "1.2.3", "1/", "1/x",
                                        "10s/", "1/ms", "inf", "nan", "1MM",  "iB" };
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        uint64_t bytes = 7, count = 7;
        int64_t time = 7;
        double rate = 7;
        assert_int_equal(units_bytes(junk[i], &bytes), -EINVAL);
        assert_int_equal(units_time(junk[i], &time), -EINVAL);
        assert_int_equal(units_rate(junk[i], &rate), -EINVAL);
        assert_int_equal(units_count(junk[i], 0, 100, &count), -EINVAL);
        assert_true(bytes == 7 && time == 7 && rate == 7 && count == 7);
    }
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    uint64_t bytes = 7;
    int64_t time = 7;
    assert_int_equal(units_bytes("18446744073709551616", &bytes), -ERANGE);
    assert_int_equal(units_bytes("16384P", &bytes), -ERANGE);
    assert_int_equal(units_bytes("99999999999999999999999", &bytes), -ERANGE);
    assert_int_equal(units_time("9223372036.854775808", &time), -ERANGE);
    assert_int_equal(units_time("106752d", &time), -ERANGE);
    assert_true(bytes == 7 && time == 7);
}

static void a_count_keeps_to_its_bounds(void **state)
{
    (void)state;
    uint64_t got = 7;
    assert_int_equal(units_count("0", 1, 10, &got), -ERANGE);
    assert_int_equal(units_count("11", 1, 10, &got), -ERANGE);
    assert_int_equal(units_count("99999999999999999999", 1, 10, &got), -ERANGE);
    assert_int_equal(got, 7);
    assert_int_equal(units_count("1", 1, 10, &got), 0);
    assert_int_equal(got, 1);
    assert_int_equal(units_count("0010", 1, 10, &got), 0);
    assert_int_equal(got, 10);
    assert_int_equal(units_count("1.0", 1, 10, &got), -EINVAL);
    assert_int_equal(units_count("1K", 1, 10, &got), -EINVAL);
}

static void bytes_are_shown_with_three_figures(void **state)
{
    (void)state;
    char out[UNITS_ROOM];
    assert_string_equal(units_show_bytes(out, 0), "0 B");
    assert_string_equal(units_show_bytes(out, 999), "999 B");
    assert_string_equal(units_show_bytes(out, 1000), "0.98 KB");
    assert_string_equal(units_show_bytes(out, 1536), "1.50 KB");
    assert_string_equal(units_show_bytes(out, 10239), "10.0 KB");
    assert_string_equal(units_show_bytes(out, 1023 * KB), "1.00 MB");
    assert_string_equal(units_show_bytes(out, 64 * KB * KB), "64.0 MB");
    assert_string_equal(units_show_bytes(out, 512 * KB * KB), "512 MB");
    assert_string_equal(units_show_bytes(out, UINT64_MAX), "16.0 EB");
}

static void times_are_shown_in_the_unit_that_suits_them(void **state)
{
    (void)state;
    char out[UNITS_ROOM];
    assert_string_equal(units_show_time(out, 0), "0 s");
    assert_string_equal(units_show_time(out, -5), "0 s");
    assert_string_equal(units_show_time(out, 1234), "1.23 us");
    assert_string_equal(units_show_time(out, 250 * CLOCK_US), "250 us");
    assert_string_equal(units_show_time(out, 999600), "1.00 ms");
    assert_string_equal(units_show_time(out, 12345 * CLOCK_US), "12.3 ms");
    assert_string_equal(units_show_time(out, 2310 * CLOCK_MS), "2.31 s");
    assert_string_equal(units_show_time(out, 59600 * CLOCK_MS), "1m00s");
    assert_string_equal(units_show_time(out, 125 * CLOCK_S), "2m05s");
    assert_string_equal(units_show_time(out, 12000 * CLOCK_S), "3h20m");
    assert_string_equal(units_show_time(out, 352800 * CLOCK_S), "4d02h");
    assert_true(strlen(units_show_time(out, INT64_MAX)) < UNITS_ROOM);
}

static void counts_have_their_thousands_apart(void **state)
{
    (void)state;
    char out[UNITS_ROOM];
    assert_string_equal(units_show_count(out, 0), "0");
    assert_string_equal(units_show_count(out, 999), "999");
    assert_string_equal(units_show_count(out, 1000), "1,000");
    assert_string_equal(units_show_count(out, 1234567), "1,234,567");
    assert_string_equal(units_show_count(out, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(units_show_rate(out, 0), "0");
    assert_string_equal(units_show_rate(out, 0.25), "0.25");
    assert_string_equal(units_show_rate(out, 98.12), "98.1");
    assert_string_equal(units_show_rate(out, 12345.4), "12,345");
    assert_true(strlen(units_show_rate(out, 1e300)) < UNITS_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_read_in_powers_of_1024),
        cmocka_unit_test(a_time_without_a_unit_is_seconds),
        cmocka_unit_test(a_rate_without_a_unit_is_a_second_s),
        cmocka_unit_test(junk_is_refused_and_changes_nothing),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(a_count_keeps_to_its_bounds),
        cmocka_unit_test(bytes_are_shown_with_three_figures),
        cmocka_unit_test(times_are_shown_in_the_unit_that_suits_them),
        cmocka_unit_test(counts_have_their_thousands_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
