// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "web/file_path.h"
#include "web/filename.h"
#include "web/url.h"
#include <stdlib.h>

static char *file_path_of(const char *text)
{
    struct url u;
    struct buffer out = { 0 };
    assert_int_equal(url_parse(&u, span_of(text), NULL, NULL), 0);
    file_path_make(&out, &u);
    url_fini(&u);
    assert_non_null(buffer_string(&out));
    return out.p;
}

static void the_path_is_that_of_the_url(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "http://example.org", "example.org/index.html" },
        { "https://example.org:443/", "example.org/index.html" },
        { "http://Example.org:8080/a/b.txt", "example.org@8080/a/b.txt" },
        { "http://u:p@example.org/a/?b=c#d", "example.org/a/index@b=c.html" },
        { "http://example.org/a.php?x=/../y", "example.org/a@x=_.._y.php" },
        { "http://[::1]:80/x", "[__1]/x" },
        { "http://[2001:db8::1]:81/x", "[2001_db8__1]@81/x" },
        { "http://ex\xC3\xA4mple.org/\xE2\x82\xAC/%E2%82%AC",
          "xn--exmple-cua.org/\xE2\x82\xAC/\xE2\x82\xAC" },
        { "http://h/../../a", "h/a" },
        { "http://h/%2e%2e/%2E./a", "h/a" },
        { "http://h/..%2f..%2fa", "h/___.._a" },
        { "http://h/.ssh/.x", "h/_ssh/_x" },
        { "http://h/-r/~/x", "h/_r/_/x" },
        { "http://h//a///b", "h/_/a/_/_/b" },
        { "http://h/a%00b/c%0Ad", "h/a_b/c_d" },
        { "http://h/a\\b", "h/a/b" },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = file_path_of(cases[i][0]);
        assert_string_equal(path, cases[i][1]);
        free(path);
    }
}

// `count` times "/N" and a name.
static char *file_path_deep(unsigned count, const char *part, const char *name)
{
    struct buffer url = { 0 };
    buffer_add_string(&url, "http://h");
    for (unsigned i = 0; i < count; i++)
        buffer_add_format(&url, "/%s", part);
    buffer_add_format(&url, "/%s", name);
    char *path = file_path_of(buffer_string(&url));
    buffer_fini(&url);
    return path;
}

static unsigned file_path_depth(const char *path)
{
    unsigned n = 0;
    size_t longest = 0;
    while (*path) {
        size_t length = strcspn(path, "/");
        longest = length > longest ? length : longest;
        path += length + (path[length] == '/');
        n++;
    }
    assert_true(longest <= FILENAME_MOST);
    return n;
}

static void deep_and_long_paths_are_bounded_and_differ(void **state)
{
    (void)state;
    static const char hundred[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    char *a = file_path_deep(5000, "d", "n"), *b = file_path_deep(5001, "d", "n");
    assert_int_equal(file_path_depth(a), FILE_PATH_DEPTH + 3);
    assert_string_not_equal(a, b);
    free(a);
    free(b);
    a = file_path_deep(500, hundred, "n");
    b = file_path_deep(499, hundred, "n");
    assert_true(strlen(a) < FILE_PATH_LENGTH + 4 * FILENAME_MOST);
    assert_string_not_equal(a, b);
    free(a);
    free(b);
}

static void without_memory_it_shows(void **state)
{
    (void)state;
    struct url u;
    assert_int_equal(url_parse(&u, span_of("http://example.org:81/a/b/c?d"), NULL, NULL), 0);
    unsigned nth = 1;
    for (bool met = true; met; nth++) {
        struct buffer out = { 0 };
        faults_fail_allocation(nth);
        file_path_make(&out, &u);
        met = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(out.failed, met);
        buffer_fini(&out);
    }
    assert_true(nth > 3);
    url_fini(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_is_that_of_the_url),
        cmocka_unit_test(deep_and_long_paths_are_bounded_and_differ),
        cmocka_unit_test(without_memory_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
