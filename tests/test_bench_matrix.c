// SPDX-License-Identifier: MIT
#include "bench/matrix.h"
#include "check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static char why[MATRIX_WHY];

static void engines_are_listed_with_commas_and_joined_with_plus(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    assert_int_equal(matrix_read_engines(&m, "coro,forks:8,coro:200+forks:8,coro", why), 0);
    assert_int_equal(m.engines, 3);
    assert_string_equal(m.engine[0], "coro");
    assert_string_equal(m.engine[1], "forks:8");
    assert_string_equal(m.engine[2], "coro:200+forks:8");
}

static void an_engine_that_is_none_is_named(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    assert_int_equal(matrix_read_engines(&m, "coro,steam", why), -EINVAL);
    assert_non_null(strstr(why, "steam"));
    assert_int_equal(matrix_read_engines(&m, "coro,,forks", why), -EINVAL);
    assert_int_equal(matrix_read_engines(&m, "", why), -EINVAL);
}

static void levels_are_numbers_each_once(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    assert_int_equal(matrix_read_levels(&m, "256,16,256", why), 0);
    assert_int_equal(m.levels, 2);
    assert_int_equal(m.level[0], 256);
    assert_int_equal(m.level[1], 16);
    assert_int_equal(matrix_read_levels(&m, "0", why), -EINVAL);
    assert_int_equal(matrix_read_levels(&m, "16,many", why), -EINVAL);
    assert_non_null(strstr(why, "many"));
}

static void workloads_are_words(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    assert_int_equal(matrix_read_workloads(&m, "mixed,waiting", why), 0);
    assert_true(m.workload[BENCH_WAITING] && m.workload[BENCH_MIXED]);
    assert_false(m.workload[BENCH_COMPUTING]);
    assert_int_equal(matrix_read_workloads(&m, "idle", why), -EINVAL);
}

static void an_engine_without_a_number_gets_that_of_the_level(void **state)
{
    (void)state;
    char spec[BENCH_NAME];
    unsigned n = 0;
    assert_int_equal(matrix_spec(spec, &n, "coro", 256, why), 0);
    assert_string_equal(spec, "coro:256");
    assert_int_equal(n, 256);
    assert_int_equal(matrix_spec(spec, &n, "forks:8", 256, why), 0);
    assert_string_equal(spec, "forks:8");
    assert_int_equal(n, 8);
    assert_int_equal(matrix_spec(spec, &n, "forks:8", 4, why), 0);
    assert_int_equal(n, 4);
}

static void engines_side_by_side_share_the_level(void **state)
{
    (void)state;
    char spec[BENCH_NAME];
    unsigned n = 0;
    assert_int_equal(matrix_spec(spec, &n, "coro+forks", 31, why), 0);
    assert_string_equal(spec, "coro:16,forks:16");
    assert_int_equal(n, 31);
}

// What --engine would take has a number here, too.
static void workers_with_coroutines_divide_the_level(void **state)
{
    (void)state;
    char spec[BENCH_NAME];
    unsigned n = 0;
    struct matrix m = { 0 };
    if (matrix_read_engines(&m, "forks:4/coro", why) < 0)
        skip();
    assert_int_equal(matrix_spec(spec, &n, "forks:4/coro", 30, why), 0);
    assert_string_equal(spec, "forks:4/coro:8");
    assert_int_equal(n, 30);
    assert_int_equal(matrix_spec(spec, &n, "forks:2/coro:5", 30, why), 0);
    assert_string_equal(spec, "forks:2/coro:5");
    assert_int_equal(n, 10);
}

static void more_than_an_engine_holds_is_refused_with_the_most(void **state)
{
    (void)state;
    char spec[BENCH_NAME];
    unsigned n = 77;
    assert_int_equal(matrix_spec(spec, &n, "forks", 1000000, why), -ERANGE);
    assert_non_null(strstr(why, "forks holds 1024"));
    assert_int_equal(n, 77);
}

static void cells_go_by_workload_then_level_then_engine(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    struct bench_cell *cell;
    unsigned n;
    assert_int_equal(matrix_read_engines(&m, "coro,forks:8", why), 0);
    assert_int_equal(matrix_read_levels(&m, "16,64", why), 0);
    assert_int_equal(matrix_read_workloads(&m, "waiting,computing", why), 0);
    assert_int_equal(matrix_cells(&m, &cell, &n), 0);
    // forks:8 holds 8 at either level: one cell for both.
    assert_int_equal(n, 6);
    assert_string_equal(cell[0].spec, "coro:16");
    assert_string_equal(cell[1].spec, "forks:8");
    assert_int_equal(cell[1].in_flight, 8);
    assert_string_equal(cell[2].spec, "coro:64");
    assert_int_equal(cell[3].workload, BENCH_COMPUTING);
    free(cell);
}

static void a_level_that_an_engine_cannot_hold_is_a_cell_with_a_note(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    struct bench_cell *cell;
    unsigned n;
    assert_int_equal(matrix_read_engines(&m, "forks", why), 0);
    assert_int_equal(matrix_read_levels(&m, "5000", why), 0);
    assert_int_equal(matrix_read_workloads(&m, "waiting", why), 0);
    assert_int_equal(matrix_cells(&m, &cell, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(cell[0].spec, "");
    assert_true(cell[0].note[0]);
    free(cell);
}

static void by_default_there_is_one_of_each_kind(void **state)
{
    (void)state;
    struct matrix m = { 0 };
    matrix_default_engines(&m);
    assert_true(m.engines >= 2);
    assert_string_equal(m.engine[0], "coro");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(engines_are_listed_with_commas_and_joined_with_plus),
        cmocka_unit_test(an_engine_that_is_none_is_named),
        cmocka_unit_test(levels_are_numbers_each_once),
        cmocka_unit_test(workloads_are_words),
        cmocka_unit_test(an_engine_without_a_number_gets_that_of_the_level),
        cmocka_unit_test(engines_side_by_side_share_the_level),
        cmocka_unit_test(workers_with_coroutines_divide_the_level),
        cmocka_unit_test(more_than_an_engine_holds_is_refused_with_the_most),
        cmocka_unit_test(cells_go_by_workload_then_level_then_engine),
        cmocka_unit_test(a_level_that_an_engine_cannot_hold_is_a_cell_with_a_note),
        cmocka_unit_test(by_default_there_is_one_of_each_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
