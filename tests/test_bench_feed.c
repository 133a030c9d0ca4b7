// SPDX-License-Identifier: MIT
// What a bench is fed with, the CPUs that it is given, and what it says meanwhile.
#include "bench/feed.h"
#include "bench/line.h"
#include "bench/machine.h"
#include "check.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Reads `n` bytes of what the feed gives.
static void drink(struct feed *f, char *out, size_t n)
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
    for (size_t at = 0; at < n;) {
        assert_int_equal(feed_write(f, fds[1]), 0);
        ssize_t got = read(fds[0], out + at, n - at);
        assert_true(got > 0);
        at += (size_t)got;
    }
    close(fds[0]);
    assert_int_equal(feed_write(f, fds[1]), -EPIPE);
    close(fds[1]);
}

static void the_built_in_list_deals_hosts_out_over_origins(void **state)
{
    (void)state;
    struct feed f;
    char text[200] = "";
    static const uint16_t port[2] = { 1001, 1002 };
    static const char expected[] = "http://127.0.0.1:1001/x\nhttp://127.0.0.2:1002/x\n"
                                   "http://127.0.0.3:1001/x\nhttp://127.0.0.1:1001/x\n";
    assert_int_equal(feed_make(&f, port, 2, 3, "/x"), 0);
    assert_int_equal(f.lines, 3);
    drink(&f, text, strlen(expected));
    assert_string_equal(text, expected);
    feed_fini(&f);
}

static void many_hosts_have_addresses_of_their_own(void **state)
{
    (void)state;
    struct feed f;
    static const uint16_t port = 80;
    assert_int_equal(feed_make(&f, &port, 1, 600, "/"), 0);
    assert_int_equal(f.lines, 600);
    assert_non_null(strstr(f.text, "http://127.0.0.255:80/\nhttp://127.0.1.0:80/\n"));
    assert_non_null(strstr(f.text, "http://127.0.2.88:80/\n"));
    feed_fini(&f);
}

static void a_list_is_given_over_and_over_to_each_reader_anew(void **state)
{
    (void)state;
    struct feed f;
    static const char *const urls[] = { "http://a/", "http://b/", NULL };
    enum { MUCH = 1 << 20, LINES = 20 };
    char *text = malloc(MUCH);
    assert_int_equal(feed_read(&f, urls, NULL), 0);
    assert_int_equal(f.lines, 2);
    for (int reader = 0; reader < 2; reader++) {
        feed_rewind(&f);
        drink(&f, text, MUCH);
        for (size_t at = 0; at + LINES <= MUCH; at += LINES)
            assert_memory_equal(text + at, "http://a/\nhttp://b/\n", LINES);
    }
    free(text);
    feed_fini(&f);
}

static void a_list_without_urls_is_refused(void **state)
{
    (void)state;
    struct feed f = { 0 };
    char name[] = "/tmp/trawl-feed-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    log_set_level((enum log_level) - 1);
    assert_int_equal(write(fd, "# nothing\n  \n", 13), 13);
    assert_int_equal(feed_read(&f, NULL, name), -EINVAL);
    assert_int_equal(feed_read(&f, NULL, "/nonexistent"), -ENOENT);
    assert_int_equal(write(fd, "http://last/", 12), 12); // no line end
    assert_int_equal(feed_read(&f, NULL, name), 0);
    assert_int_equal(f.lines, 1);
    log_set_level(LOG_NOTE);
    feed_fini(&f);
    close(fd);
    unlink(name);
}

static void lists_of_cpus_are_read_as_they_are_shown(void **state)
{
    (void)state;
    cpu_set_t set, mine;
    char text[200];
    const char *why = NULL;
    assert_int_equal(sched_getaffinity(0, sizeof mine, &mine), 0);
    machine_show_cpus(text, sizeof text, &mine);
    assert_int_equal(machine_read_cpus(&set, text, &why), 0);
    assert_true(CPU_EQUAL(&set, &mine));
    CPU_ZERO(&set);
    for (unsigned i = 0; i < 8; i++)
        CPU_SET(i < 3 ? i : i + 2, &set);
    assert_string_equal(machine_show_cpus(text, sizeof text, &set), "0-2,5-9");
    static const char *const bad[] = { "", "x", "0-", "0,", "-1", "99999", "2-1" };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        why = NULL;
        assert_int_equal(machine_read_cpus(&set, bad[i], &why), -EINVAL);
        assert_non_null(why);
    }
}

static void what_is_no_good_for_measuring_is_said(void **state)
{
    (void)state;
    struct bench_result r = { .machine = { .cpus = 4, .load = 0.1, .build = "" } };
    assert_int_equal(machine_complain(&r.warnings, &r.machine), 0);
    assert_int_equal(r.warnings.count, 0);
    r.machine = (struct bench_machine){ .cpus = 4,
                                        .load = 3,
                                        .build = "AddressSanitizer",
                                        .governor = "powersave",
                                        .cpu_limit = "1.5 CPUs",
                                        .shared = true };
    assert_int_equal(machine_complain(&r.warnings, &r.machine), 0);
    assert_int_equal(r.warnings.count, 5);
    result_fini(&r);
}

static void the_line_says_what_runs_and_how_long_it_will(void **state)
{
    (void)state;
    char text[160];
    struct bench_cell c = { .engine = "coro", .in_flight = 256, .workload = BENCH_MIXED };
    struct line_news n = { .cell = &c, .done = 3, .all = 12, .urls = 12345, .left = 71.7 };
    line_text(text, sizeof text, &n);
    assert_string_equal(text,
                        "bench 4/12  coro, 256 at once, mixed  12,345 URLs  about 1m12s left");
    n = (struct line_news){ .what = "measuring the machine", .left = -1 };
    line_text(text, sizeof text, &n);
    assert_string_equal(text, "bench  measuring the machine");
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_list_deals_hosts_out_over_origins),
        cmocka_unit_test(many_hosts_have_addresses_of_their_own),
        cmocka_unit_test(a_list_is_given_over_and_over_to_each_reader_anew),
        cmocka_unit_test(a_list_without_urls_is_refused),
        cmocka_unit_test(lists_of_cpus_are_read_as_they_are_shown),
        cmocka_unit_test(what_is_no_good_for_measuring_is_said),
        cmocka_unit_test(the_line_says_what_runs_and_how_long_it_will),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
