// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "web/head.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// Feeds `text` line by line, as libcurl would, up to its end or the first error.
static int feed(struct head *h, const char *text)
{
    int rc = 0;
    while (*text && rc == 0) {
        size_t n = strcspn(text, "\n") + 1;
        n = n > strlen(text) ? strlen(text) : n;
        char *exact = malloc(n);
        assert_non_null(exact);
        memcpy(exact, text, n);
        rc = head_take(h, (struct span){ exact, n });
        free(exact);
        text += n;
    }
    return rc;
}

static void is(struct span got, const char *want)
{
    if (!span_is(got, want))
        fail_msg("got \"%.*s\", want \"%s\"", (int)got.n, got.p, want);
}

static void a_plain_response_is_read(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCONTENT-length:  12\t "
                              "\r\nX:\r\netag: \"a:b\"\r\n"),
                     0);
    assert_false(h.complete);
    assert_int_equal(feed(&h, "\r\n"), 0);
    assert_true(h.complete);
    assert_int_equal(h.status, 200);
    assert_int_equal(h.version, 11);
    assert_true(h.has_length);
    assert_int_equal(h.length, 12);
    assert_false(h.chunked);
    is(head_find(&h, "content-type"), "text/html");
    is(head_find(&h, "etag"), "\"a:b\"");
    is(head_find(&h, "x"), "");
    assert_null(head_find(&h, "location").p);
    assert_int_equal(head_count(&h), 4);
    is(head_name(&h, 1), "CONTENT-length");
    is(head_text(&h, 1), "12");
    is(buffer_span(&h.text), "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCONTENT-length:  12\t "
                             "\r\nX:\r\netag: \"a:b\"\r\n\r\n");
    head_fini(&h);
}

static void status_lines_of_every_version_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int version, status;
    } good[] = {
        { "HTTP/1.0 404 Not Found\r\n", 10, 404 },
        { "HTTP/1.1 200\r\n", 11, 200 },
        { "HTTP/1.1 200 \n", 11, 200 },
        { "HTTP/2 301 \r\n", 20, 301 },
        { "HTTP/3 999", 30, 999 },
        { "HTTP/1.1  503 x", 11, 503 },
    };
    static const char *const bad[] = {
        "\r\n",         "ICY 200 OK",   "HTTP/",          "HTTP/x 200",
        "HTTP/1.1",     "HTTP/1.1 20",  "HTTP/1.1 2000",  "HTTP/1.1 OK",
        "HTTP/1.1 099", "HTTP/1.x 200", "HTTP/1.1200 OK", "http/1.1 200 OK",
    };
    struct head h = { 0 };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        head_reset(&h, false);
        assert_int_equal(feed(&h, good[i].line), 0);
        assert_int_equal(h.version, good[i].version);
        assert_int_equal(h.status, good[i].status);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        head_reset(&h, false);
        if (feed(&h, bad[i]) != -EPROTO)
            fail_msg("\"%s\" is taken for a status line", bad[i]);
        assert_non_null(h.why);
    }
    head_fini(&h);
}

static void lengths_that_do_not_say_where_the_body_ends_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Content-Length: 12abc",
        "Content-Length: abc",
        "Content-Length:",
        "Content-Length: -1",
        "Content-Length: +1",
        "Content-Length: 1 2",
        "Content-Length: 0x10",
        "Content-Length: 1.0",
        "Content-Length: 5, 6",
        "Content-Length: 5,",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 18446744073709551616",
        "Content-Length: 9223372036854775808",
        "Content-Length: 99999999999999999999999999",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, gzip",
    };
    struct head h = { 0 };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[256];
        snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", bad[i]);
        head_reset(&h, false);
        if (feed(&h, text) != -EPROTO)
            fail_msg("\"%s\" is let through", bad[i]);
        assert_non_null(h.why);
        head_reset(&h, true); // what answers a HEAD has no body
        assert_int_equal(feed(&h, text), 0);
        snprintf(text, sizeof text, "HTTP/1.1 304 Not Modified\r\n%s\r\n\r\n", bad[i]);
        head_reset(&h, false);
        assert_int_equal(feed(&h, text), 0);
    }
    head_fini(&h);
}

static void lengths_that_agree_are_one(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool has, chunked;
        uint64_t length;
    } good[] = {
        { "Content-Length: 5, 5", true, false, 5 },
        { "Content-Length: 5\r\nContent-Length: 005", true, false, 5 },
        { "Content-Length: 9223372036854775807", true, false, INT64_MAX },
        { "Transfer-Encoding: chunked\r\nContent-Length: 7x", false, true, 0 },
        { "Content-Length: 7\r\nTransfer-Encoding: Chunked", false, true, 0 },
        { "Transfer-Encoding: gzip, chunked", false, true, 0 },
        { "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", false, true, 0 },
        { "Transfer-Encoding: identity\r\nContent-Length: 3", false, false, 0 },
        { "X: y", false, false, 0 },
    };
    struct head h = { 0 };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char text[256];
        snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n%s\r\n\r\n", good[i].fields);
        head_reset(&h, false);
        assert_int_equal(feed(&h, text), 0);
        assert_int_equal(h.has_length, good[i].has);
        assert_int_equal(h.chunked, good[i].chunked);
        assert_int_equal(h.length, good[i].length);
    }
    head_fini(&h);
}

