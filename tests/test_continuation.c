// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "frontier/continuation.h"
#include "frontier/host.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

static const struct continuation_time then = { .mono = 1000 * CLOCK_S, .wall = 5000 * CLOCK_S };
// Another boot of the machine, 60 s later; the run had gone on for 10 s of them.
static const struct continuation_time later = { .mono = 7 * CLOCK_S,
                                                .wall = 5060 * CLOCK_S,
                                                .left = 5010 * CLOCK_S };
static size_t held;

static struct item *make(const char *url)
{
    struct item *i;
    assert_int_equal(item_new(&i, span_of(url), 7, NULL), 0);
    return i;
}

static void redirect(struct item *i, const char *to)
{
    struct url target;
    assert_int_equal(url_parse(&target, span_of(to), NULL, NULL), 0);
    assert_int_equal(item_redirect(i, 302, &target), 0);
}

// An item that has everything that one can have.
static struct item *full(void)
{
    struct item *i = make("https://user:secret@example.com:8443/a#there");
    assert_int_equal(item_keep_members(i, span_of("{\"method\":\"PUT\",\"meta\":[1,2]}"), &held),
                     0);
    redirect(i, "http://other.example/b?c=d");
    i->attempts = 5;
    i->tries = 2;
    i->became_get = true;
    i->method = 3;
    i->engine = 1;
    i->queued = 3 * CLOCK_S;
    i->lookup = 17;
    i->first = 990 * CLOCK_S;
    i->started = 4990 * CLOCK_S;
    i->entered = 998 * CLOCK_S;
    i->depth = 4;
    i->mark = 9;
    i->via = strdup("http://via.example/");
    return i;
}

static struct buffer bytes_of(const struct item *i, int64_t not_before)
{
    struct buffer b = { 0 };
    continuation_write(&b, i, not_before, then);
    assert_false(b.failed);
    return b;
}

static void an_item_comes_back_as_it_was(void **state)
{
    (void)state;
    struct item *i = full(), *back;
    struct buffer b = bytes_of(i, 1012 * CLOCK_S);
    int64_t not_before;
    assert_int_equal(continuation_read(&back, buffer_span(&b), 7, later, &held, &not_before), 0);
    assert_string_equal(back->url.href, "http://other.example/b?c=d");
    assert_true(span_is(item_given(back), "https://example.com:8443/a#there"));
    assert_string_equal(back->credentials, "user:secret");
    assert_true(span_is(item_members(back), "{\"method\":\"PUT\",\"meta\":[1,2]}"));
    assert_true(span_equal(buffer_span(&back->trail), buffer_span(&i->trail)));
    assert_string_equal(back->via, "http://via.example/");
    assert_int_equal(back->line, 7);
    assert_int_equal(back->origin, i->origin);
    assert_int_equal(back->home, i->home);
    assert_true(back->https && back->became_get);
    assert_int_equal(back->attempts, 5);
    assert_int_equal(back->tries, 2);
    assert_int_equal(back->redirects, 1);
    assert_int_equal(back->method, 3);
    assert_int_equal(back->engine, 1);
    assert_int_equal(back->depth, 4);
    assert_int_equal(back->mark, 9);
    assert_int_equal(back->started, i->started);
    item_free(back);
    item_free(i);
    assert_int_equal(held, 0);
    buffer_fini(&b);
}

static void times_go_on_on_another_clock(void **state)
{
    (void)state;
    struct item *i = full(), *back;
    struct buffer b = bytes_of(i, 1100 * CLOCK_S);
    int64_t not_before;
    assert_int_equal(continuation_read(&back, buffer_span(&b), 7, later, &held, &not_before), 0);
    // It may go on at 5100 s, which is 40 s from now.
    assert_int_equal(not_before, 47 * CLOCK_S);
    // 70 s have passed since it was begun; 3 s, and 12 until its run ended, were waiting.
    assert_int_equal(later.mono - back->first, 70 * CLOCK_S);
    assert_int_equal(back->queued, 15 * CLOCK_S);
    assert_int_equal(back->entered, later.mono);
    item_free(back);
    item_free(i);
    buffer_fini(&b);
}

static void a_clock_that_was_set_back_harms_nothing(void **state)
{
    (void)state;
    struct item *i = full(), *back;
    struct buffer b = bytes_of(i, 1100 * CLOCK_S);
    static const struct continuation_time times[] = {
        { .mono = 1, .wall = 1, .left = 1 },
        { .mono = INT64_MAX - 1, .wall = INT64_MIN, .left = INT64_MIN },
        { .mono = 1, .wall = INT64_MAX, .left = INT64_MAX },
    };
    for (unsigned k = 0; k < sizeof times / sizeof *times; k++) {
        int64_t not_before;
        assert_int_equal(continuation_read(&back, buffer_span(&b), 7, times[k], &held, &not_before),
                         0);
        assert_true(back->queued >= 3 * CLOCK_S);
        assert_true(back->first != 0);
        item_free(back);
    }
    item_free(i);
    buffer_fini(&b);
}

