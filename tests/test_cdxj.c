// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "store/cdxj.h"
#include "sys/files.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char first[] = "test_cdxj.first", second[] = "test_cdxj.second", to[] = "test_cdxj.to";

static void cdxj_put(const char *path, const struct buffer *text)
{
    int fd = files_create(path);
    assert_true(fd >= 0);
    assert_int_equal(files_write_all(fd, text->p, text->n), 0);
    close(fd);
}

static void cdxj_get(const char *path, struct buffer *out)
{
    FILE *f = fopen(path, "r");
    char piece[4096];
    size_t n;
    assert_non_null(f);
    buffer_clear(out);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buffer_add(out, piece, n);
    fclose(f);
}

static int cdxj_down(void **state)
{
    (void)state;
    unlink(first);
    unlink(second);
    unlink(to);
    return 0;
}

static void a_line_says_where_a_capture_is(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    struct cdxj c = { .url = span_of("https://www.example.org/?b=2&a=1"),
                      .date = INT64_C(1785421501123456789),
                      .content_type = span_of("text/html; charset=utf-8"),
                      .status = 200,
                      .digest = span_of("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"),
                      .offset = 771,
                      .length = 1219,
                      .file = span_of("x.warc.gz") };
    cdxj_write(&out, &c);
    assert_string_equal(
        buffer_string(&out),
        "org,example)/?a=1&b=2 20260730142501 {\"url\":\"https://www.example.org/?b=2&a=1\","
        "\"mime\":\"text/html\",\"status\":\"200\",\"digest\":\"3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\","
        "\"length\":\"1219\",\"offset\":\"771\",\"filename\":\"x.warc.gz\"}\n");
    buffer_clear(&out);
    c.revisit = true;
    c.digest = span_of("sha256:00");
    cdxj_write(&out, &c);
    assert_non_null(strstr(buffer_string(&out), "\"mime\":\"warc/revisit\""));
    assert_non_null(strstr(out.p, "\"digest\":\"sha256:00\""));
    buffer_clear(&out);
    c = (struct cdxj){ .url = span_of("http://h/"), .file = span_of("f") };
    cdxj_write(&out, &c);
    assert_non_null(strstr(buffer_string(&out), "\"mime\":\"unk\""));
    assert_non_null(strstr(out.p, "\"digest\":\"-\""));
    buffer_fini(&out);
}

// Lines of two files, many times what fits the memory, some of them in both.
static void lines_of_all_files_are_sorted_each_once(void **state)
{
    (void)state;
    struct buffer a = { 0 }, b = { 0 }, got = { 0 };
    unsigned n = 60000, random = 1;
    char filler[100];
    memset(filler, 'x', sizeof filler);
    for (unsigned i = 0; i < n; i++) {
        random = random * 1103515245 + 12345;
        buffer_add_format(random & 0x10000 ? &a : &b, "%08u %.*s\n", i * 7919 % n,
                          (int)(random >> 20) % 100, filler);
    }
    buffer_add_string(&a, "00000000\n\n00000000\nnot whole");
    buffer_add_string(&b, "00000000\n");
    cdxj_put(first, &a);
    cdxj_put(second, &b);
    const char *const from[] = { first, second, "test_cdxj.none", NULL };
    assert_int_equal(cdxj_sort(from, to, 1), 0);
    cdxj_get(to, &got);
    unsigned lines = 0;
    const char *last = "";
    for (char *p = got.p, *end; p < got.p + got.n; p = end + 1, lines++) {
        end = memchr(p, '\n', (size_t)(got.p + got.n - p));
        assert_non_null(end);
        *end = '\0';
        assert_true(strcmp(last, p) < 0);
        last = p;
    }
    assert_int_equal(lines, n + 1);
    buffer_fini(&a);
    buffer_fini(&b);
    buffer_fini(&got);
}

static void an_index_takes_up_further_lines(void **state)
{
    (void)state;
    struct buffer text = { 0 };
    buffer_add_string(&text, "b\na\n");
    cdxj_put(first, &text);
    const char *const from[] = { to, first, NULL };
    assert_int_equal(cdxj_sort(from, to, 1 << 20), 0);
    buffer_clear(&text);
    buffer_add_string(&text, "aa\nb\n");
    cdxj_put(first, &text);
    assert_int_equal(cdxj_sort(from, to, 1 << 20), 0);
    cdxj_get(to, &text);
    assert_string_equal(buffer_string(&text), "a\naa\nb\n");
    buffer_fini(&text);
}

static void what_fails_leaves_the_index_as_it_was(void **state)
{
    (void)state;
    struct buffer text = { 0 };
    buffer_add_string(&text, "a\n");
    cdxj_put(to, &text);
    buffer_clear(&text);
    for (int i = 0; i < 3; i++)
        buffer_add_string(&text, "b\nc\n");
    cdxj_put(first, &text);
    const char *const from[] = { to, first, NULL };
    bool met = true;
    for (unsigned nth = 1; met && nth < 100; nth++) {
        buffer_clear(&text);
        buffer_add_string(&text, "a\n");
        cdxj_put(to, &text);
        faults_fail_allocation(nth);
        int e = cdxj_sort(from, to, 1 << 20);
        met = !faults_pending();
        faults_fail_allocation(0);
        cdxj_get(to, &text);
        assert_true(e == 0 || e == -ENOMEM);
        assert_string_equal(buffer_string(&text), e == 0 ? "a\nb\nc\n" : "a\n");
    }
    assert_false(met);
    const char *const none[] = { first, NULL };
    assert_int_equal(cdxj_sort(none, "no/such/place", 1), -ENOENT);
    buffer_clear(&text);
    while (text.n < (5 << 20))
        buffer_add_string(&text, "a line without an end");
    cdxj_put(first, &text);
    assert_int_equal(cdxj_sort(from, to, 1), -EUCLEAN);
    buffer_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_where_a_capture_is),
        cmocka_unit_test_teardown(lines_of_all_files_are_sorted_each_once, cdxj_down),
        cmocka_unit_test_teardown(an_index_takes_up_further_lines, cdxj_down),
        cmocka_unit_test_teardown(what_fails_leaves_the_index_as_it_was, cdxj_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
