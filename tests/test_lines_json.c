// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "input/lines_json.h"
#include <errno.h>
#include <stdlib.h>

static struct lines_json json;

static void reads(const char *line, const char *url, const char *members)
{
    if (lines_json_read(&json, span_of(line)) != 0)
        fail_msg("%s: %s", line, json.why);
    assert_true(span_is(json.url, url));
    if (!members)
        assert_null(json.members.p);
    else if (!span_is(json.members, members))
        fail_msg("%.*s", (int)json.members.n, json.members.p);
}

static void refuses(const char *line, const char *why)
{
    assert_int_equal(lines_json_read(&json, span_of(line)), -EINVAL);
    assert_string_equal(json.why, why);
}

static int forget(void **state)
{
    (void)state;
    lines_json_fini(&json);
    json = (struct lines_json){ 0 };
    return 0;
}

static void a_line_with_a_url_alone_keeps_nothing_else(void **state)
{
    (void)state;
    reads("{\"url\":\"http://a/\"}", "http://a/", NULL);
    reads(" { \"url\" : \"http:\\/\\/a\\/\\u00e9\" } ", "http://a/\xc3\xa9", NULL);
    reads("{\"url\":\"\"}", "", NULL);
    reads("{\"url\":\"x\",\"method\":null,\"headers\":null,\"body\":null,\"body_b64\":null}", "x",
          NULL);
}

static void the_other_members_are_kept_compact_and_unchanged(void **state)
{
    (void)state;
    reads("{\"meta\" : {\"id\" : 1.10, \"big\":123456789012345678901, \"a\":[ null ]}, "
          "\"url\":\"x\", "
          "\"method\": \"PUT\"}",
          "x",
          "{\"method\":\"PUT\",\"meta\":{\"id\":1.10,\"big\":123456789012345678901,\"a\":[null]}}");
    assert_true(span_is(lines_json_meta(json.members),
                        "{\"id\":1.10,\"big\":123456789012345678901,\"a\":[null]}"));
    reads("{\"url\":\"x\",\"meta\":null}", "x", "{\"meta\":null}");
    assert_true(span_is(lines_json_meta(json.members), "null"));
    reads("{\"url\":\"x\",\"body\":\"\"}", "x", "{\"body\":\"\"}");
    assert_null(lines_json_meta(json.members).p);
    assert_null(lines_json_meta((struct span){ 0 }).p);
}

static struct ask asked(const char *line)
{
    static struct buffer text;
    struct ask a;
    if (lines_json_read(&json, span_of(line)) != 0)
        fail_msg("%s: %s", line, json.why);
    buffer_fini(&text);
    assert_int_equal(lines_json_ask(&a, json.members, &text), 0);
    // What is shown was copied out of `json`, and is in memory that ends where the ask does.
    return a;
}

static void what_a_line_asks_for_is_decoded(void **state)
{
    (void)state;
    struct ask a =
        asked("{\"url\":\"x\",\"method\":\"PATCH\",\"headers\":{\"A\":\"b\",\"C\":\"\",\"D\":null},"
              "\"body\":\"\\u00e9\\u0000z\"}");
    assert_true(span_is(a.method, "PATCH"));
    assert_true(span_equal(a.headers, (struct span){ "A: b\0C;\0D:\0", 11 }));
    assert_true(span_equal(a.body, (struct span){ "\xc3\xa9\0z", 4 }));
    a = asked("{\"url\":\"x\",\"body_b64\":\"AP8K\"}");
    assert_null(a.method.p);
    assert_int_equal(a.headers.n, 0);
    assert_true(span_equal(a.body, (struct span){ "\0\xff\n", 3 }));
    a = asked("{\"url\":\"x\",\"body\":\"\"}");
    assert_true(a.body.p && a.body.n == 0);
    a = asked("{\"url\":\"x\",\"meta\":1}");
    assert_true(ask_is_empty(&a));
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    refuses("http://a/", "no JSON at byte 1: a value should begin here");
    refuses("{\"url\":\"x\"", "no JSON at byte 11: a comma or '}' is missing");
    refuses("[\"x\"]", "the line is JSON, but no object: write {\"url\": \"...\"}");
    refuses("{}", "the line has no 'url'");
    refuses("{\"url\":null}", "the line has no 'url'");
    refuses("{\"url\":1}", "'url' is no string");
    refuses("{\"url\":\"x\",\"url\":\"y\"}", "'url' stands there twice");
    refuses("{\"url\":\"x\",\"method\":1}", "'method' is no string");
    refuses("{\"url\":\"x\",\"method\":\"G T\"}",
            "'method' is no method: write GET, POST, PUT or the like");
    refuses("{\"url\":\"x\",\"headers\":[]}", "'headers' is no object");
    refuses("{\"url\":\"x\",\"headers\":{\"A\":1}}", "a value in 'headers' is no string");
    refuses("{\"url\":\"x\",\"body\":{}}", "the body is no string");
    refuses("{\"url\":\"x\",\"body_b64\":\"!\"}", "'body_b64' is no base64");
    refuses("{\"url\":\"x\",\"body\":\"a\",\"body_b64\":\"YQ==\"}",
            "there are both 'body' and 'body_b64'");
    refuses("{\"url\":\"x\",\"method\":\"HEAD\",\"body\":\"a\"}", "a HEAD request has no body");
}

