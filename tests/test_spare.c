// SPDX-License-Identifier: MIT
#include "check.h"
#include "sys/limits.h"
#include "sys/spare.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LIMIT = 64 };

// Nothing is open from 3 on.
static int set_up(void **state)
{
    struct rlimit l;
    (void)state;
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    getrlimit(RLIMIT_NOFILE, &l);
    l.rlim_cur = LIMIT; // the other is not to be lowered under Valgrind
    return setrlimit(RLIMIT_NOFILE, &l);
}

static void without_any_kept_none_is_spare(void **state)
{
    (void)state;
    spare_keep(0);
    assert_int_equal(spare_kept(), 0);
    assert_false(spare_is(0));
    assert_false(spare_is(LIMIT - 1));
}

static void the_last_numbers_below_the_limit_are_spare(void **state)
{
    (void)state;
    spare_keep(5);
    assert_int_equal(spare_kept(), 5);
    assert_false(spare_is(LIMIT - 6));
    assert_true(spare_is(LIMIT - 5));
    assert_true(spare_is(LIMIT - 1));
    spare_keep(LIMIT + 1); // all of them
    assert_true(spare_is(0));
    spare_keep(0);
}

static void what_is_free_is_counted_wherever_it_is(void **state)
{
    (void)state;
    unsigned left = spare_left(1000);
    assert_in_range(left, 1, LIMIT - 3);
    assert_int_equal(spare_left(3), 3);
    int high = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, LIMIT - 10);
    assert_int_equal(high, LIMIT - 10);
    assert_int_equal(spare_left(1000), left - 1);
    close(high);
    assert_int_equal(spare_left(1000), left);
}

static void who_can_do_with_less_cannot_have_the_last_ones(void **state)
{
    (void)state;
    int fd[LIMIT];
    unsigned left = spare_left(LIMIT), n = 0;
    spare_keep(4);
    while (limits_has_descriptor())
        fd[n++] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    assert_int_equal(n, left - 4);
    assert_int_equal(spare_left(LIMIT), 4);
    while (n > 0)
        close(fd[--n]);
    spare_keep(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_kept_none_is_spare),
        cmocka_unit_test(the_last_numbers_below_the_limit_are_spare),
        cmocka_unit_test(what_is_free_is_counted_wherever_it_is),
        cmocka_unit_test(who_can_do_with_less_cannot_have_the_last_ones),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
