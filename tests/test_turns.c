// SPDX-License-Identifier: MIT
#include "check.h"
#include "visit/turns.h"

// All orders in which the visits of four appends, and two that made none, can end.
static void whatever_the_order_of_ends_appends_are_reported_in_theirs(void **state)
{
    (void)state;
    for (unsigned order = 0; order < 720; order++) {
        struct turns s;
        struct turn t[6] = { { .number = 1 }, { .number = 2 }, { .number = 3 }, { .number = 4 } };
        unsigned left[6] = { 0, 1, 2, 3, 4, 5 }, n = 6, code = order;
        uint64_t last = 0;
        unsigned given = 0;
        turns_init(&s);
        while (n > 0) {
            unsigned k = code % n;
            code /= n;
            struct turn *next, *one = &t[left[k]];
            left[k] = left[--n];
            turns_arrive(&s, one);
            bool prompt = false;
            while ((next = turns_next(&s))) {
                given++;
                prompt |= next == one;
                if (!next->number)
                    continue;
                assert_int_equal(next->number, last + 1);
                last = next->number;
            }
            assert_true(one->number || prompt); // who waits for nobody is not kept waiting
        }
        assert_int_equal(given, 6);
        assert_int_equal(last, 4);
    }
}

static void a_visit_may_come_again(void **state)
{
    (void)state;
    struct turns s;
    struct turn t = { .number = 0 };
    turns_init(&s);
    for (uint64_t i = 1; i < 100; i++) {
        t.number = i % 3 ? i - i / 3 : 0;
        turns_arrive(&s, &t);
        assert_ptr_equal(turns_next(&s), &t);
        assert_null(turns_next(&s));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_order_of_ends_appends_are_reported_in_theirs),
        cmocka_unit_test(a_visit_may_come_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
