// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "serve/flaky.h"
#include <errno.h>
#include <stdio.h>

static uint64_t count(struct flaky *f, const char *key)
{
    uint64_t n = 0;
    assert_int_equal(flaky_count(f, span_of(key), &n), 0);
    return n;
}

static void each_key_has_a_count_of_its_own(void **state)
{
    (void)state;
    struct flaky f = { 0 };
    assert_int_equal(count(&f, "a"), 1);
    assert_int_equal(count(&f, "a"), 2);
    assert_int_equal(count(&f, "b"), 1);
    assert_int_equal(count(&f, ""), 1);
    assert_int_equal(count(&f, "a"), 3);
    flaky_fini(&f);
}

static void beyond_the_bound_the_key_unused_for_longest_is_forgotten(void **state)
{
    (void)state;
    struct flaky f = { 0 };
    char key[16];
    for (int i = 0; i < FLAKY_KEYS; i++) {
        snprintf(key, sizeof key, "%d", i);
        assert_int_equal(count(&f, key), 1);
    }
    assert_int_equal(count(&f, "0"), 2); // now 1 is the oldest
    assert_int_equal(count(&f, "new"), 1);
    assert_int_equal(f.map.count, FLAKY_KEYS);
    assert_int_equal(count(&f, "0"), 3);
    assert_int_equal(count(&f, "2"), 2);
    assert_int_equal(count(&f, "1"), 1);
    flaky_fini(&f);
}

static void a_key_too_long_is_refused(void **state)
{
    (void)state;
    struct flaky f = { 0 };
    char key[FLAKY_KEY_MAX + 1] = "";
    uint64_t n = 7;
    assert_int_equal(flaky_count(&f, (struct span){ key, sizeof key }, &n), -E2BIG);
    assert_int_equal(n, 7);
    assert_int_equal(flaky_count(&f, (struct span){ key, FLAKY_KEY_MAX }, &n), 0);
    flaky_fini(&f);
}

static void without_memory_nothing_is_counted(void **state)
{
    (void)state;
    struct flaky f = { 0 };
    uint64_t n = 7;
    unsigned nth = 0;
    do {
        faults_fail_allocation(++nth);
        int r = flaky_count(&f, span_of("a"), &n);
        assert_true(r == 0 || r == -ENOMEM);
        assert_int_equal(n, r == 0 ? 1 : 7);
    } while (n == 7);
    faults_fail_allocation(0);
    assert_true(nth > 1);
    flaky_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_has_a_count_of_its_own),
        cmocka_unit_test(beyond_the_bound_the_key_unused_for_longest_is_forgotten),
        cmocka_unit_test(a_key_too_long_is_refused),
        cmocka_unit_test(without_memory_nothing_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
