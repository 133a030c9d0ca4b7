// SPDX-License-Identifier: MIT
#include "check.h"
#include "report/summary.h"
#include "sys/clock.h"
#include <string.h>

static struct crawl_stats stats;

static int some_run(void **state)
{
    (void)state;
    memset(&stats, 0, sizeof stats);
    stats.began = CLOCK_S;
    stats.now = 3 * CLOCK_S;
    stats.records = stats.taken = stats.total = 1000;
    stats.failed = 20;
    stats.exchanges = 1050;
    stats.retries = 30;
    stats.redirects = 20;
    stats.bytes = 4 << 20;
    stats.status[200] = 980;
    stats.status[404] = 12;
    stats.error[FETCH_TIMEOUT] = 8;
    stats.hosts = 3;
    for (uint64_t us = 1; us <= 1000; us++)
        histogram_add(&stats.latency, us * 1000);
    stats.slowest[0] = (struct stats_host){ "slow.test", 12, 1200 * CLOCK_MS };
    stats.slowest[1] = (struct stats_host){ "a\033[2J.test", 1, 300 * CLOCK_US };
    stats.engine[0] = (struct stats_engine){ .name = "coro", .exchanges = 1050, .records = 1000 };
    stats.engines = 1;
    return 0;
}

static void it_says_everything_in_columns(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    summary_format(&out, &stats, CRAWL_COMPLETE, 48 << 20, 0);
    assert_string_equal(buffer_string(&out),
                        "1,000 URLs in 2.00 s: 980 fetched, 20 failed\n"
                        "  speed      500 URLs/s, 2.00 MB/s; 4.00 MB in all\n"
                        "  exchanges  1,050, 30 of them retries, 20 redirects followed\n"
                        "  status     200 980   404 12\n"
                        "  errors     timeout 8\n"
                        "  latency    p50 502 ms   p90 897 ms   p99 987 ms   max 1.00 s\n"
                        "  slowest    slow.test        1.20 s, the mean of 12\n"
                        "             a\\x1b[2J.test    300 us, the mean of 1\n"
                        "  memory     48.0 MB at most\n");
    buffer_fini(&out);
}

static void a_crawl_says_what_it_came_upon(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    stats.links = 30000;
    stats.robots = 1000;
    stats.denied = 12;
    stats.given_up = 3;
    stats.left_out[LEFT_OUT_NOFOLLOW] = 2;
    stats.left_out[LEFT_OUT_SCOPE] = 1234;
    summary_format(&out, &stats, CRAWL_COMPLETE, 0, 0);
    assert_non_null(strstr(buffer_string(&out),
                           "\n  robots     1,000 asked for, 12 URLs not allowed\n"
                           "  given up   3 hosts\n"
                           "  links      30,000 in pages, each time that they stood there\n"
                           "  left out   scope 1,234   nofollow 2\n"));
    buffer_fini(&out);
}

static void engines_side_by_side_have_a_line_each(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    stats.engine[0] = (struct stats_engine){ .name = "coro",
                                             .exchanges = 123456,
                                             .records = 120000,
                                             .errors = 56,
                                             .bytes = 3 << 20,
                                             .spent = 123400 * 12 * CLOCK_MS };
    stats.engine[1] = (struct stats_engine){ .name = "threads/coro",
                                             .exchanges = 4,
                                             .errors = 4,
                                             .usage = { .processes.user = 1200 * CLOCK_MS,
                                                        .processes.system = 300 * CLOCK_MS,
                                                        .started = 2 } };
    stats.engines = 2;
    summary_format(&out, &stats, CRAWL_COMPLETE, 48 << 20, 12 << 20);
    const char *text = buffer_string(&out);
    assert_non_null(strstr(
        text, "\n  engines                 exchanges   records  errors      mean  received    "
              "   CPU\n"
              "             coro           123,456   120,000      56   12.0 ms   3.00 MB    "
              "     -\n"
              "             threads/coro         4         0       4         -       0 B    "
              "1.50 s\n"));
    assert_non_null(strstr(text, "48.0 MB at most, and 12.0 MB in the largest worker\n"));
    buffer_fini(&out);
}

static void a_run_that_was_stopped_says_so(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    stats.waiting = 70;
    summary_format(&out, &stats, CRAWL_INTERRUPTED, 0, 0);
    assert_non_null(strstr(buffer_string(&out), "stopped after 1,000 URLs in 2.00 s: 980 fetched, "
                                                "20 failed, 70 taken but not done\n"));
    buffer_fini(&out);
}

static void one_good_url_needs_one_line(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    stats.records = 1;
    stats.failed = 0;
    summary_format(&out, &stats, CRAWL_COMPLETE, 48 << 20, 0);
    assert_string_equal(buffer_string(&out), "1 URL in 2.00 s: 1 fetched, 0 failed\n");
    buffer_fini(&out);
}

static void an_empty_run_divides_by_nothing(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    memset(&stats, 0, sizeof stats);
    summary_format(&out, &stats, CRAWL_COMPLETE, 0, 0);
    assert_string_equal(buffer_string(&out), "0 URLs in 0 s: 0 fetched, 0 failed\n");
    buffer_clear(&out);
    summary_line(&out, "coro", &stats);
    assert_non_null(strstr(buffer_string(&out), "0 URLs/s"));
    buffer_fini(&out);
}

// Many statuses take several lines, none of them wider than 80 columns.
static void long_lists_are_broken(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    for (unsigned status = 200; status < 300; status++)
        stats.status[status] = status * 1000;
    summary_format(&out, &stats, CRAWL_COMPLETE, 0, 0);
    for (const char *p = buffer_string(&out); *p; p = strchr(p, '\n') + 1)
        assert_in_range(strchr(p, '\n') - p, 1, 80);
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_says_everything_in_columns, some_run),
        cmocka_unit_test_setup(a_crawl_says_what_it_came_upon, some_run),
        cmocka_unit_test_setup(engines_side_by_side_have_a_line_each, some_run),
        cmocka_unit_test_setup(a_run_that_was_stopped_says_so, some_run),
        cmocka_unit_test_setup(one_good_url_needs_one_line, some_run),
        cmocka_unit_test_setup(an_empty_run_divides_by_nothing, some_run),
        cmocka_unit_test_setup(long_lists_are_broken, some_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
