// SPDX-License-Identifier: MIT
// What is asked for, and what becomes of it over redirects and further attempts.
#include "check.h"
#include "crawl/hop.h"
#include "faults.h"
#include <errno.h>
#include <stdlib.h>

static enum hop_method kind(const char *method)
{
    return hop_method(span_of(method));
}

static void see_other_makes_a_get_of_everything_but_head(void **state)
{
    (void)state;
    assert_true(hop_becomes_get(kind("POST"), 303));
    assert_true(hop_becomes_get(kind("PUT"), 303));
    assert_true(hop_becomes_get(kind("PATCH"), 303));
    assert_false(hop_becomes_get(kind("HEAD"), 303));
    assert_false(hop_becomes_get(kind(NULL), 303));
}

static void moved_and_found_make_a_get_of_a_post_alone(void **state)
{
    (void)state;
    for (int status = 301; status <= 302; status++) {
        assert_true(hop_becomes_get(kind("POST"), status));
        assert_false(hop_becomes_get(kind("PUT"), status));
        assert_false(hop_becomes_get(kind("DELETE"), status));
        assert_false(hop_becomes_get(kind("PATCH"), status));
        assert_false(hop_becomes_get(kind("HEAD"), status));
    }
}

static void temporary_and_permanent_redirects_keep_the_method(void **state)
{
    (void)state;
    assert_false(hop_becomes_get(kind("POST"), 307));
    assert_false(hop_becomes_get(kind("POST"), 308));
}

static void methods_are_told_apart_by_case(void **state)
{
    (void)state;
    assert_int_equal(kind("post"), HOP_OTHER);
    assert_int_equal(kind("POST"), HOP_POST);
    assert_int_equal(kind("GET"), HOP_GET);
    assert_int_equal(kind("OPTIONS"), HOP_IDEMPOTENT);
    assert_int_equal(kind("PATCH"), HOP_OTHER);
}

static void what_may_have_been_done_is_not_asked_for_again(void **state)
{
    (void)state;
    const char *once[] = { "POST", "PATCH", "MAKE-COFFEE" };
    const char *often[] = { NULL, "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" };
    for (unsigned k = 0; k < sizeof once / sizeof *once; k++) {
        assert_true(hop_may_repeat(kind(once[k]), false, 0));
        assert_false(hop_may_repeat(kind(once[k]), true, 0));
        assert_true(hop_may_repeat(kind(once[k]), true, 408));
        assert_true(hop_may_repeat(kind(once[k]), true, 429));
        assert_true(hop_may_repeat(kind(once[k]), true, 503));
        assert_false(hop_may_repeat(kind(once[k]), true, 500));
        assert_false(hop_may_repeat(kind(once[k]), true, 502));
        assert_false(hop_may_repeat(kind(once[k]), true, 504));
    }
    for (unsigned k = 0; k < sizeof often / sizeof *often; k++) {
        assert_true(hop_may_repeat(kind(often[k]), true, 0));
        assert_true(hop_may_repeat(kind(often[k]), true, 500));
    }
}

// ---- putting a request together

static struct buffer lines;
static const struct ask nothing;
static const struct hop_place home = { .home = true };

// The header lines of `h`, apart by '|'.
static const char *shown(const struct hop *h)
{
    static char text[512];
    struct span rest = h->headers, line;
    text[0] = '\0';
    while (ask_next_header(&rest, &line)) {
        strcat(text, *text ? "|" : "");
        strncat(text, line.p, line.n);
    }
    return text;
}

static struct hop make(const struct ask *run, const struct ask *line, struct hop_place place)
{
    struct hop h;
    assert_int_equal(hop_make(&h, run, line, place, &lines), 0);
    return h;
}

#define HEADERS(text)      \
    {                      \
        text, sizeof(text) \
    }

static void a_plain_get_stays_one(void **state)
{
    (void)state;
    struct hop h = make(&nothing, &nothing, home);
    assert_int_equal(h.kind, HOP_GET);
    assert_null(h.method.p);
    assert_null(h.body.p);
    assert_int_equal(h.headers.n, 0);
}

static void a_body_makes_a_post(void **state)
{
    (void)state;
    struct ask run = { .body = span_of("a=b") };
    struct hop h = make(&run, &nothing, home);
    assert_int_equal(h.kind, HOP_POST);
    assert_true(span_is(h.method, "POST"));
    assert_true(span_is(h.body, "a=b"));
    run.method = span_of("PUT");
    h = make(&run, &nothing, home);
    assert_true(span_is(h.method, "PUT"));
    assert_int_equal(h.kind, HOP_IDEMPOTENT);
    run.method = span_of("GET");
    h = make(&run, &nothing, home);
    assert_true(span_is(h.method, "GET"));
    assert_true(span_is(h.body, "a=b"));
}

static void a_head_has_neither_body_nor_a_method_to_tell(void **state)
{
    (void)state;
    struct ask run = { .method = span_of("HEAD") }, line = { .body = span_of("x") };
    struct hop h = make(&run, &nothing, home);
    assert_int_equal(h.kind, HOP_HEAD);
    assert_null(h.method.p);
    h = make(&run, &line, home);
    assert_int_equal(h.kind, HOP_POST);
    assert_true(span_is(h.body, "x"));
    struct ask asks_head = { .method = span_of("HEAD") }, has_body = { .body = span_of("x") };
    h = make(&has_body, &asks_head, home);
    assert_int_equal(h.kind, HOP_HEAD);
    assert_null(h.body.p);
}

