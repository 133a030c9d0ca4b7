// SPDX-License-Identifier: MIT
#ifndef TESTS_BARE_CMOCKA_H
#define TESTS_BARE_CMOCKA_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// As much of cmocka as test_fiber.c uses, for a target that cmocka was not built for
// (tests/aarch64.sh). The first assertion that fails ends the program.
struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*setup)(void **state), (*teardown)(void **state);
};

#define cmocka_unit_test(f) \
    {                       \
#f, f, NULL, NULL   \
    }
#define cmocka_unit_test_setup_teardown(f, before, after) \
    {                                                     \
#f, f, before, after                              \
    }

static inline void bare_check(int fine, const char *what, long long a, long long b,
                              const char *file, int line)
{
    if (fine)
        return;
    fprintf(stderr, "%s:%d: %s: %lld, %lld\n", file, line, what, a, b);
    exit(1);
}

static inline void bare_range(long long v, long long low, long long high, const char *what,
                              const char *file, int line)
{
    bare_check(v >= low && v <= high, what, v, low, file, line);
}

// Each argument is evaluated once.
#define assert_in_range(v, low, high)                                                         \
    bare_range((long long)(v), (long long)(low), (long long)(high), #v " in " #low "-" #high, \
               __FILE__, __LINE__)
#define assert_int_equal(a, b)                                                        \
    do {                                                                              \
        long long bare_b = (long long)(b);                                            \
        bare_range((long long)(a), bare_b, bare_b, #a " == " #b, __FILE__, __LINE__); \
    } while (0)
#define assert_true(x) bare_check(!!(x), #x, 0, 0, __FILE__, __LINE__)
#define assert_false(x) bare_check(!(x), "not " #x, 0, 0, __FILE__, __LINE__)
#define assert_ptr_equal(a, b) \
    bare_check((const void *)(a) == (const void *)(b), #a " == " #b, 0, 0, __FILE__, __LINE__)
#define assert_null(p) bare_check(!(p), #p " is NULL", 0, 0, __FILE__, __LINE__)
#define assert_non_null(p) bare_check(!!(p), #p " is not NULL", 0, 0, __FILE__, __LINE__)
#define assert_string_equal(a, b) \
    bare_check(strcmp(a, b) == 0, #a " is " #b, 0, 0, __FILE__, __LINE__)

static inline int bare_run(const struct CMUnitTest *tests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        void *state = NULL;
        if (tests[i].setup)
            tests[i].setup(&state);
        tests[i].test(&state);
        if (tests[i].teardown)
            tests[i].teardown(&state);
        printf("[       OK ] %s\n", tests[i].name);
    }
    return 0;
}

#define cmocka_run_group_tests(tests, before, after) \
    bare_run(tests, sizeof(tests) / sizeof((tests)[0]))
#endif
