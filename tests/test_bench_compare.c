// SPDX-License-Identifier: MIT
#include "bench/compare.h"
#include "bench/figure.h"
#include "bench_fixture.h"
#include "check.h"
#include <string.h>

static struct fixture f;

static int setup(void **state)
{
    (void)state;
    fixture_init(&f);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_fini(&f);
    return 0;
}

static void a_median_is_in_the_middle(void **state)
{
    (void)state;
    double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 }, one[] = { 7 };
    struct bench_figure a = figure_of(odd, 3), b = figure_of(even, 4), c = figure_of(one, 1);
    assert_true(a.median == 2 && a.least == 1 && a.most == 3 && a.count == 3);
    assert_true(b.median == 2.5 && b.count == 4);
    assert_true(c.median == 7 && figure_spread(&c) == 0);
    assert_true(figure_spread(&a) == 0.5);
}

static void what_is_not_known_is_left_out(void **state)
{
    (void)state;
    double some[] = { NAN, 5, INFINITY }, none[] = { NAN };
    struct bench_figure a = figure_of(some, 3), b = figure_of(none, 1), c = figure_of(NULL, 0);
    assert_int_equal(a.count, 1);
    assert_true(a.median == 5);
    assert_int_equal(b.count, 0);
    assert_true(b.median == 0);
    assert_int_equal(c.count, 0);
    assert_false(figure_overlap(&a, &b));
}

static void ranges_that_touch_overlap(void **state)
{
    (void)state;
    struct bench_figure a = { 2, 1, 3, 3 }, b = { 4, 3, 5, 3 }, c = { 4, 3.5, 5, 3 };
    assert_true(figure_overlap(&a, &b));
    assert_false(figure_overlap(&a, &c));
}

static void figures_and_sums_come_from_the_repetitions(void **state)
{
    (void)state;
    struct bench_cell *c = fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    c->repetition[0].outcomes = c->repetition[1].outcomes = 1;
    c->repetition[0].outcome[0] = (struct bench_outcome){ "404", 3 };
    c->repetition[1].outcome[0] = (struct bench_outcome){ "404", 4 };
    c->repetition[2].outcomes = 2;
    c->repetition[2].outcome[0] = (struct bench_outcome){ "200", 1000 };
    c->repetition[2].outcome[1] = (struct bench_outcome){ "timeout", 1 };
    compare_sum_up(&f.r);
    assert_true(c->figure[BENCH_RATE].median == 100 && c->figure[BENCH_RATE].count == 3);
    assert_int_equal(c->figure[BENCH_MEMORY].count, 0);
    assert_int_equal(c->succeeded, 3000);
    assert_int_equal(c->outcomes, 3);
    assert_string_equal(c->outcome[0].name, "200");
    assert_string_equal(c->outcome[1].name, "404");
    assert_int_equal(c->outcome[1].count, 7);
}

static void the_same_work_may_be_compared(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    struct bench_cell *c = fixture_add(&f, "forks", 16, BENCH_WAITING, 90);
    c->repetition[1].succeeded = 500; // slower, in the same time
    c->repetition[1].bytes /= 2;
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_false(f.r.unequal);
    assert_true(compare_counts(c));
}

static void who_fails_more_is_not_compared(void **state)
{
    (void)state;
    struct bench_cell *good = fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    struct bench_cell *bad = fixture_add(&f, "forks", 16, BENCH_WAITING, 90);
    bad->repetition[1].failed = 12;
    bad->repetition[1].outcomes = 1;
    bad->repetition[1].outcome[0] = (struct bench_outcome){ "timeout", 12 };
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_true(f.r.unequal);
    assert_true(bad->odd);
    assert_false(compare_counts(bad));
    assert_string_equal(bad->note, "12 of 3,012 URLs failed: 12 timeout");
    assert_false(good->odd);
}

static void who_fails_alike_is_compared(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench_cell *c = fixture_add(&f, i ? "coro" : "forks", 16, BENCH_WAITING, 100);
        c->repetition[0].failed = 100;
    }
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_false(f.r.unequal);
    assert_true(f.cell[0].note[0] != '\0'); // but it is said
}

static void with_a_number_of_urls_one_failure_is_one_too_many(void **state)
{
    (void)state;
    f.r.plan.urls = 1000;
    f.r.plan.duration = 0;
    fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    struct bench_cell *bad = fixture_add(&f, "forks", 16, BENCH_WAITING, 90);
    bad->repetition[2].succeeded = 999;
    bad->repetition[2].failed = 1;
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_true(f.r.unequal && bad->odd);
}

static void shorter_bodies_are_other_work(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    struct bench_cell *bad = fixture_add(&f, "forks", 16, BENCH_WAITING, 90);
    for (int i = 0; i < 3; i++)
        bad->repetition[i].bytes = 1000 * 1000;
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_true(f.r.unequal && bad->odd);
    // Of URLs of somebody's own nobody knows how long they are.
    f.r.plan.origins = 0;
    bad->odd = false;
    compare_work(&f.r);
    assert_false(f.r.unequal);
}

static void other_workloads_are_other_work_by_right(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    struct bench_cell *other = fixture_add(&f, "coro", 16, BENCH_COMPUTING, 100);
    for (int i = 0; i < 3; i++)
        other->repetition[i].failed = 1000;
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_false(f.r.unequal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_median_is_in_the_middle),
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(ranges_that_touch_overlap),
#define WITH(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
        WITH(figures_and_sums_come_from_the_repetitions),
        WITH(the_same_work_may_be_compared),
        WITH(who_fails_more_is_not_compared),
        WITH(who_fails_alike_is_compared),
        WITH(with_a_number_of_urls_one_failure_is_one_too_many),
        WITH(shorter_bodies_are_other_work),
        WITH(other_workloads_are_other_work_by_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