static void an_interim_response_gives_way_to_the_final_one(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(
        feed(&h, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: x\r\n\r\n"), 0);
    assert_int_equal(h.status, 103);
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\nETag: e\r\n"), 0);
    assert_int_equal(h.status, 200);
    assert_false(h.complete);
    assert_null(head_find(&h, "link").p);
    assert_int_equal(feed(&h, "\r\n"), 0);
    assert_true(h.complete);
    head_fini(&h);
}

static void trailers_change_nothing(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nETag: "
                              "late\r\nContent-Length: 5\r\n\r\n"),
                     0);
    assert_null(head_find(&h, "etag").p);
    assert_int_equal(head_count(&h), 1);
    head_fini(&h);
}

static void folded_lines_are_one_value(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(
        feed(&h,
             "HTTP/1.1 200 OK\r\n folded under nothing\r\nA: one\r\n\ttwo \r\n   \r\nB: x\r\n\r\n"),
        0);
    is(head_find(&h, "a"), "one  \ttwo");
    is(head_find(&h, "b"), "x");
    head_fini(&h);
}

static void odd_lines_are_borne(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(
        feed(&h,
             "HTTP/1.1 200 OK\nZ: z\nno colon here\n folded\nName : v\n: nameless\nA: b\rc\n\n"),
        0);
    assert_true(h.complete);
    is(head_find(&h, "z"), "z");
    is(head_find(&h, "name"), "v");
    is(head_find(&h, "a"), "b c");
    assert_int_equal(head_count(&h), 4);
    head_fini(&h);
}

static void a_nul_byte_is_no_http(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\n"), 0);
    assert_int_equal(head_take(&h, (struct span){ "A: b\0c\r\n", 8 }), -EPROTO);
    head_fini(&h);
}

static void several_fields_of_a_name_are_joined(void **state)
{
    (void)state;
    struct head h = { 0 };
    struct buffer b = { 0 };
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nX: "
                              "y\r\ncontent-encoding: br , zstd\r\n\r\n"),
                     0);
    assert_true(head_join(&h, "content-encoding", &b));
    is(buffer_span(&b), "gzip, br , zstd");
    assert_false(head_join(&h, "nothing", &b));
    assert_true(head_list_has(buffer_span(&b), "BR"));
    assert_false(head_list_has(buffer_span(&b), "b"));
    assert_false(head_list_has((struct span){ NULL, 0 }, "b"));
    buffer_fini(&b);
    head_fini(&h);
}

static void bytes_and_fields_are_bounded(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\n"), 0);
    for (unsigned i = 0; i < HEAD_FIELDS_MOST; i++)
        assert_int_equal(feed(&h, "A: b\r\n"), 0);
    assert_int_equal(feed(&h, "A: b\r\n"), -E2BIG);
    assert_non_null(h.why);
    head_reset(&h, false);
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\n"), 0);
    int rc = 0;
    char line[4096];
    memset(line, 'x', sizeof line);
    line[1] = ':';
    unsigned taken = 0;
    for (; taken < 1000 && rc == 0; taken++)
        rc = head_take(&h, (struct span){ line, sizeof line });
    assert_int_equal(rc, -E2BIG);
    assert_in_range(taken, 60, 65);
    assert_in_range(h.text.n, 1, HEAD_BYTES_MOST);
    head_fini(&h);
}

static void the_room_is_used_again(void **state)
{
    (void)state;
    struct head h = { 0 };
    assert_int_equal(feed(&h, "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n"), 0);
    faults_fail_all_allocations();
    head_reset(&h, false);
    int first = head_take(&h, span_of("HTTP/1.1 200 OK")), second = head_take(&h, span_of("E: f"));
    faults_fail_allocation(0);
    assert_int_equal(first, 0);
    assert_int_equal(second, 0);
    is(head_find(&h, "e"), "f");
    assert_null(head_find(&h, "a").p);
    head_fini(&h);
}

static void no_memory_is_said(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct head h = { 0 };
        faults_fail_allocation(nth);
        int rc = head_take(&h, span_of("HTTP/1.1 200 OK"));
        if (rc == 0)
            rc = head_take(&h, span_of("A: b"));
        bool through = faults_pending();
        faults_fail_allocation(0);
        head_fini(&h);
        assert_int_equal(rc, through ? 0 : -ENOMEM);
        if (through)
            break;
    }
}

static void any_bytes_are_a_head_or_not(void **state)
{
    (void)state;
    static const char alphabet[] = "HTP/1. 20:\r\n\t,aContent-Length: Transfer-Encoding: chunked\0";
    uint32_t seed = 9;
    struct head h = { 0 };
    for (unsigned round = 0; round < 50000; round++) {
        char text[64];
        for (size_t i = 0; i < sizeof text - 1; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        text[sizeof text - 1] = '\0';
        head_reset(&h, false);
        if (feed(&h, "HTTP/1.1 200 OK\r\n") == 0)
            feed(&h, text);
        for (size_t i = 0; i < head_count(&h); i++)
            assert_true(head_text(&h, i).p + head_text(&h, i).n <= h.text.p + h.text.n);
    }
    head_fini(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_response_is_read),
        cmocka_unit_test(status_lines_of_every_version_are_read),
        cmocka_unit_test(lengths_that_do_not_say_where_the_body_ends_are_refused),
        cmocka_unit_test(lengths_that_agree_are_one),
        cmocka_unit_test(an_interim_response_gives_way_to_the_final_one),
        cmocka_unit_test(trailers_change_nothing),
        cmocka_unit_test(folded_lines_are_one_value),
        cmocka_unit_test(odd_lines_are_borne),
        cmocka_unit_test(a_nul_byte_is_no_http),
        cmocka_unit_test(several_fields_of_a_name_are_joined),
        cmocka_unit_test(bytes_and_fields_are_bounded),
        cmocka_unit_test(the_room_is_used_again),
        cmocka_unit_test(no_memory_is_said),
        cmocka_unit_test(any_bytes_are_a_head_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
