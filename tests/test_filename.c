// SPDX-License-Identifier: MIT
#include "check.h"
#include "data/utf8.h"
#include "faults.h"
#include "web/filename.h"
#include <stdlib.h>

static void gives(const char *suggested, const char *path_query, const char *want)
{
    struct buffer b = { 0 };
    filename_make(&b, span_of(suggested), span_of(path_query));
    assert_string_equal(buffer_string(&b), want);
    buffer_fini(&b);
}

static void names_are_what_a_person_would_expect(void **state)
{
    (void)state;
    gives(NULL, "/", "index.html");
    gives(NULL, "/docs/", "index.html");
    gives(NULL, "/a/report.pdf", "report.pdf");
    gives(NULL, "/a/report%20of%20May.pdf", "report of May.pdf");
    gives(NULL, "/list.php?page=2&x=y", "list@page=2&x=y.php");
    gives(NULL, "/search?q=a%2Fb", "search@q=a_b");
    gives(NULL, "/?q=1", "index@q=1.html");
    gives(NULL, "/b%C3%BCcher",
          "b\xC3\xBC"
          "cher");
    gives("plans.pdf", "/download?id=7", "plans.pdf");
    gives("", "/download", "download");
    gives("dir/plans.pdf", "/x", "plans.pdf");
    gives("C:\\dir\\plans.pdf", "/x", "plans.pdf");
    gives("archive.tar.gz", "/x", "archive.tar.gz");
}

static void tricks_do_not_work(void **state)
{
    (void)state;
    gives("..", "/x", "x");
    gives("../../etc/passwd", "/x", "passwd");
    gives("/etc/", "/x", "x");
    gives(".bashrc", "/x", "_bashrc");
    gives("-rf", "/x", "_rf");
    gives("~root", "/x", "_root");
    gives(" . x . ", "/x", "___x");
    gives("a\nb\x1b[31mc", "/x", "a_b_[31mc");
    gives("evil\xE2\x80\xAE"
          "fdp.exe",
          "/x", "evil_fdp.exe");
    gives("a\xFF"
          "b",
          "/x", "a_b");
    gives("what?*<>|\":.txt", "/x", "what_______.txt");
    gives(NULL, "/%2e%2e%2fetc%2fpasswd", "___etc_passwd");
    gives(NULL, "/..%5c..%5cx", "___.._x");
    gives(NULL, "/%00", "_");
    gives(NULL, "/...", "index.html");
    gives(NULL, "", "index.html");
}

static void a_long_name_is_cut_and_told_apart(void **state)
{
    (void)state;
    char a[600], b[600];
    struct buffer one = { 0 }, two = { 0 };
    memset(a, 'a', sizeof a);
    a[0] = '/';
    memcpy(a + 590, "1.html", 7);
    memcpy(b, a, sizeof a);
    b[590] = '2';
    filename_make(&one, span_of(NULL), span_of(a));
    filename_make(&two, span_of(NULL), span_of(b));
    assert_int_equal(one.n, FILENAME_MOST);
    assert_int_equal(two.n, FILENAME_MOST);
    assert_memory_equal(one.p, two.p, 180);
    assert_false(span_equal(buffer_span(&one), buffer_span(&two)));
    assert_memory_equal(one.p + one.n - 5, ".html", 5);
    assert_int_equal(one.p[one.n - 16], '-');
    buffer_clear(&one);
    for (size_t i = 1; i + 3 < sizeof a; i += 3)
        memcpy(a + i, "\xE4\xBD\xA0", 3);
    a[598] = '\0';
    filename_make(&one, span_of(a + 1), span_of("/"));
    assert_true(utf8_valid(buffer_span(&one)));
    assert_in_range(one.n, FILENAME_MOST - 3, FILENAME_MOST);
    buffer_fini(&one);
    buffer_fini(&two);
}

static void a_number_goes_before_the_extension(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    filename_numbered(&b, span_of("report.pdf"), 2);
    buffer_add_byte(&b, '|');
    filename_numbered(&b, span_of("index"), 12);
    buffer_add_byte(&b, '|');
    filename_numbered(&b, span_of("x.a-very-long-extension"), 3);
    assert_string_equal(buffer_string(&b), "report-2.pdf|index-12|x.a-very-long-extension-3");
    buffer_clear(&b);
    char longest[FILENAME_MOST + 1];
    memset(longest, 'x', FILENAME_MOST);
    longest[FILENAME_MOST] = '\0';
    memcpy(longest + FILENAME_MOST - 4, ".pdf", 4);
    filename_numbered(&b, span_of(longest), 18446744073709551615UL);
    assert_int_equal(b.n, FILENAME_MOST);
    assert_memory_equal(b.p + b.n - 25, "-18446744073709551615.pdf", 25);
    buffer_fini(&b);
}

static void no_memory_shows_in_the_buffer(void **state)
{
    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct buffer b = { 0 };
        faults_fail_allocation(nth);
        filename_make(&b, span_of(NULL), span_of("/a%20b.html?c=d"));
        bool through = faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(b.failed, !through);
        buffer_fini(&b);
        if (through)
            break;
    }
}

static void any_bytes_make_a_safe_name(void **state)
{
    (void)state;
    static const char alphabet[] = "./\\-~ %2e%00?a\n\x1b\x7f\xC2\x9B\xE2\x80\xAE\xFF:*\0";
    uint32_t seed = 19;
    for (unsigned round = 0; round < 100000; round++) {
        size_t n = round % 300;
        char *exact = malloc(n + 1);
        struct buffer b = { 0 };
        assert_non_null(exact);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            exact[i] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        struct span any = { exact, n }, none = { NULL, 0 };
        filename_make(&b, round & 1 ? any : none, round & 1 ? span_of("/") : any);
        assert_in_range(b.n, 1, FILENAME_MOST);
        assert_true(utf8_valid(buffer_span(&b)));
        for (size_t i = 0; i < b.n; i++)
            assert_true((unsigned char)b.p[i] >= ' ' && b.p[i] != 0x7F && b.p[i] != '/' &&
                        b.p[i] != '\\');
        assert_null(strchr(".-~ ", b.p[0]));
        buffer_fini(&b);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_what_a_person_would_expect),
        cmocka_unit_test(tricks_do_not_work),
        cmocka_unit_test(a_long_name_is_cut_and_told_apart),
        cmocka_unit_test(a_number_goes_before_the_extension),
        cmocka_unit_test(no_memory_shows_in_the_buffer),
        cmocka_unit_test(any_bytes_make_a_safe_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
