// SPDX-License-Identifier: MIT
#include "check.h"
#include "serve/pattern.h"
#include "serve/target.h"
#include <errno.h>
#include <stdio.h>

static void segments_come_off_the_front(void **state)
{
    (void)state;
    struct span path = span_of("/a//c"), segment;
    assert_true(target_segment(&path, &segment));
    assert_true(span_is(segment, "a"));
    assert_true(target_segment(&path, &segment));
    assert_true(span_is(segment, ""));
    assert_true(target_segment(&path, &segment));
    assert_true(span_is(segment, "c"));
    assert_false(target_segment(&path, &segment));
    path = span_of("/");
    assert_true(target_segment(&path, &segment));
    assert_true(span_is(segment, ""));
    assert_false(target_segment(&path, &segment));
}

static void values_are_found_by_their_whole_name(void **state)
{
    (void)state;
    struct span query = span_of("aa=1&a=2&b&c=&a=3&no=0");
    assert_true(span_is(target_value(query, "a"), "2"));
    assert_true(span_is(target_value(query, "aa"), "1"));
    assert_true(span_is(target_value(query, "b"), ""));
    assert_true(span_is(target_value(query, "c"), ""));
    assert_null(target_value(query, "d").p);
    assert_null(target_value(span_of(""), "d").p);
    assert_true(target_flag(query, "b"));
    assert_false(target_flag(query, "no"));
    assert_false(target_flag(query, "d"));
}

static void sizes_have_units_and_bounds(void **state)
{
    (void)state;
    uint64_t v = 7;
    assert_int_equal(target_size(span_of("0"), 100, &v), 0);
    assert_int_equal(v, 0);
    assert_int_equal(target_size(span_of("10k"), 10240, &v), 0);
    assert_int_equal(v, 10240);
    assert_int_equal(target_size(span_of("3M"), UINT64_MAX, &v), 0);
    assert_int_equal(v, 3 << 20);
    assert_int_equal(target_size(span_of("10k"), 10239, &v), -ERANGE);
    assert_int_equal(target_size(span_of("99999999999999999999"), UINT64_MAX, &v), -ERANGE);
    assert_int_equal(target_size(span_of(""), 100, &v), -EINVAL);
    assert_int_equal(target_size(span_of("K"), 100, &v), -EINVAL);
    assert_int_equal(target_size(span_of("1x"), 100, &v), -EINVAL);
    assert_int_equal(target_size(span_of("-1"), 100, &v), -EINVAL);
    assert_int_equal(v, 3 << 20);
}

static void escapes_are_decoded_and_lone_ones_kept(void **state)
{
    (void)state;
    char to[32];
    size_t n = target_decode(span_of("a%20b%2Fc%zz%4"), to);
    assert_int_equal(n, 10);
    assert_memory_equal(to, "a b/c%zz%4", 10);
    assert_int_equal(target_decode(span_of("%41"), to), 1);
    assert_int_equal(to[0], 'A');
}

static void each_byte_of_the_pattern_is_known_from_where_it_stands(void **state)
{
    (void)state;
    static const uint64_t starts[] = { 0, 1, 15, 16, 250, 4095, 65530, 0xffffff7, 0xfffffffff0 };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char got[100];
        pattern_fill(got, starts[i], sizeof got);
        for (size_t k = 0; k < sizeof got; k++) {
            char line[32];
            uint64_t at = starts[i] + k;
            snprintf(line, sizeof line, "%015llx\n", (unsigned long long)(at & ~15ull));
            assert_int_equal(got[k], line[at & 15]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_come_off_the_front),
        cmocka_unit_test(values_are_found_by_their_whole_name),
        cmocka_unit_test(sizes_have_units_and_bounds),
        cmocka_unit_test(escapes_are_decoded_and_lone_ones_kept),
        cmocka_unit_test(each_byte_of_the_pattern_is_known_from_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
