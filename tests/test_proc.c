// SPDX-License-Identifier: MIT
#include "check.h"
#include "proc/cgroup.h"
#include "proc/peek.h"
#include "proc/strain.h"
#include "proc/tree.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void lines_are_found_by_how_they_begin(void **state)
{
    (void)state;
    char word[8];
    static const char text[] = "Pss_Dirty: 5 kB\nPss:\t  17 kB\nname : two words\n";
    assert_int_equal(peek_number(text, "Pss:"), 17);
    assert_int_equal(peek_number(text, "Nothing:"), 0);
    peek_word(word, sizeof word, text, "name");
    assert_string_equal(word, "two wor");
    peek_word(word, sizeof word, text, "none");
    assert_string_equal(word, "");
}

static void a_file_that_is_not_there_is_empty(void **state)
{
    (void)state;
    char text[16] = "before";
    assert_int_equal(peek_file(text, sizeof text, "/proc/%s", "no-such-file"), -ENOENT);
    assert_string_equal(text, "");
}

static void limits_of_control_groups_are_read(void **state)
{
    (void)state;
    assert_true(cgroup_parse_max("150000 100000\n") == 1.5);
    assert_true(cgroup_parse_max("max 100000\n") == 0);
    assert_true(cgroup_parse_max("-1 100000\n") == 0);
    assert_true(cgroup_parse_max("") == 0);
    assert_int_equal(cgroup_parse_stat("nr_periods 5\nthrottled_usec 1500\n"), 1500000);
    assert_int_equal(cgroup_parse_stat("nr_periods 5\nthrottled_time 1500\n"), 1500);
    assert_true(cgroup_cpus() >= 0);
}

static void idle_time_is_not_busy_and_steal_is_apart(void **state)
{
    (void)state;
    struct strain s = { 0 };
    strain_parse(&s, "cpu  10 1 5 1000 20 2 3 7 4 0\ncpu0 1 1 1 1\n", 1000);
    assert_int_equal(s.busy, 21000);
    assert_int_equal(s.steal, 7000);
    strain_parse(&s, "", 1000);
    assert_int_equal(s.busy, 0);
}

static void spin(int64_t ns)
{
    struct timespec t;
    int64_t from = -1, now = 0;
    while (from < 0 || now - from < ns) {
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
        now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        from = from < 0 ? now : from;
    }
}

// A child and its child, each of which takes `ns` of CPU, says so, and waits to be killed.
static pid_t family(int64_t ns, int ready)
{
    pid_t child = fork();
    if (child == 0) {
        if (fork() >= 0)
            spin(ns);
        if (write(ready, "x", 1) == 1)
            pause();
        _exit(0);
    }
    return child;
}

static void end_family(pid_t child)
{
    struct tree_census c = { 0 };
    assert_int_equal(tree_take_census(&c, child), 0);
    for (unsigned i = c.count; i > 0; i--)
        kill(c.member[i - 1].pid, SIGKILL);
    tree_census_fini(&c);
    waitpid(child, NULL, 0);
}

static void a_tree_is_counted_with_all_that_is_below(void **state)
{
    (void)state;
    enum { SPIN = 20000000 };
    int ready[2];
    char said[2];
    struct tree_census none = { 0 }, all = { 0 };
    struct tree_size size;
    assert_int_equal(pipe(ready), 0);
    pid_t child = family(SPIN, ready[1]);
    for (int i = 0; i < 2; i++)
        assert_int_equal(read(ready[0], said, 1), 1);
    assert_int_equal(tree_take_census(&all, child), 0);
    assert_int_equal(all.count, 2);
    struct tree_time t = tree_time_between(&none, &all);
    assert_true(t.total >= 2 * SPIN);
    t = tree_time_between(&all, &all);
    assert_int_equal(t.total, 0);
    assert_int_equal(tree_take_size(&size, child), 0);
    assert_int_equal(size.processes, 2);
    assert_true(size.threads >= 2);
    assert_true(size.memory > 4096);
    tree_census_fini(&all);
    end_family(child);
    close(ready[0]);
    close(ready[1]);
}

static void a_process_that_is_gone_has_no_figures(void **state)
{
    (void)state;
    struct tree_census c = { 0 };
    struct tree_size size = { .processes = 77 };
    struct tree_time t;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    assert_false(tree_time_of(child, &t));
    assert_int_equal(tree_take_census(&c, child), -ESRCH);
    assert_int_equal(tree_take_size(&size, child), -ESRCH);
    assert_int_equal(size.processes, 77);
    tree_census_fini(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found_by_how_they_begin),
        cmocka_unit_test(a_file_that_is_not_there_is_empty),
        cmocka_unit_test(limits_of_control_groups_are_read),
        cmocka_unit_test(idle_time_is_not_busy_and_steal_is_apart),
        cmocka_unit_test(a_tree_is_counted_with_all_that_is_below),
        cmocka_unit_test(a_process_that_is_gone_has_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
