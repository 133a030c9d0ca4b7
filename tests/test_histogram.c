// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/histogram.h"
#include <stdlib.h>
#include <string.h>

static struct histogram *histogram_fresh(void)
{
    struct histogram *h = calloc(1, sizeof *h);
    assert_non_null(h);
    return h;
}

static void a_single_value_comes_back_within_a_64th(void **state)
{
    (void)state;
    struct histogram *h = histogram_fresh();
    for (int bit = 0; bit < 41; bit++)
        for (uint64_t more = 0; more < 3; more++) {
            uint64_t v = (UINT64_C(1) << bit) + ((UINT64_C(1) << bit) * more) / 3;
            memset(h, 0, sizeof *h);
            histogram_add(h, v);
            histogram_add(h, UINT64_C(1)
                                 << 50); // so that the largest value does not cut the answer
            uint64_t got = histogram_quantile(h, 0.5);
            assert_in_range(got, v - v / 64, v + v / 64);
            if (v < 128)
                assert_int_equal(got, v);
        }
    free(h);
}

static void quantiles_of_a_uniform_spread_are_where_they_belong(void **state)
{
    (void)state;
    struct histogram *h = histogram_fresh();
    for (uint64_t v = 1; v <= 100000; v++)
        histogram_add(h, v);
    assert_int_equal(h->count, 100000);
    assert_int_equal(h->max, 100000);
    assert_int_equal(h->sum, UINT64_C(100000) * 100001 / 2);
    for (uint64_t percent = 1; percent < 100; percent++) {
        uint64_t v = percent * 1000;
        assert_in_range(histogram_quantile(h, (double)percent / 100), v - v / 64, v + v / 64);
    }
    assert_in_range(histogram_quantile(h, 0), 1, 1);
    assert_in_range(histogram_quantile(h, 1), 100000 - 100000 / 64, 100000);
    free(h);
}

static void no_quantile_is_above_the_largest_value(void **state)
{
    (void)state;
    struct histogram *h = histogram_fresh();
    histogram_add(h, 1000001);
    assert_in_range(histogram_quantile(h, 1), 1000001 - 1000001 / 64, 1000001);
    histogram_add(h, UINT64_MAX);
    assert_true(histogram_quantile(h, 1) == UINT64_MAX);
    free(h);
}

static void an_empty_histogram_says_0(void **state)
{
    (void)state;
    struct histogram *h = histogram_fresh();
    assert_int_equal(histogram_quantile(h, 0.5), 0);
    free(h);
}

static void merging_is_counting_both(void **state)
{
    (void)state;
    struct histogram *a = histogram_fresh(), *b = histogram_fresh(), *both = histogram_fresh();
    for (uint64_t v = 0; v < 5000; v++) {
        histogram_add(v % 3 ? a : b, v * v);
        histogram_add(both, v * v);
    }
    histogram_merge(a, b);
    assert_memory_equal(a, both, sizeof *a);
    free(a);
    free(b);
    free(both);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_value_comes_back_within_a_64th),
        cmocka_unit_test(quantiles_of_a_uniform_spread_are_where_they_belong),
        cmocka_unit_test(no_quantile_is_above_the_largest_value),
        cmocka_unit_test(an_empty_histogram_says_0),
        cmocka_unit_test(merging_is_counting_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
