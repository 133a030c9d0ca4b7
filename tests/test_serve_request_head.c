// SPDX-License-Identifier: MIT
#include "check.h"
#include "serve/request_head.h"
#include <stdio.h>
#include <stdlib.h>

// Parses from a block of exactly the head's size, so that a byte read too many is seen by ASan.
static int parse(struct request_head *h, const char *text)
{
    static char *block;
    size_t n = strlen(text);
    free(block);
    block = malloc(n ? n : 1);
    assert_non_null(block);
    memcpy(block, text, n);
    return request_head_parse(h, block, n);
}

static void assert_part(const struct request_head *h, struct request_head_part part,
                        const char *expected)
{
    char text[256];
    struct span s = request_head_span(h, part);
    snprintf(text, sizeof text, "%.*s", (int)s.n, s.p);
    assert_string_equal(text, expected);
}

static void a_request_comes_apart_into_its_parts(void **state)
{
    (void)state;
    struct request_head h;
    assert_int_equal(parse(&h, "GET /a/b?c=d HTTP/1.1\r\nHost: x.test:80\r\nX-One:  two \r\n\r\n"),
                     0);
    assert_part(&h, h.method_text, "GET");
    assert_part(&h, h.target, "/a/b?c=d");
    assert_part(&h, h.path, "/a/b");
    assert_part(&h, h.query, "c=d");
    assert_part(&h, h.host, "x.test:80");
    assert_int_equal(h.count, 2);
    assert_true(span_is(request_head_value(&h, "x-oNE"), "two"));
    assert_null(request_head_value(&h, "x-two").p);
    assert_true(h.keep_alive);
    assert_false(h.chunked);
    assert_int_equal(h.length, 0);
}

static void an_absolute_target_names_the_host(void **state)
{
    (void)state;
    struct request_head h;
    assert_int_equal(parse(&h, "GET http://a.test:8080/p?q HTTP/1.1\r\nHost: b.test\r\n\r\n"), 0);
    assert_part(&h, h.host, "a.test:8080");
    assert_part(&h, h.path, "/p");
    assert_part(&h, h.query, "q");
    assert_int_equal(parse(&h, "GET http://a.test HTTP/1.1\r\nHost: b.test\r\n\r\n"), 0);
    assert_part(&h, h.path, "");
}

static void the_connection_is_kept_as_the_version_and_the_field_say(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool keep;
    } cases[] = {
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", true },
        { "GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", false },
        { "GET / HTTP/1.0\r\n\r\n", false },
        { "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
        { "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request_head h;
        assert_int_equal(parse(&h, cases[i].text), 0);
        assert_int_equal(h.keep_alive, cases[i].keep);
    }
}

static void what_two_could_read_in_two_ways_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        { "\r\n", 400 },
        { "GET\r\n\r\n", 400 },
        { "GET /\r\n\r\n", 400 },
        { "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n\r\n", 400 },                          // no Host
        { "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400 },    // two
        { "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400 },              // a space before the colon
        { "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400 }, // a fold
        { "GET / HTTP/1.1\r\nHost: a\r\nX: b\001\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", 400 }, // a lone CR
        { "GET /\001 HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400 },
        { "GET / HTTX/1.1\r\nHost: a\r\n\r\n", 400 },
        { "PRI * HTTP/2.0\r\n\r\n", 505 },
        { "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501 },
        { "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
          400 },
        { "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct request_head h;
        int status = parse(&h, cases[i].text);
        if (status != cases[i].status)
            print_error("%s", cases[i].text);
        assert_int_equal(status, cases[i].status);
    }
}

static void the_body_is_framed_by_length_or_chunks(void **state)
{
    (void)state;
    struct request_head h;
    assert_int_equal(
        parse(&h, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\nContent-Length: 17\r\n\r\n"),
        0);
    assert_int_equal(h.length, 17);
    assert_int_equal(parse(&h, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                               "Chunked\r\nExpect: 100-Continue\r\n\r\n"),
                     0);
    assert_true(h.chunked);
    assert_true(h.expects_continue);
}

static void lines_may_end_without_a_carriage_return(void **state)
{
    (void)state;
    struct request_head h;
    assert_int_equal(parse(&h, "GET / HTTP/1.1\nHost: a\n\n"), 0);
    assert_part(&h, h.host, "a");
}

static void too_long_a_line_and_too_many_fields_have_their_own_statuses(void **state)
{
    (void)state;
    static char text[REQUEST_HEAD_MAX + 1];
    struct request_head h;
    int n = sprintf(text, "GET /");
    memset(text + n, 'a', REQUEST_HEAD_LINE_MAX);
    strcpy(text + n + REQUEST_HEAD_LINE_MAX, " HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(parse(&h, text), 414);
    n = sprintf(text, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < REQUEST_HEAD_FIELDS; i++)
        n += sprintf(text + n, "A: b\r\n");
    strcpy(text + n, "\r\n");
    assert_int_equal(parse(&h, text), 0);
    strcpy(text + n, "A: b\r\n\r\n");
    assert_int_equal(parse(&h, text), 431);
}

static void the_end_is_found_however_the_bytes_come(void **state)
{
    (void)state;
    static const char *const heads[] = { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\n\n",
                                         "GET / HTTP/1.1\nHost: a\n\r\n" };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t n = strlen(heads[i]);
        for (size_t step = 1; step <= n; step++) {
            size_t seen = 0, have = 0;
            while (have < n) {
                assert_int_equal(request_head_end(heads[i], have, &seen), 0);
                have = have + step < n ? have + step : n;
            }
            assert_int_equal(request_head_end(heads[i], have, &seen), n);
        }
    }
    size_t seen = 0; // what follows the head is no part of it
    assert_int_equal(request_head_end("GET / HTTP/1.0\r\n\r\nGET /\r\n\r\n", 27, &seen), 18);
}

static void any_bytes_are_answered_with_a_status(void **state)
{
    (void)state;
    static const char start[] = "POST http://a/b?c HTTP/1.1\r\nHost: a\r\nContent-Length: "
                                "5\r\nConnection: close, x\r\n\r\n";
    uint32_t draw = 1;
    for (int round = 0; round < 20000; round++) {
        char text[sizeof start];
        struct request_head h;
        memcpy(text, start, sizeof start);
        for (int k = 0; k < 3; k++) {
            draw = draw * 1664525 + 1013904223;
            text[(draw >> 8) % (sizeof start - 1)] = (char)(draw >> 24);
        }
        char *end = memchr(text, '\0', sizeof text);
        assert_non_null(end);
        int status = parse(&h, text);
        assert_true(status == 0 || (status >= 400 && status < 600));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_comes_apart_into_its_parts),
        cmocka_unit_test(an_absolute_target_names_the_host),
        cmocka_unit_test(the_connection_is_kept_as_the_version_and_the_field_say),
        cmocka_unit_test(what_two_could_read_in_two_ways_is_refused),
        cmocka_unit_test(the_body_is_framed_by_length_or_chunks),
        cmocka_unit_test(lines_may_end_without_a_carriage_return),
        cmocka_unit_test(too_long_a_line_and_too_many_fields_have_their_own_statuses),
        cmocka_unit_test(the_end_is_found_however_the_bytes_come),
        cmocka_unit_test(any_bytes_are_answered_with_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
