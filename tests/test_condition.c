// SPDX-License-Identifier: MIT
#include "check.h"
#include "ledger/condition.h"

#define LINES(text) ((struct span){ text, sizeof text - 1 })

static void expect(const char *etag, const char *modified, struct span lines)
{
    struct page_entry p = { .etag = span_of(etag), .last_modified = span_of(modified) };
    struct buffer b = { 0 };
    assert_int_equal(condition_add(&b, &p), lines.n > 0);
    assert_int_equal(b.n, lines.n);
    assert_memory_equal(b.n ? b.p : "", lines.n ? lines.p : "", lines.n);
    buffer_fini(&b);
}

static void validators_come_back_as_the_server_wrote_them(void **state)
{
    (void)state;
    expect("\"a\"", NULL, LINES("If-None-Match: \"a\"\0"));
    expect("W/\"a b\"", NULL, LINES("If-None-Match: W/\"a b\"\0"));
    expect("naked", NULL, LINES("If-None-Match: naked\0"));
    expect(NULL, "Mon, 16 Nov 2026 10:00:00 GMT",
           LINES("If-Modified-Since: Mon, 16 Nov 2026 10:00:00 GMT\0"));
    expect("\"*\"", "x", LINES("If-None-Match: \"*\"\0If-Modified-Since: x\0"));
    expect("\"\xc3\xa4\"", NULL, LINES("If-None-Match: \"\xc3\xa4\"\0"));
}

static void without_any_there_is_no_condition(void **state)
{
    (void)state;
    expect(NULL, NULL, LINES(""));
    expect("", " \t ", LINES(""));
}

static void what_would_mean_something_else_is_left_out(void **state)
{
    (void)state;
    expect("*", "x", LINES("If-Modified-Since: x\0"));
    expect(" *", NULL, LINES(""));
    expect("\"a\", *", NULL, LINES(""));
    expect("\"a", NULL, LINES(""));
    expect("a\r\nX: y", "a\nb", LINES(""));
    expect("a\177", "\001", LINES(""));
}

static void it_goes_behind_what_is_there(void **state)
{
    (void)state;
    struct page_entry p = { .etag = span_of("\"a\"") };
    struct buffer b = { 0 };
    buffer_add(&b, "X: y", 5);
    assert_true(condition_add(&b, &p));
    assert_int_equal(b.n, 5 + sizeof "If-None-Match: \"a\"");
    assert_memory_equal(b.p, "X: y\0If-None-Match: \"a\"", b.n);
    buffer_fini(&b);
}

static void whoever_gives_a_condition_has_the_word(void **state)
{
    (void)state;
    assert_false(condition_is_given((struct span){ NULL, 0 }));
    assert_false(condition_is_given(LINES("X: y\0Accept: */*\0")));
    assert_true(condition_is_given(LINES("X: y\0if-none-match: \"a\"\0")));
    assert_true(condition_is_given(LINES("If-Modified-Since:\0")));
    assert_true(condition_is_given(LINES("If-Match: *\0")));
    assert_true(condition_is_given(LINES("If-Range: x\0")));
    assert_true(condition_is_given(LINES("If-Unmodified-Since: x\0")));
    assert_true(condition_is_given(LINES("Range: bytes=0-1\0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validators_come_back_as_the_server_wrote_them),
        cmocka_unit_test(without_any_there_is_no_condition),
        cmocka_unit_test(what_would_mean_something_else_is_left_out),
        cmocka_unit_test(it_goes_behind_what_is_there),
        cmocka_unit_test(whoever_gives_a_condition_has_the_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
