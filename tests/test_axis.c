// SPDX-License-Identifier: MIT
#include "check.h"
#include "page/axis.h"
#include <math.h>

static void a_linear_axis_begins_at_zero_and_ends_on_a_mark(void **state)
{
    (void)state;
    struct axis a;
    axis_init(&a, AXIS_LINEAR, 130, 4321);
    assert_float_equal(a.least, 0, 1e-9);
    assert_float_equal(a.most, 5000, 1e-9);
    assert_int_equal(a.ticks, 6);
    assert_float_equal(a.tick[5], a.most, 1e-9);
}

static void a_logarithmic_axis_holds_all_values_and_has_marks(void **state)
{
    (void)state;
    static const double range[][2] = { { 1, 1 },     { 9.9, 10.1 }, { 10, 4096 },
                                       { 0.3, 7e9 }, { 45, 47 },    { 1e-3, 1e6 } };
    struct axis a;
    for (unsigned i = 0; i < sizeof range / sizeof *range; i++) {
        axis_init(&a, AXIS_LOG, range[i][0], range[i][1]);
        assert_true(a.least <= range[i][0] * (1 + 1e-9));
        assert_true(a.most >= range[i][1] * (1 - 1e-9));
        assert_in_range(a.ticks, 2, AXIS_TICKS);
        for (unsigned k = 1; k < a.ticks; k++)
            assert_true(a.tick[k] > a.tick[k - 1]);
    }
}

static void equal_factors_are_equally_far_apart_on_a_logarithmic_axis(void **state)
{
    (void)state;
    struct axis a;
    axis_init(&a, AXIS_LOG, 1, 1000);
    a.from = 0;
    a.to = 300;
    assert_float_equal(axis_place(&a, 10), 100, 1e-6);
    assert_float_equal(axis_place(&a, 100), 200, 1e-6);
}

static void each_nine_of_a_share_is_as_wide_as_the_one_before(void **state)
{
    (void)state;
    struct axis a;
    axis_init(&a, AXIS_TAIL, 0, 0.999);
    a.from = 0;
    a.to = 300;
    assert_float_equal(axis_place(&a, 0), 0, 1e-6);
    assert_float_equal(axis_place(&a, 0.9), 100, 1e-6);
    assert_float_equal(axis_place(&a, 0.99), 200, 1e-6);
    assert_float_equal(axis_place(&a, 1), 300, 1e-6);
}

static void what_makes_no_sense_still_gives_an_axis(void **state)
{
    (void)state;
    static const double nonsense[][2] = { { NAN, NAN }, { 5, 1 }, { -3, 0 }, { 0, INFINITY } };
    struct axis a;
    for (unsigned i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        for (enum axis_kind kind = AXIS_LINEAR; kind <= AXIS_TAIL; kind++) {
            axis_init(&a, kind, nonsense[i][0], nonsense[i][1]);
            assert_true(a.least < a.most);
            assert_true(isfinite(axis_place(&a, NAN)));
            assert_true(isfinite(axis_place(&a, -1)));
        }
    }
}

static void values_outside_are_put_at_the_end(void **state)
{
    (void)state;
    struct axis a;
    axis_init(&a, AXIS_LINEAR, 0, 10);
    a.from = 250;
    a.to = 50;
    assert_float_equal(axis_place(&a, -4), 250, 1e-9);
    assert_float_equal(axis_place(&a, 1e9), 50, 1e-9);
}

static void marks_that_would_touch_are_left_out_but_not_the_ends(void **state)
{
    (void)state;
    static const double level[] = { 1, 2, 4, 64, 3000, 4096 };
    struct axis a;
    axis_init(&a, AXIS_LOG, 1, 4096);
    a.from = 0;
    a.to = 300;
    axis_ticks(&a, level, 6, 40);
    assert_int_equal(a.ticks, 4);
    assert_float_equal(a.tick[0], 1, 1e-9);
    assert_float_equal(a.tick[1], 4, 1e-9);
    assert_float_equal(a.tick[2], 64, 1e-9);
    assert_float_equal(a.tick[3], 4096, 1e-9);
}

static void labels_have_three_figures_and_a_unit(void **state)
{
    (void)state;
    char out[AXIS_LABEL];
    assert_string_equal(axis_show_count(out, 500), "500");
    assert_string_equal(axis_show_count(out, 2000), "2,000");
    assert_string_equal(axis_show_count(out, 12345), "12.3k");
    assert_string_equal(axis_show_count(out, 2.5e6), "2.5M");
    assert_string_equal(axis_show_mb(out, 1000), "1,000 MB");
    assert_string_equal(axis_show_mb(out, 0), "0");
    assert_string_equal(axis_show_time_us(out, 0), "0");
    assert_string_equal(axis_show_time_us(out, 250), "250 \302\265s");
    assert_string_equal(axis_show_time_us(out, 1500), "1.5 ms");
    assert_string_equal(axis_show_time_us(out, 0.25), "250 ns");
    assert_string_equal(axis_show_time_us(out, 61e6), "61 s");
    assert_string_equal(axis_show_time_ns(out, 5.2), "5.2 ns");
    assert_string_equal(axis_show_share(out, 0.999), "99.9 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linear_axis_begins_at_zero_and_ends_on_a_mark),
        cmocka_unit_test(a_logarithmic_axis_holds_all_values_and_has_marks),
        cmocka_unit_test(equal_factors_are_equally_far_apart_on_a_logarithmic_axis),
        cmocka_unit_test(each_nine_of_a_share_is_as_wide_as_the_one_before),
        cmocka_unit_test(what_makes_no_sense_still_gives_an_axis),
        cmocka_unit_test(values_outside_are_put_at_the_end),
        cmocka_unit_test(marks_that_would_touch_are_left_out_but_not_the_ends),
        cmocka_unit_test(labels_have_three_figures_and_a_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
