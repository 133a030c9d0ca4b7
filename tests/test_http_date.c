// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "web/cookie_date.h"
#include "web/http_date.h"
#include <errno.h>
#include <stdlib.h>

// 2025-01-01, when two digits are read.
enum { NOW = 1735689600 };

static unsigned agreed, others;

// The cases whose answer is about the system that the list was made on: a time_t of 32 bits, and a
// -1 that meant failure there.
static bool answer_is_not_about_dates(struct span input)
{
    return span_is(input, "Sun, 06 Nov 2044 08:49:37 GMT") ||
           span_is(input, "Thu, 31-Dec-1969 23:59:59 GMT");
}

static void check_case(const json_t *one)
{
    const json_t *want = json_object_get(one, "epoch");
    const char *form = cases_text(one, "form"), *id = cases_text(one, "id");
    struct span input = cases_span(one, "input");
    int64_t got = 0;
    if (answer_is_not_about_dates(input))
        return;
    bool cookie = strncmp(form, "cookie", 6) == 0;
    int rc = cookie ? cookie_date_parse(input, &got) : http_date_parse(input, NOW, &got);
    bool same = json_is_integer(want) ? rc == 0 && got == json_integer_value(want) : rc == -EINVAL;
    if (!same && getenv("VERBOSE"))
        print_message("%s %.*s: got %d %lld\n", id, (int)input.n, input.p, rc, (long long)got);
    if (!same && strcmp(cases_text(one, "tier"), "A") == 0)
        fail_msg("%s: got %d %lld", id, rc, (long long)got);
    agreed += same;
    others += !same;
}

static void every_case_agrees(void **state)
{
    (void)state;
    agreed = others = 0;
    assert_int_equal(cases_each("http_dates.jsonl", check_case), 249);
    assert_int_equal(others, 0);
    assert_int_equal(agreed, 247);
}

static void a_year_beyond_32_bits_is_a_year(void **state)
{
    (void)state;
    int64_t t;
    assert_int_equal(http_date_parse(span_of("Sun, 06 Nov 2044 08:49:37 GMT"), NOW, &t), 0);
    assert_int_equal(t, INT64_C(2362034977));
    assert_int_equal(http_date_parse(span_of("Thu, 31-Dec-1969 23:59:59 GMT"), NOW, &t), 0);
    assert_int_equal(t, -1);
}

static void two_digits_are_at_most_fifty_years_ahead(void **state)
{
    (void)state;
    int64_t t;
    char text[HTTP_DATE_ROOM];
    assert_int_equal(http_date_parse(span_of("Sunday, 06-Nov-75 08:49:37 GMT"), NOW, &t), 0);
    http_date_text(t, text);
    assert_string_equal(text, "Wed, 06 Nov 2075 08:49:37 GMT");
    assert_int_equal(http_date_parse(span_of("Sunday, 06-Nov-76 08:49:37 GMT"), NOW, &t), 0);
    http_date_text(t, text);
    assert_string_equal(text, "Sat, 06 Nov 1976 08:49:37 GMT");
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (unsigned i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        int64_t t = (int64_t)seed * 50 - 11600000000, got;
        char text[HTTP_DATE_ROOM];
        http_date_text(t, text);
        assert_int_equal(strlen(text), 29);
        assert_int_equal(http_date_parse(span_of(text), NOW, &got), 0);
        assert_int_equal(got, t);
        assert_int_equal(cookie_date_parse(span_of(text), &got), 0);
        assert_int_equal(got, t);
    }
}

static void any_bytes_are_a_date_or_not(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789:-+ ,SunNovGMTZ\xFF\0";
    uint32_t seed = 5;
    for (unsigned round = 0; round < 100000; round++) {
        size_t n = round % 40;
        char *exact = malloc(n + 1);
        int64_t t = 77;
        assert_non_null(exact);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            exact[i] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        if (http_date_parse((struct span){ exact, n }, NOW, &t) < 0)
            assert_int_equal(t, 77);
        t = 77;
        if (cookie_date_parse((struct span){ exact, n }, &t) < 0)
            assert_int_equal(t, 77);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_agrees),
        cmocka_unit_test(a_year_beyond_32_bits_is_a_year),
        cmocka_unit_test(two_digits_are_at_most_fifty_years_ahead),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(any_bytes_are_a_date_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
