// SPDX-License-Identifier: MIT
#include "bench/reading.h"
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

static void read_it(void)
{
    compare_sum_up(&f.r);
    compare_work(&f.r);
    assert_int_equal(reading_write(&f.r), 0);
}

static bool says(const struct bench_texts *t, const char *part)
{
    for (unsigned i = 0; i < t->count; i++)
        if (strstr(t->item[i], part))
            return true;
    return false;
}

#define SAYS(list, part)                    \
    do {                                    \
        if (!says(&f.r.list, part))         \
            show(#list, &f.r.list, part);   \
        assert_true(says(&f.r.list, part)); \
    } while (0)

static void show(const char *name, const struct bench_texts *t, const char *part)
{
    printf("%s does not say '%s':\n", name, part);
    for (unsigned i = 0; i < t->count; i++)
        printf("  %s\n", t->item[i]);
}

static void the_fastest_is_named_with_what_the_others_came_to(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    fixture_add(&f, "forks", 256, BENCH_WAITING, 500);
    read_it();
    SAYS(reading, "coro was fastest, 1,000 URLs a second; forks came to 500 (50 %)");
}

static void ranges_that_overlap_make_no_winner(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    fixture_add(&f, "forks", 256, BENCH_WAITING, 960);
    read_it();
    SAYS(reading, "coro and forks came to 960 to 1,000 URLs a second, and cannot be told apart");
    assert_false(says(&f.r.reading, "fastest"));
}

static void engines_are_compared_where_most_is_in_flight(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 16, BENCH_WAITING, 100);
    fixture_add(&f, "forks", 16, BENCH_WAITING, 200);
    fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    fixture_add(&f, "forks", 256, BENCH_WAITING, 500);
    fixture_add(&f, "coro", 4096, BENCH_WAITING, 5000); // forks does not hold so many
    read_it();
    SAYS(reading, "Waiting, 256 in flight: coro was fastest");
}

static void waiting_that_was_all_there_is_makes_no_difference(void **state)
{
    (void)state;
    f.r.plan.delay = 0.1;
    fixture_add(&f, "coro", 100, BENCH_WAITING, 990);
    fixture_add(&f, "forks", 100, BENCH_WAITING, 950);
    read_it();
    SAYS(reading, "100 requests that wait 100 ms each cannot be more than 1,000 a second: every "
                  "engine came to 95 % of that or more");
}

static void a_busy_origin_is_what_was_measured(void **state)
{
    (void)state;
    struct bench_cell *c = fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    fixture_add(&f, "forks", 256, BENCH_WAITING, 500);
    fixture_set(c, BENCH_ORIGIN_BUSY, 0.97);
    read_it();
    SAYS(reading, "The origin was the limit under coro: a process of it was busy 97 %");
}

static void a_full_machine_is_what_was_measured(void **state)
{
    (void)state;
    struct bench_cell *c = fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    fixture_set(c, BENCH_CPUS, 1.0);
    fixture_set(c, BENCH_ORIGIN_BUSY, 0.5);
    fixture_set(c, BENCH_ORIGIN_CPU, 2900);
    fixture_set(c, BENCH_OTHERS, 0.01);
    read_it();
    SAYS(reading, "The machine was the limit under coro: its 4 CPUs had no time left, what the "
                  "origin took among it");
}

static void a_machine_that_others_fill_says_little(void **state)
{
    (void)state;
    struct bench_cell *c = fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    fixture_set(c, BENCH_CPUS, 1.0);
    fixture_set(c, BENCH_ORIGIN_CPU, 500);
    fixture_set(c, BENCH_OTHERS, 2.5);
    read_it();
    SAYS(reading, "took up to 2.5 of them. Speeds say little then.");
    SAYS(warnings, "Other processes and the kernel kept up to 2.50 CPUs busy");
}

static void work_is_said_to_be_a_matter_of_cpus(void **state)
{
    (void)state;
    struct bench_cell *coro = fixture_add(&f, "coro", 256, BENCH_COMPUTING, 900);
    struct bench_cell *forks = fixture_add(&f, "forks", 256, BENCH_COMPUTING, 1710);
    f.r.plan.cpu = 0.001;
    fixture_set(coro, BENCH_CPUS, 1.0);
    fixture_set(forks, BENCH_CPUS, 1.9);
    read_it();
    SAYS(reading, "coro had one CPU, on which 1.00 ms of work a body allow 1000 URLs a second");
    SAYS(reading, "forks spread it over 1.9 CPUs: 1.9 times as many URLs as coro");
}

static void one_at_a_time_is_set_against_many(void **state)
{
    (void)state;
    fixture_add(&f, "serial", 1, BENCH_WAITING, 20);
    fixture_add(&f, "coro", 256, BENCH_WAITING, 5000);
    fixture_add(&f, "forks", 256, BENCH_WAITING, 4000);
    read_it();
    SAYS(reading, "One request at a time (serial) came to 20.0 a second: 256 in flight under "
                  "coro were 250 times as fast");
}

