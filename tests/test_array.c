// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/array.h"
#include "faults.h"
#include <stdlib.h>

static void a_full_array_gets_twice_the_room_and_keeps_what_it_has(void **state)
{
    (void)state;
    size_t room = 0;
    int *at = NULL;
    for (int i = 0; i < 100; i++) {
        if ((size_t)i == room) {
            at = array_grow(at, &room, 3, sizeof *at);
            assert_non_null(at);
        }
        at[i] = i;
    }
    assert_int_equal(room, 192); // 3, 6, 12 ...
    for (int i = 0; i < 100; i++)
        assert_int_equal(at[i], i);
    free(at);
}

static void without_memory_it_is_as_it_was(void **state)
{
    (void)state;
    size_t room = 0;
    char *at = array_grow(NULL, &room, 1, 1);
    assert_non_null(at);
    at[0] = 'x';
    faults_fail_allocation(1);
    assert_null(array_grow(at, &room, 1, 1));
    faults_fail_allocation(0);
    assert_int_equal(room, 1);
    assert_int_equal(at[0], 'x');
    free(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_array_gets_twice_the_room_and_keeps_what_it_has),
        cmocka_unit_test(without_memory_it_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