static void a_fresh_url_takes_little_more_than_itself(void **state)
{
    (void)state;
    struct continuation_url u = { .href = span_of("http://example.com/some/page") };
    struct item *i = make("http://example.com/some/page"), *back;
    struct buffer b = bytes_of(i, 0), of_url = { 0 };
    int64_t not_before;
    assert_true(b.n <= i->url.length + 4u);
    continuation_of_url(&of_url, &u);
    assert_true(span_equal(buffer_span(&b), buffer_span(&of_url)));
    assert_int_equal(continuation_read(&back, buffer_span(&b), 8, later, &held, &not_before), 0);
    assert_int_equal(back->first, 0);
    assert_int_equal(not_before, 0);
    assert_null(back->given);
    item_free(back);
    item_free(i);
    buffer_fini(&b);
    buffer_fini(&of_url);
}

static void a_link_keeps_its_depth_and_where_it_was_found(void **state)
{
    (void)state;
    struct continuation_url u = { .href = span_of("http://example.com/"),
                                  .via = span_of("http://a.example/"),
                                  .depth = 3,
                                  .mark = 1 };
    struct buffer b = { 0 };
    struct item *back;
    int64_t not_before;
    continuation_of_url(&b, &u);
    assert_int_equal(continuation_read(&back, buffer_span(&b), 8, later, &held, &not_before), 0);
    assert_int_equal(back->depth, 3);
    assert_int_equal(back->mark, 1);
    assert_string_equal(back->via, "http://a.example/");
    item_free(back);
    buffer_fini(&b);
}

static void it_can_be_looked_at_without_an_item(void **state)
{
    (void)state;
    struct item *i = full();
    struct buffer b = bytes_of(i, 1100 * CLOCK_S);
    struct span given, href;
    int64_t not_before;
    assert_int_equal(continuation_look(buffer_span(&b), &given, &href, &not_before), 0);
    assert_true(span_is(given, "https://example.com:8443/a#there"));
    assert_true(span_is(href, "http://other.example/b?c=d"));
    assert_int_equal(not_before, 5100 * CLOCK_S);
    item_free(i);
    buffer_fini(&b);
}

static void another_version_is_told_apart(void **state)
{
    (void)state;
    struct item *i = full(), *back;
    struct buffer b = bytes_of(i, 0);
    int64_t not_before;
    b.p[0] = CONTINUATION_VERSION + 1;
    assert_int_equal(continuation_read(&back, buffer_span(&b), 7, later, &held, &not_before),
                     -EPROTO);
    item_free(i);
    buffer_fini(&b);
}

static void bytes_that_were_cut_are_refused(void **state)
{
    (void)state;
    struct item *i = full(), *back;
    struct buffer b = bytes_of(i, 5);
    int64_t not_before;
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(
            continuation_read(&back, (struct span){ b.p, n }, 7, later, &held, &not_before),
            -EUCLEAN);
    item_free(i);
    buffer_fini(&b);
}

// Any bytes give an item that holds together, or an error; the sanitizers watch.
static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    struct item *i = full(), *back;
    struct buffer b = bytes_of(i, 5), again = { 0 };
    uint64_t x = 88172645463325252U;
    int64_t not_before;
    unsigned good = 0;
    for (int round = 0; round < 20000; round++) {
        char *copy = malloc(b.n); // of its own, so that a byte too far shows
        memcpy(copy, b.p, b.n);
        for (int k = 0; k < 1 + round % 4; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            copy[x % b.n] = (char)(x >> 32);
        }
        if (continuation_read(&back, (struct span){ copy, b.n }, 7, later, &held, &not_before) ==
            0) {
            good++;
            continuation_write(&again, back, not_before, later);
            buffer_clear(&again);
            item_free(back);
        }
        free(copy);
    }
    assert_true(good > 0);
    item_free(i);
    assert_int_equal(held, 0);
    buffer_fini(&b);
    buffer_fini(&again);
}

static void without_memory_there_is_no_item(void **state)
{
    (void)state;
    struct item *i = full(), *back = NULL;
    struct buffer b = bytes_of(i, 5);
    int64_t not_before;
    int r = -ENOMEM;
    for (unsigned n = 1; r < 0; n++) {
        faults_fail_allocation(n);
        r = continuation_read(&back, buffer_span(&b), 7, later, &held, &not_before);
        assert_true(r == 0 || r == -ENOMEM);
        if (r == 0)
            assert_true(faults_pending());
    }
    faults_fail_allocation(0);
    item_free(back);
    item_free(i);
    assert_int_equal(held, 0);
    buffer_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_item_comes_back_as_it_was),
        cmocka_unit_test(times_go_on_on_another_clock),
        cmocka_unit_test(a_clock_that_was_set_back_harms_nothing),
        cmocka_unit_test(a_fresh_url_takes_little_more_than_itself),
        cmocka_unit_test(a_link_keeps_its_depth_and_where_it_was_found),
        cmocka_unit_test(it_can_be_looked_at_without_an_item),
        cmocka_unit_test(another_version_is_told_apart),
        cmocka_unit_test(bytes_that_were_cut_are_refused),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(without_memory_there_is_no_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
