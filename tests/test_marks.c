// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/marks.h"
#include "faults.h"

static uint64_t hash_of(uint64_t k)
{
    return (k + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static void each_hash_is_new_once(void **state)
{
    (void)state;
    struct marks m = { 0 };
    assert_false(marks_has(&m, 0));
    for (uint64_t k = 0; k < 10000; k++)
        assert_true(marks_add(&m, hash_of(k)));
    for (uint64_t k = 0; k < 10000; k++) {
        assert_false(marks_add(&m, hash_of(k)));
        assert_true(marks_has(&m, hash_of(k)));
    }
    assert_int_equal(m.count, 10000);
    assert_true(marks_add(&m, 0));
    assert_false(marks_add(&m, 0));
    marks_fini(&m);
}

static void clearing_forgets_all_and_keeps_little(void **state)
{
    (void)state;
    struct marks m = { 0 };
    for (uint64_t k = 0; k < 10; k++)
        marks_add(&m, hash_of(k));
    size_t room = m.room;
    marks_clear(&m, 1000);
    assert_int_equal(m.room, room);
    assert_false(marks_has(&m, hash_of(1)));
    assert_true(marks_add(&m, hash_of(1)));
    for (uint64_t k = 0; k < 10000; k++)
        marks_add(&m, hash_of(k));
    marks_clear(&m, 1000);
    assert_int_equal(m.room, 0);
    assert_true(marks_add(&m, hash_of(1)));
    marks_fini(&m);
}

static void without_memory_everything_is_new(void **state)
{
    (void)state;
    struct marks m = { 0 };
    faults_fail_all_allocations();
    assert_true(marks_add(&m, 1));
    assert_true(marks_add(&m, 1));
    faults_fail_allocation(0);
    assert_true(marks_add(&m, 1));
    assert_false(marks_add(&m, 1));
    marks_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hash_is_new_once),
        cmocka_unit_test(clearing_forgets_all_and_keeps_little),
        cmocka_unit_test(without_memory_everything_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
