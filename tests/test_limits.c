// SPDX-License-Identifier: MIT
#include "check.h"
#include "sys/limits.h"
#include <sched.h>
#include <sys/resource.h>

static void descriptors_go_up_to_the_hard_limit(void **state)
{
    (void)state;
    struct rlimit l;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    size_t hard = l.rlim_max;
    l.rlim_cur = l.rlim_max < 64 ? l.rlim_max : 64;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(limits_raise_descriptors(), hard);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    assert_int_equal(l.rlim_cur, hard);
    assert_int_equal(limits_raise_descriptors(), hard);
}

static void one_more_descriptor_can_be_had_below_the_limit_only(void **state)
{
    (void)state;
    struct rlimit l;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &l), 0);
    assert_true(limits_has_descriptor());
    struct rlimit none = { .rlim_cur = 0, .rlim_max = l.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_false(limits_has_descriptor());
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &l), 0);
    assert_true(limits_has_descriptor());
}

static void cpus_are_those_this_process_may_run_on(void **state)
{
    (void)state;
    cpu_set_t all, one;
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_int_equal(limits_cpus(), CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (unsigned i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(limits_cpus(), 1);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
}

static void there_is_always_a_number_of_maps(void **state)
{
    (void)state;
    assert_true(limits_max_maps() >= 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_go_up_to_the_hard_limit),
        cmocka_unit_test(one_more_descriptor_can_be_had_below_the_limit_only),
        cmocka_unit_test(cpus_are_those_this_process_may_run_on),
        cmocka_unit_test(there_is_always_a_number_of_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