static void work_is_not_done_sooner_by_having_more_of_it_in_flight(void **state)
{
    (void)state;
    f.r.plan.cpu = 0.001;
    fixture_set(fixture_add(&f, "serial", 1, BENCH_COMPUTING, 950), BENCH_CPUS, 0.95);
    fixture_set(fixture_add(&f, "coro", 256, BENCH_COMPUTING, 990), BENCH_CPUS, 1);
    fixture_set(fixture_add(&f, "forks", 256, BENCH_COMPUTING, 1900), BENCH_CPUS, 1.9);
    read_it();
    SAYS(reading, "256 in flight under coro brought nothing (1.04 times)");
}

static void cpu_and_memory_are_set_side_by_side(void **state)
{
    (void)state;
    static const double cpu[2] = { 30, 60 }, memory[2] = { 10 << 20, 40 << 20 };
    for (int i = 0; i < 2; i++) {
        struct bench_cell *c = fixture_add(&f, i ? "forks" : "coro", 256, BENCH_WAITING, 1000);
        fixture_set(c, BENCH_CPU_USER, cpu[i] / 2);
        fixture_set(c, BENCH_CPU_SYSTEM, cpu[i] / 2);
        fixture_set(c, BENCH_MEMORY, memory[i]);
        fixture_set(c, BENCH_MEMORY_EACH, memory[i] / 256);
        fixture_set(c, BENCH_SWITCHES_VOLUNTARY, i ? 4 : 0.1);
        fixture_set(c, BENCH_SWITCHES_INVOLUNTARY, 0);
    }
    read_it();
    SAYS(reading, "CPU: a URL cost 30.0 us under coro, under forks 60.0 us (2.0 times).");
    SAYS(reading, "switched 4.0 times a URL from one thread to another under forks, 0.1 times");
    SAYS(reading,
         "256 requests in flight took 10.0 MB under coro, under forks 40.0 MB (4.0 times)");
}

static void what_cannot_be_told_is_not_told(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct bench_cell *c = fixture_add(&f, i ? "forks" : "coro", 256, BENCH_WAITING, 1000);
        for (int k = 0; k < 3; k++)
            c->repetition[k].value[BENCH_CPU_USER] = 30 + 10 * k + i;
        fixture_set(c, BENCH_CPU_SYSTEM, 10);
    }
    read_it();
    SAYS(reading, "no difference could be told");
    assert_false(says(&f.r.reading, "times)"));
}

static void an_open_run_says_who_kept_up(void **state)
{
    (void)state;
    f.r.plan.rate = 1000;
    struct bench_cell *coro = fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    struct bench_cell *forks = fixture_add(&f, "forks", 256, BENCH_WAITING, 700);
    fixture_set(coro, BENCH_RATE, 999);
    fixture_set(coro, BENCH_P50, 50e3);
    fixture_set(coro, BENCH_P99, 60e3);
    fixture_set(forks, BENCH_P50, 800e3);
    fixture_set(forks, BENCH_P99, 2e6);
    read_it();
    SAYS(reading, "1,000 starts a second: coro kept up; forks fell behind: 700 a second");
    SAYS(reading, "took 60.0 ms or more under coro, under forks 2.00 s (33 times)");
}

static void unequal_work_is_said_first_and_left_out(void **state)
{
    (void)state;
    fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    struct bench_cell *bad = fixture_add(&f, "forks", 256, BENCH_WAITING, 5000);
    bad->repetition[0].failed = 500;
    read_it();
    assert_non_null(strstr(f.r.reading.item[0], "Not the same work: forks at 256 (waiting)"));
    SAYS(reading, "coro came to 1,000 URLs a second");
    assert_false(says(&f.r.reading, "fastest"));
    SAYS(notes, "500 of 3,500 URLs failed");
}

static void nothing_measured_says_nothing(void **state)
{
    (void)state;
    read_it();
    assert_int_equal(f.r.reading.count, 0);
}

static void chance_is_mentioned_where_it_was_large(void **state)
{
    (void)state;
    struct bench_cell *c = fixture_add(&f, "coro", 256, BENCH_WAITING, 1000);
    c->repetition[0].value[BENCH_RATE] = 600;
    c->repetition[2].value[BENCH_RATE] = 1400;
    read_it();
    SAYS(reading, "differed by up to +-40 %");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WITH(t) cmocka_unit_test_setup_teardown(t, setup, teardown)
        WITH(the_fastest_is_named_with_what_the_others_came_to),
        WITH(ranges_that_overlap_make_no_winner),
        WITH(engines_are_compared_where_most_is_in_flight),
        WITH(waiting_that_was_all_there_is_makes_no_difference),
        WITH(a_busy_origin_is_what_was_measured),
        WITH(a_full_machine_is_what_was_measured),
        WITH(a_machine_that_others_fill_says_little),
        WITH(work_is_said_to_be_a_matter_of_cpus),
        WITH(one_at_a_time_is_set_against_many),
        WITH(work_is_not_done_sooner_by_having_more_of_it_in_flight),
        WITH(cpu_and_memory_are_set_side_by_side),
        WITH(what_cannot_be_told_is_not_told),
        WITH(an_open_run_says_who_kept_up),
        WITH(unequal_work_is_said_first_and_left_out),
        WITH(nothing_measured_says_nothing),
        WITH(chance_is_mentioned_where_it_was_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