static void a_post_without_a_body_says_that_it_is_empty(void **state)
{
    (void)state;
    struct ask run = { .method = span_of("POST") };
    struct hop h = make(&run, &nothing, home);
    assert_non_null(h.body.p);
    assert_int_equal(h.body.n, 0);
    assert_string_equal(shown(&h), "Content-Type:");
    run.headers = (struct span)HEADERS("content-type: text/plain");
    h = make(&run, &nothing, home);
    assert_string_equal(shown(&h), "content-type: text/plain");
    run = (struct ask){ .method = span_of("DELETE") };
    h = make(&run, &nothing, home);
    assert_null(h.body.p);
}

static void a_lines_word_goes_before_the_runs(void **state)
{
    (void)state;
    struct ask run = { .method = span_of("PUT"),
                       .body = span_of("run"),
                       .headers = HEADERS("A: run\0B: run\0a: again") };
    struct ask line = { .method = span_of("PATCH"),
                        .body = span_of("line"),
                        .headers = HEADERS("a: line\0C: line") };
    struct hop h = make(&run, &line, home);
    assert_true(span_is(h.method, "PATCH"));
    assert_true(span_is(h.body, "line"));
    assert_string_equal(shown(&h), "B: run|a: line|C: line");
    line.body = line.method = (struct span){ 0 };
    h = make(&run, &line, home);
    assert_true(span_is(h.method, "PUT"));
    assert_true(span_is(h.body, "run"));
}

static void secrets_stay_with_their_origin(void **state)
{
    (void)state;
    struct ask run = { .headers = HEADERS("authorization: x\0Cookie: a=b\0Accept: */*") };
    struct ask line = { .headers = HEADERS("Proxy-Authorization: y\0HOST: z\0X: 1") };
    struct hop h = make(&run, &line, (struct hop_place){ .home = false });
    assert_string_equal(shown(&h), "Accept: */*|X: 1");
    h = make(&run, &line, home);
    assert_string_equal(
        shown(&h), "authorization: x|Cookie: a=b|Accept: */*|Proxy-Authorization: y|HOST: z|X: 1");
}

static void what_became_a_get_has_no_body_and_no_word_of_one(void **state)
{
    (void)state;
    struct ask run = { .method = span_of("POST"),
                       .body = span_of("a=b"),
                       .headers = HEADERS("Content-Type: text/plain\0content-language: de\0X: 1") };
    struct hop h = make(&run, &nothing, (struct hop_place){ .home = true, .became_get = true });
    assert_int_equal(h.kind, HOP_GET);
    assert_null(h.method.p);
    assert_null(h.body.p);
    assert_string_equal(shown(&h), "X: 1");
}

static void without_memory_there_is_no_request(void **state)
{
    (void)state;
    struct ask run = { .headers = HEADERS("A: b") };
    struct hop h = { .kind = HOP_OTHER };
    buffer_fini(&lines);
    faults_fail_allocation(1);
    assert_int_equal(hop_make(&h, &run, &nothing, home, &lines), -ENOMEM);
    faults_fail_allocation(0);
    assert_int_equal(h.kind, HOP_OTHER);
    h = make(&run, &nothing, home);
    assert_string_equal(shown(&h), "A: b");
    buffer_fini(&lines);
}

// ---- what may be asked for

static void headers_that_would_break_the_message_are_refused(void **state)
{
    (void)state;
    const char *good[] = { "A: b", "A:b", "A:", "A;", "X-Y_z!: \tvalue", "A: \xc3\xa9" };
    const char *bad[] = { "",
                          "A",
                          ": b",
                          "A b: c",
                          "A; b",
                          "A: b\r",
                          "A: b\nB: c",
                          "\xc3\xa9: b",
                          "@f:",
                          "A : b",
                          "A: b\nHost: c",
                          "content-length: 3",
                          "TRANSFER-ENCODING: chunked" };
    for (unsigned k = 0; k < sizeof good / sizeof *good; k++)
        assert_null(ask_header_fault(span_of(good[k])));
    for (unsigned k = 0; k < sizeof bad / sizeof *bad; k++)
        assert_non_null(ask_header_fault(span_of(bad[k])));
    assert_non_null(ask_header_fault((struct span){ "A: b\0c", 6 }));
}

static void methods_are_tokens(void **state)
{
    (void)state;
    assert_null(ask_method_fault(span_of("GET")));
    assert_null(ask_method_fault(span_of("M-SEARCH")));
    assert_non_null(ask_method_fault(span_of("")));
    assert_non_null(ask_method_fault(span_of("GET /")));
    assert_non_null(ask_method_fault(span_of("GET\r\n")));
    assert_non_null(ask_method_fault(span_of("CONNECT")));
    assert_non_null(ask_method_fault((struct span){ "GE\0T", 4 }));
    assert_non_null(ask_method_fault(span_of("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(see_other_makes_a_get_of_everything_but_head),
        cmocka_unit_test(moved_and_found_make_a_get_of_a_post_alone),
        cmocka_unit_test(temporary_and_permanent_redirects_keep_the_method),
        cmocka_unit_test(methods_are_told_apart_by_case),
        cmocka_unit_test(what_may_have_been_done_is_not_asked_for_again),
        cmocka_unit_test(a_plain_get_stays_one),
        cmocka_unit_test(a_body_makes_a_post),
        cmocka_unit_test(a_head_has_neither_body_nor_a_method_to_tell),
        cmocka_unit_test(a_post_without_a_body_says_that_it_is_empty),
        cmocka_unit_test(a_lines_word_goes_before_the_runs),
        cmocka_unit_test(secrets_stay_with_their_origin),
        cmocka_unit_test(what_became_a_get_has_no_body_and_no_word_of_one),
        cmocka_unit_test(without_memory_there_is_no_request),
        cmocka_unit_test(headers_that_would_break_the_message_are_refused),
        cmocka_unit_test(methods_are_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
