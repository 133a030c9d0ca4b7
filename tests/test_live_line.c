// SPDX-License-Identifier: MIT
#include "check.h"
#include "report/live_line.h"
#include "sys/clock.h"
#include <string.h>

// A run of 2 seconds so far: 1,000 of 5,000 URLs done, 12 of them failed.
static struct crawl_stats *some_stats(void)
{
    static struct crawl_stats s;
    memset(&s, 0, sizeof s);
    s.began = 7 * CLOCK_S;
    s.now = 9 * CLOCK_S;
    s.total = 5000;
    s.taken = 5000;
    s.records = 1000;
    s.failed = 12;
    s.bytes = 4 << 20;
    s.in_flight = 256;
    s.status[200] = 988;
    s.status[404] = 8;
    s.error[FETCH_TIMEOUT] = 4;
    return &s;
}

// The line, NUL-terminated; the caller frees it with buffer_fini.
static const char *line(struct buffer *out, const struct crawl_stats *s, unsigned columns,
                        bool colour)
{
    struct live_line_history h = { 0 };
    live_line_remember(&h, s);
    buffer_clear(out);
    live_line_write(out, NULL, s, &h, columns, colour);
    return buffer_string(out);
}

static void it_says_what_is_done_left_and_wrong(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    assert_string_equal(
        line(&out, some_stats(), 200, false),
        "1,000/5,000  20%  500 URLs/s  2.00 MB/s  256 in flight  ETA 9s  12 failed  "
        "404 8  timeout 4");
    buffer_fini(&out);
}

static void it_never_is_wider_than_the_terminal(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct crawl_stats *s = some_stats();
    size_t before = 0;
    for (unsigned columns = 0; columns < 150; columns++) {
        size_t n = strlen(line(&out, s, columns, false));
        assert_in_range(n, before, columns);
        before = n;
    }
    assert_string_equal(line(&out, s, 10, false), "");
    assert_string_equal(line(&out, s, 11, false), "1,000/5,000");
    buffer_fini(&out);
}

static void colours_take_no_room_and_are_asked_for(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    assert_null(strchr(line(&out, some_stats(), 200, false), '\033'));
    assert_non_null(strstr(line(&out, some_stats(), 83, true), "\033[31m12 failed\033[0m"));
    buffer_fini(&out);
}

static void a_length_that_is_not_known_is_not_made_up(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct crawl_stats *s = some_stats();
    bool guess;
    s->total = 0;
    assert_int_equal(live_line_total(s, &guess), 0);
    assert_string_equal(line(&out, s, 60, false),
                        "1,000 done  500 URLs/s  2.00 MB/s  256 in flight  12 failed");
    buffer_fini(&out);
}

static void a_length_is_guessed_from_the_share_of_bytes_read(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct crawl_stats *s = some_stats();
    bool guess;
    s->total = 0;
    s->bytes_read = 100000;
    s->bytes_size = 1000000;
    assert_int_equal(live_line_total(s, &guess), 50000);
    assert_true(guess);
    assert_non_null(strstr(line(&out, s, 200, false), "1,000/~50,000  2%"));
    assert_non_null(strstr(line(&out, s, 200, false), "ETA 1m39s"));
    buffer_fini(&out);
}

static void speed_is_that_of_the_last_seconds(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct live_line_history h = { 0 };
    struct crawl_stats *s = some_stats();
    // Ten seconds at 100 a second, then five at 1,000.
    s->records = 0;
    s->now = s->began;
    for (int i = 0; i < 150; i++) {
        s->now += 100 * CLOCK_MS;
        s->records += i < 100 ? 10 : 100;
        live_line_remember(&h, s);
    }
    live_line_write(&out, "coro:", s, &h, 200, false);
    assert_non_null(strstr(buffer_string(&out), "coro:  6,000/5,000  100%  1,000 URLs/s"));
    buffer_fini(&out);
}

static void the_first_moment_divides_by_nothing(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct crawl_stats *s = some_stats();
    s->now = s->began;
    assert_non_null(strstr(line(&out, s, 200, false), "0 URLs/s  0 B/s  256 in flight  12 failed"));
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_says_what_is_done_left_and_wrong),
        cmocka_unit_test(it_never_is_wider_than_the_terminal),
        cmocka_unit_test(colours_take_no_room_and_are_asked_for),
        cmocka_unit_test(a_length_that_is_not_known_is_not_made_up),
        cmocka_unit_test(a_length_is_guessed_from_the_share_of_bytes_read),
        cmocka_unit_test(speed_is_that_of_the_last_seconds),
        cmocka_unit_test(the_first_moment_divides_by_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
