// SPDX-License-Identifier: MIT
#include "check.h"
#include "micro/baton.h"
#include "micro/measure.h"
#include "micro/memory.h"
#include "micro/probe.h"
#include "sys/clock.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

static const struct probe_plan plan = {
    .span = CLOCK_MS, .cpu = { -1, -1 }, .units = 3, .bytes = 400
};

static int64_t soon(void)
{
    return clock_mono() + 60 * CLOCK_S;
}

static int give_a_sample(const struct probe_plan *p, struct probe_sample *out)
{
    *out = (struct probe_sample){ .count = p->units, .wall = 42 };
    return 0;
}

static int give_an_error(const struct probe_plan *p, struct probe_sample *out)
{
    (void)p;
    out->count = 1;
    return -EMFILE;
}

static int die(const struct probe_plan *p, struct probe_sample *out)
{
    (void)p;
    (void)out;
    return raise(SIGKILL);
}

static int hang(const struct probe_plan *p, struct probe_sample *out)
{
    (void)p;
    (void)out;
    while (pause() < 0)
        ;
    return 0;
}

static void a_sample_comes_out_of_the_probe(void **state)
{
    (void)state;
    struct probe_sample s = { 0 };
    assert_int_equal(probe(give_a_sample, &plan, &s, soon()), 0);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.wall, 42);
}

static void a_probe_that_fails_leaves_the_sample_alone(void **state)
{
    (void)state;
    struct probe_sample s = { .count = 77 };
    assert_int_equal(probe(give_an_error, &plan, &s, soon()), -EMFILE);
    assert_int_equal(probe(die, &plan, &s, soon()), -ECHILD);
    assert_int_equal(probe(hang, &plan, &s, clock_mono() + 20 * CLOCK_MS), -ETIMEDOUT);
    assert_int_equal(s.count, 77);
}

static void a_cpu_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct probe_plan far = plan;
    struct probe_sample s = { 0 };
    far.cpu[0] = 1023;
    assert_int_equal(probe(give_a_sample, &far, &s, soon()), -EINVAL);
}

static void both_sides_hand_over_in_each_way(void **state)
{
    (void)state;
    for (unsigned way = BATON_FUTEX; way <= BATON_PIPE; way++) {
        struct probe_plan p = plan;
        struct probe_sample s = { 0 };
        p.way = way;
        assert_int_equal(probe(measure_thread_switch, &p, &s, soon()), 0);
        assert_true(s.count > 0 && s.wall > 0);
        assert_int_equal(probe(measure_process_switch, &p, &s, soon()), 0);
        assert_true(s.count > 0 && s.wall > 0);
    }
}

static void everything_else_counts_what_it_did(void **state)
{
    (void)state;
    static probe_function *const measure[] = {
        measure_fiber_bare,   measure_fiber_yield,   measure_fiber_channel, measure_fiber_spawn,
        measure_thread_spawn, measure_process_spawn, measure_queue_stream,  measure_queue_echo,
        measure_pipe_stream,  measure_pipe_echo,     measure_system_call,
    };
    for (unsigned i = 0; i < sizeof measure / sizeof *measure; i++) {
        struct probe_sample s = { 0 };
        assert_int_equal(probe(measure[i], &plan, &s, soon()), 0);
        assert_true(s.count > 0 && s.wall > 0);
    }
}

static void so_many_are_parked_as_were_asked_for(void **state)
{
    (void)state;
    static probe_function *const measure[] = { measure_fiber_park, measure_thread_park,
                                               measure_process_park };
    for (unsigned i = 0; i < 3; i++) {
        struct probe_plan p = plan;
        struct probe_sample s = { 0 };
        p.bytes = 0; // stacks of the usual size
        assert_int_equal(probe(measure[i], &p, &s, soon()), 0);
        assert_int_equal(s.count, 3);
        assert_int_equal(s.stopped, 0);
    }
}

static void a_line_of_proc_is_found_by_its_whole_name(void **state)
{
    (void)state;
    static const char text[] =
        "Rss:                1024 kB\nPss_Anon:  7 kB\nPss:   12 kB\nX: 1 kB";
    assert_int_equal(memory_line(text, "Pss:"), 12 * 1024);
    assert_int_equal(memory_line(text, "Rss:"), 1024 * 1024);
    assert_int_equal(memory_line(text, "X:"), 1024);
    assert_int_equal(memory_line(text, "Swap:"), 0);
    assert_int_equal(memory_line("", "Pss:"), 0);
}

static void memory_never_grows_by_less_than_nothing(void **state)
{
    (void)state;
    struct memory before = { .resident = 10, .machine = 50 };
    struct memory after = { .resident = 5, .tables = 4, .machine = 51, .address = 9 };
    struct probe_sample s = { 0 };
    memory_growth(&before, &after, &s);
    assert_int_equal(s.resident, 0);
    assert_int_equal(s.kernel, 5);
    assert_int_equal(s.address, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_comes_out_of_the_probe),
        cmocka_unit_test(a_probe_that_fails_leaves_the_sample_alone),
        cmocka_unit_test(a_cpu_that_is_not_there_is_an_error),
        cmocka_unit_test(both_sides_hand_over_in_each_way),
        cmocka_unit_test(everything_else_counts_what_it_did),
        cmocka_unit_test(so_many_are_parked_as_were_asked_for),
        cmocka_unit_test(a_line_of_proc_is_found_by_its_whole_name),
        cmocka_unit_test(memory_never_grows_by_less_than_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
