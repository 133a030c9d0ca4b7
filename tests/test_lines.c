// SPDX-License-Identifier: MIT
// Lines of a list, however the bytes are cut.
#include "check.h"
#include "input/lines.h"
#include <stdlib.h>

// Divides `text` pushed `step` bytes at a time, into "number:line|..." with the dropped bytes as
// "+n".
static void divide(const char *text, size_t n, size_t step, struct buffer *out)
{
    struct lines l = { 0 };
    struct line line;
    for (size_t at = 0; at < n; at += step) {
        lines_push(&l, (struct span){ text + at, n - at < step ? n - at : step });
        while (lines_next(&l, &line)) {
            buffer_add_format(out, "%llu:", (unsigned long long)line.number);
            buffer_add(out, line.text.p, line.text.n);
            buffer_add_byte(out, '|');
        }
    }
    if (lines_last(&l, &line)) {
        buffer_add_format(out, "%llu:", (unsigned long long)line.number);
        buffer_add(out, line.text.p, line.text.n);
        buffer_add_byte(out, '|');
    }
    lines_fini(&l);
}

static void check(const char *text, const char *expected)
{
    for (size_t step = 1; step <= strlen(text) + 1; step++) {
        struct buffer out = { 0 };
        divide(text, strlen(text), step, &out);
        assert_string_equal(buffer_string(&out), expected);
        buffer_fini(&out);
    }
}

static void lines_are_found_however_the_bytes_are_cut(void **state)
{
    (void)state;
    check("a\nbb\nccc\n", "1:a|2:bb|3:ccc|");
    check("a\nno newline at the end", "1:a|2:no newline at the end|");
    check("", "");
    check("\n\n\n", "");
}

static void crlf_blank_lines_and_comments_do_not_count_as_urls_but_as_lines(void **state)
{
    (void)state;
    check("# list\r\n\r\nhttp://a/\r\n  \t \n# more\nhttp://b/\r\n", "3:http://a/|6:http://b/|");
    check("   http://a/#fragment  \n", "1:http://a/#fragment|");
}

static void a_byte_order_mark_is_skipped_at_the_start_only(void **state)
{
    (void)state;
    check("\xef\xbb\xbfhttp://a/\n\xef\xbb\xbfx\n", "1:http://a/|2:\xef\xbb\xbfx|");
    check("\xef\xbb\xbf# comment\nhttp://a/\n", "2:http://a/|");
}

static void a_line_of_a_megabyte_comes_whole(void **state)
{
    (void)state;
    size_t n = 1 << 20;
    char *text = malloc(n + 3);
    memset(text, 'x', n);
    memcpy(text + n, "\ny", 2);
    struct buffer out = { 0 };
    divide(text, n + 2, 65536, &out);
    assert_int_equal(out.n, 2 + n + 1 + 4);
    buffer_fini(&out);
    free(text);
}

static void what_is_beyond_the_longest_line_is_dropped_and_counted(void **state)
{
    (void)state;
    size_t n = LINES_MAX + 1000;
    char *text = malloc(n + 2);
    struct lines l = { 0 };
    struct line line;
    memset(text, 'x', n);
    memcpy(text + n, "\nz", 2);
    for (size_t at = 0; at < n; at += 4096) {
        lines_push(&l, (struct span){ text + at, n - at < 4096 ? n - at : 4096 });
        assert_false(lines_next(&l, &line));
    }
    lines_push(&l, (struct span){ text + n, 2 });
    assert_true(lines_next(&l, &line));
    assert_int_equal(line.text.n, LINES_MAX);
    assert_int_equal(line.dropped, 1000);
    assert_false(lines_next(&l, &line));
    assert_true(lines_last(&l, &line));
    assert_int_equal(line.text.n, 1);
    assert_int_equal(line.dropped, 0);
    assert_false(lines_last(&l, &line));
    lines_fini(&l);
    free(text);
}

static void nuls_and_bytes_that_are_not_utf8_pass_through(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    divide("a\0b\n\xff\xfe\n", 7, 2, &out);
    assert_int_equal(out.n, 2 + 3 + 1 + 2 + 2 + 1);
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found_however_the_bytes_are_cut),
        cmocka_unit_test(crlf_blank_lines_and_comments_do_not_count_as_urls_but_as_lines),
        cmocka_unit_test(a_byte_order_mark_is_skipped_at_the_start_only),
        cmocka_unit_test(a_line_of_a_megabyte_comes_whole),
        cmocka_unit_test(what_is_beyond_the_longest_line_is_dropped_and_counted),
        cmocka_unit_test(nuls_and_bytes_that_are_not_utf8_pass_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
