// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "web/url_canonical.h"

static void becomes(const char *text, const char *want)
{
    struct url u;
    assert_int_equal(url_parse(&u, span_of(text), NULL, NULL), 0);
    for (int twice = 0; twice < 2; twice++) {
        url_canonical(&u);
        assert_string_equal(u.href, want);
        assert_int_equal(u.length, strlen(want));
    }
    struct url again;
    assert_int_equal(url_parse(&again, span_of(want), NULL, NULL), 0);
    assert_int_equal(again.path, u.path);
    assert_int_equal(again.query, u.query);
    assert_int_equal(again.fragment, u.fragment);
    assert_int_equal(again.host, u.host);
    url_fini(&again);
    url_fini(&u);
}

static void what_cannot_matter_is_made_equal(void **state)
{
    (void)state;
    becomes("HTTP://User:pw@EXAMPLE.org:80/a/../b#f", "http://example.org/b");
    becomes("http://a.example/%7euser/%41%2d%5f%2E?%7e=%61#x", "http://a.example/~user/A-_.?~=a");
    becomes("http://a.example/%c3%a9%2f?%3d", "http://a.example/%C3%A9%2F?%3D");
    becomes("http://a.example/\xc3\xa9 '?'", "http://a.example/%C3%A9%20'?%27");
    becomes("http://a.example", "http://a.example/");
}

static void what_may_matter_is_left_alone(void **state)
{
    (void)state;
    becomes("http://a.example/x?", "http://a.example/x?");
    becomes("http://a.example//x//index.html?b=2&a=1&a=1",
            "http://a.example//x//index.html?b=2&a=1&a=1");
    becomes("https://www.a.example./X", "https://www.a.example./X");
    becomes("http://a.example/%2525", "http://a.example/%2525");
    // Undoing what is behind a '%' that is no escape would make a new one.
    becomes("http://a.example/%%34%31?%61", "http://a.example/%%34%31?%61");
    becomes("http://a.example/%41?%6", "http://a.example/%41?%6");
}

static void check_case(const json_t *one)
{
    struct url u;
    struct span base_text = cases_span(one, "base");
    struct url base = { 0 };
    if (base_text.p && url_parse(&base, base_text, NULL, NULL) < 0)
        return;
    if (url_parse(&u, cases_span(one, "input"), base.href ? &base : NULL, NULL) == 0) {
        struct buffer want = { 0 };
        url_canonical(&u);
        buffer_add(&want, u.href, u.length);
        becomes(u.href, buffer_string(&want));
        buffer_fini(&want);
        url_fini(&u);
    }
    url_fini(&base);
}

static void every_case_of_the_standard_stays_as_it_has_become(void **state)
{
    (void)state;
    assert_int_equal(cases_each("url.jsonl", check_case), 533);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_matter_is_made_equal),
        cmocka_unit_test(what_may_matter_is_left_alone),
        cmocka_unit_test(every_case_of_the_standard_stays_as_it_has_become),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
