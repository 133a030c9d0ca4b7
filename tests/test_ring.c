// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/ring.h"
#include "faults.h"
#include <errno.h>

static void *as_pointer(uintptr_t v)
{
    return (void *)v; // never followed
}

static void pointers_come_out_in_the_order_they_went_in(void **state)
{
    (void)state;
    struct ring r = { 0 };
    uintptr_t in = 1, out = 1;
    // Three in, two out: grows again and again with its head anywhere.
    for (int round = 0; round < 5000; round++) {
        for (int i = 0; i < 3; i++)
            assert_int_equal(ring_push(&r, as_pointer(in++)), 0);
        for (int i = 0; i < 2; i++)
            assert_ptr_equal(ring_pop(&r), as_pointer(out++));
    }
    while (!ring_empty(&r))
        assert_ptr_equal(ring_pop(&r), as_pointer(out++));
    assert_int_equal(out, in);
    assert_null(ring_pop(&r));
    ring_fini(&r);
}

static void what_was_pushed_in_front_is_next(void **state)
{
    (void)state;
    struct ring r = { 0 };
    for (uintptr_t i = 1; i <= 100; i++) {
        assert_int_equal(ring_push(&r, as_pointer(1000 + i)), 0);
        assert_int_equal(ring_push_front(&r, as_pointer(i)), 0);
    }
    for (uintptr_t i = 100; i >= 1; i--)
        assert_ptr_equal(ring_pop(&r), as_pointer(i));
    for (uintptr_t i = 1; i <= 100; i++)
        assert_ptr_equal(ring_pop(&r), as_pointer(1000 + i));
    ring_fini(&r);
}

static void a_push_without_memory_changes_nothing(void **state)
{
    (void)state;
    struct ring r = { 0 };
    faults_fail_allocation(1);
    assert_int_equal(ring_push(&r, as_pointer(1)), -ENOMEM);
    for (uintptr_t i = 1; i <= 16; i++)
        assert_int_equal(ring_push(&r, as_pointer(i)), 0);
    faults_fail_all_allocations();
    assert_int_equal(ring_push(&r, as_pointer(17)), -ENOMEM);
    assert_int_equal(ring_push_front(&r, as_pointer(17)), -ENOMEM);
    faults_fail_allocation(0);
    for (uintptr_t i = 1; i <= 16; i++)
        assert_ptr_equal(ring_pop(&r), as_pointer(i));
    assert_null(ring_pop(&r));
    ring_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pointers_come_out_in_the_order_they_went_in),
        cmocka_unit_test(what_was_pushed_in_front_is_next),
        cmocka_unit_test(a_push_without_memory_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