static void headers_that_would_break_the_message_are_refused(void **state)
{
    (void)state;
    const char *headers[] = { "\"A\":\"b\\r\\nHost: c\"",
                              "\"A: b\":\"c\"",
                              "\"\":\"c\"",
                              "\"A;\":\"c\"",
                              "\"A\\n\":null",
                              "\"A\":\"\\u0000\"",
                              "\"Content-Length\":\"1\"",
                              "\"A \":\"b\"" };
    for (unsigned i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct buffer line = { 0 };
        buffer_add_format(&line, "{\"url\":\"x\",\"headers\":{%s}}", headers[i]);
        if (lines_json_read(&json, buffer_span(&line)) != -EINVAL)
            fail_msg("%s", headers[i]);
        assert_true(strncmp(json.why, "a member of 'headers' ", 22) == 0);
        buffer_fini(&line);
    }
}

static void sizes_are_bounded(void **state)
{
    (void)state;
    struct buffer line = { 0 };
    for (int more = 0; more <= 1; more++) {
        buffer_clear(&line);
        buffer_add_string(&line, "{\"url\":\"x\",\"body\":\"");
        for (int i = 0; i < ASK_BODY_MOST + more; i++)
            buffer_add_byte(&line, 'x');
        buffer_add_string(&line, "\"}");
        assert_int_equal(lines_json_read(&json, buffer_span(&line)), more ? -EINVAL : 0);
    }
    assert_string_equal(json.why, "the body has more than 256 KB");
    buffer_fini(&line);
}

static void a_wrong_line_still_shows_its_url_and_meta(void **state)
{
    (void)state;
    refuses("{\"url\":\"http://a/\",\"meta\":7,\"body\":1}", "the body is no string");
    assert_true(span_is(json.url, "http://a/"));
    assert_true(span_is(lines_json_meta(json.members), "7"));
    refuses("{\"url\":\"http://a/\"", "no JSON at byte 19: a comma or '}' is missing");
    assert_null(json.url.p);
    assert_null(json.members.p);
}

static void unknown_members_are_named(void **state)
{
    (void)state;
    reads("{\"url\":\"x\",\"metod\":\"PUT\"}", "x", NULL);
    assert_true(span_is(json.unknown, "\"metod\""));
    reads("{\"url\":\"x\"}", "x", NULL);
    assert_null(json.unknown.p);
}

static void a_line_is_written_as_it_can_be_read_again(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    reads("{\"headers\":{\"A\":\"\\u00e9\"},\"url\":\"http://u:p@a/\\\"\",\"meta\":[1]}",
          "http://u:p@a/\"", "{\"headers\":{\"A\":\"\\u00e9\"},\"meta\":[1]}");
    lines_json_write(&out, span_of("http://a/\""), json.members);
    lines_json_write(&out, span_of("http://b/"), (struct span){ 0 });
    assert_string_equal(buffer_string(&out),
                        "{\"url\":\"http://a/\\\"\",\"headers\":{\"A\":\"\\u00e9\"},\"meta\":[1]}\n"
                        "{\"url\":\"http://b/\"}\n");
    buffer_fini(&out);
}

static void without_memory_a_line_is_not_read(void **state)
{
    (void)state;
    struct span line =
        span_of("{\"url\":\"http://a/"
                "\",\"method\":\"PUT\",\"body_b64\":\"YQ==\",\"headers\":{\"A\":\"b\"}}");
    for (unsigned n = 1;; n++) {
        forget(NULL);
        faults_fail_allocation(n);
        int r = lines_json_read(&json, line);
        bool struck = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(r, struck ? -ENOMEM : 0);
        if (!struck)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_line_with_a_url_alone_keeps_nothing_else, forget),
        cmocka_unit_test_teardown(the_other_members_are_kept_compact_and_unchanged, forget),
        cmocka_unit_test_teardown(what_a_line_asks_for_is_decoded, forget),
        cmocka_unit_test_teardown(what_is_wrong_is_said, forget),
        cmocka_unit_test_teardown(headers_that_would_break_the_message_are_refused, forget),
        cmocka_unit_test_teardown(sizes_are_bounded, forget),
        cmocka_unit_test_teardown(a_wrong_line_still_shows_its_url_and_meta, forget),
        cmocka_unit_test_teardown(unknown_members_are_named, forget),
        cmocka_unit_test_teardown(a_line_is_written_as_it_can_be_read_again, forget),
        cmocka_unit_test_teardown(without_memory_a_line_is_not_read, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
