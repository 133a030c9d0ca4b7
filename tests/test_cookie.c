// SPDX-License-Identifier: MIT
#include "check.h"
#include "cookie/cookie.h"
#include <errno.h>

enum { NOW = 1000000 };

static struct cookie_said parse(const char *text)
{
    struct cookie_said c;
    if (cookie_parse(&c, span_of(text), NOW) < 0)
        fail_msg("is no cookie: %s", text);
    return c;
}

static void is(struct span got, const char *want)
{
    if (!span_is(got, want))
        fail_msg("got \"%.*s\", want \"%s\"", (int)got.n, got.p, want);
}

static void refused(const char *text)
{
    struct cookie_said c;
    assert_int_equal(cookie_parse(&c, span_of(text), NOW), -EINVAL);
}

static void a_pair_and_its_attributes(void **state)
{
    (void)state;
    struct cookie_said c =
        parse(" SID = 31d4d96e407aad42 ; Path=/ ;Domain=.Example.com; SECURE;HttpOnly;x;y=z");
    is(c.name, "SID");
    is(c.value, "31d4d96e407aad42");
    is(c.path, "/");
    is(c.domain, "Example.com");
    assert_true(c.secure && c.http_only && !c.has_expiry);
    c = parse("a=b=c");
    is(c.value, "b=c");
    assert_null(c.domain.p);
    assert_null(c.path.p);
    c = parse("a=");
    is(c.value, "");
    c = parse("a=\"b c\"");
    is(c.value, "\"b c\"");
}

static void the_last_of_a_name_counts(void **state)
{
    (void)state;
    struct cookie_said c = parse("a=b; path=/x; path=y; domain=q; domain=");
    assert_null(c.path.p);
    assert_null(c.domain.p);
    is(parse("a=b; path=y; path=/x").path, "/x");
}

static void what_is_no_cookie_is_refused(void **state)
{
    (void)state;
    refused("");
    refused("ab");
    refused("=b");
    refused("; a=b");
    refused("a=b\x01");
    refused("a=b; path=/\x7f");
    char large[COOKIE_PAIR_MOST + 3];
    memset(large, 'x', sizeof large);
    large[1] = '=';
    large[sizeof large - 1] = '\0';
    refused(large);
    large[sizeof large - 2] = '\0';
    parse(large);
}

static void ages_and_dates(void **state)
{
    (void)state;
    assert_int_equal(parse("a=b; max-age=10").expires, NOW + 10);
    assert_true(parse("a=b; max-age=0").expires < NOW);
    assert_true(parse("a=b; max-age=-1").expires < NOW);
    assert_false(parse("a=b; max-age=1x").has_expiry);
    assert_false(parse("a=b; max-age=").has_expiry);
    assert_false(parse("a=b; max-age=-").has_expiry);
    assert_int_equal(parse("a=b; max-age=99999999999999999999999").expires, NOW + COOKIE_AGE_MOST);
    assert_int_equal(parse("a=b; expires=Thu, 01 Jan 1970 00:00:05 GMT").expires, 5);
    assert_false(parse("a=b; expires=soon").has_expiry);
    // Max-Age goes before Expires, wherever it stands (RFC 6265 section 5.3, step 3).
    assert_int_equal(parse("a=b; max-age=10; expires=Thu, 01 Jan 1970 00:00:05 GMT").expires,
                     NOW + 10);
    assert_int_equal(parse("a=b; expires=Thu, 01 Jan 1970 00:00:05 GMT; max-age=10").expires,
                     NOW + 10);
    assert_int_equal(parse("a=b; expires=Fri, 31 Dec 9999 23:59:59 GMT").expires,
                     NOW + COOKIE_AGE_MOST);
}

static void an_attribute_that_is_too_long_is_passed_over(void **state)
{
    (void)state;
    char large[COOKIE_ATTRIBUTE_MOST + 20] = "a=b; path=/";
    memset(large + 11, 'x', COOKIE_ATTRIBUTE_MOST - 1);
    assert_int_equal(parse(large).path.n, COOKIE_ATTRIBUTE_MOST);
    large[11 + COOKIE_ATTRIBUTE_MOST - 1] = 'x';
    assert_int_equal(parse(large).path.n, 0);
}

static void default_paths(void **state)
{
    (void)state;
    is(cookie_default_path(span_of("/")), "/");
    is(cookie_default_path(span_of("/a")), "/");
    is(cookie_default_path(span_of("/a/")), "/a");
    is(cookie_default_path(span_of("/a/b/c")), "/a/b");
    is(cookie_default_path(span_of("")), "/");
}

static void paths_match_at_a_slash(void **state)
{
    (void)state;
    assert_true(cookie_path_matches(span_of("/a/b"), span_of("/")));
    assert_true(cookie_path_matches(span_of("/a/b"), span_of("/a")));
    assert_true(cookie_path_matches(span_of("/a/b"), span_of("/a/")));
    assert_true(cookie_path_matches(span_of("/a"), span_of("/a")));
    assert_false(cookie_path_matches(span_of("/ab"), span_of("/a")));
    assert_false(cookie_path_matches(span_of("/a"), span_of("/a/")));
}

static void domains_match_at_a_dot(void **state)
{
    (void)state;
    assert_true(cookie_domain_matches(span_of("a.example"), span_of("a.example")));
    assert_true(cookie_domain_matches(span_of("x.a.example"), span_of("a.example")));
    assert_false(cookie_domain_matches(span_of("xa.example"), span_of("a.example")));
    assert_false(cookie_domain_matches(span_of("a.example"), span_of("x.a.example")));
    assert_true(cookie_domain_matches(span_of("1.2.3.4"), span_of("1.2.3.4")));
    assert_false(cookie_domain_matches(span_of("1.2.3.4"), span_of("3.4")));
    assert_false(cookie_domain_matches(span_of("[1::2]"), span_of("2]")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pair_and_its_attributes),
        cmocka_unit_test(the_last_of_a_name_counts),
        cmocka_unit_test(what_is_no_cookie_is_refused),
        cmocka_unit_test(ages_and_dates),
        cmocka_unit_test(an_attribute_that_is_too_long_is_passed_over),
        cmocka_unit_test(default_paths),
        cmocka_unit_test(paths_match_at_a_slash),
        cmocka_unit_test(domains_match_at_a_dot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
