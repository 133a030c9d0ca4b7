// SPDX-License-Identifier: MIT
// What a line becomes, and what of it may be shown.
#include "check.h"
#include "frontier/item.h"
#include "frontier/trust.h"
#include "output/record.h"
#include "sys/clock.h"
#include "visit/outcome.h"
#include <errno.h>

static struct item *make(const char *url)
{
    struct item *i;
    assert_int_equal(item_new(&i, span_of(url), 7, NULL), 0);
    return i;
}

static void check_given(const char *url, const char *given, const char *credentials)
{
    struct item *i = make(url);
    struct buffer b = { 0 };
    buffer_add(&b, item_given(i).p, item_given(i).n);
    assert_string_equal(buffer_string(&b), given);
    if (credentials)
        assert_string_equal(i->credentials, credentials);
    else
        assert_null(i->credentials);
    assert_false(url_has_userinfo(&i->url));
    buffer_fini(&b);
    item_free(i);
}

static void a_url_is_recorded_as_given_but_without_its_password(void **state)
{
    (void)state;
    check_given("http://example.com/", "http://example.com/", NULL);
    check_given("HTTP://Example.com", "HTTP://Example.com", NULL);
    check_given("http://u:p@example.com/x", "http://example.com/x", "u:p");
    check_given("http://u%40h:p%3aq@example.com/x@y", "http://example.com/x@y", "u@h:p:q");
    check_given("http:\\\\u:p@example.com/", "http:\\\\example.com/", "u:p");
    check_given("http:u:p@example.com/", "http:example.com/", "u:p");
    check_given("http://a@b:c@example.com/", "http://example.com/", "a@b:c");
    check_given("ht\ttp:/\n/u:p@example.com/", "ht\ttp:/\n/example.com/", "u:p");
}

static void a_line_that_is_no_url_is_shown_without_its_password_too(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    item_redact(span_of("http://user:secret@exa mple/"), &b);
    assert_string_equal(buffer_string(&b), "http://exa mple/");
    buffer_clear(&b);
    item_redact(span_of("ftp://user:secret@host/a@b"), &b);
    assert_string_equal(buffer_string(&b), "ftp://host/a@b");
    buffer_clear(&b);
    item_redact((struct span){ "http://u:p\0q@h", 15 }, &b);
    assert_string_equal(buffer_string(&b), "http://h");
    buffer_clear(&b);
    item_redact(span_of("no url at all"), &b);
    assert_string_equal(buffer_string(&b), "no url at all");
    buffer_fini(&b);
}

static void bad_lines_say_why(void **state)
{
    (void)state;
    struct item *i;
    enum url_error why = URL_FINE;
    assert_int_equal(item_new(&i, span_of("ftp://example.com/"), 1, &why), -EPROTONOSUPPORT);
    assert_int_equal(item_new(&i, span_of("http://[::1"), 1, &why), -EINVAL);
    assert_int_equal(why, URL_BAD_IPV6);
}

static void a_record_of_redirects_tells_every_hop(void **state)
{
    (void)state;
    struct item *i = make("http://a.test/1");
    struct url target;
    struct buffer out = { 0 };
    struct json_time time = { 0 };
    assert_int_equal(url_parse(&target, span_of("/2"), &i->url, NULL), 0);
    assert_int_equal(item_redirect(i, 301, &target), 0);
    assert_int_equal(url_parse(&target, span_of("http://b.test/3"), &i->url, NULL), 0);
    assert_int_equal(item_redirect(i, 302, &target), 0);
    struct ending e = { .error = FETCH_TOO_MANY_REDIRECTS, .message = span_of("why") };
    record_write(&out, i, &e, &time);
    const char *text = buffer_string(&out);
    assert_non_null(strstr(
        text, "{\"url\":\"http://a.test/1\",\"line\":7,\"url_effective\":\"http://b.test/3\""));
    assert_non_null(strstr(text, "\"error\":\"too-many-redirects\",\"errormsg\":\"why\""));
    assert_non_null(strstr(text, "\"redirects\":[{\"url\":\"http://a.test/1\",\"status\":301},"
                                 "{\"url\":\"http://a.test/2\",\"status\":302}]"));
    assert_int_equal(text[out.n - 1], '\n');
    buffer_fini(&out);
    item_free(i);
}

static void what_is_known_of_a_page_is_not_of_the_next_hop(void **state)
{
    (void)state;
    struct item *i;
    struct url target;
    assert_int_equal(item_new(&i, span_of("http://a/"), 1, NULL), 0);
    assert_null(item_known(i).p);
    assert_int_equal(item_keep_known(i, span_of("first")), 0);
    assert_int_equal(item_keep_known(i, span_of("second")), 0);
    assert_true(span_is(item_known(i), "second"));
    assert_int_equal(url_parse(&target, span_of("http://b/"), NULL, NULL), 0);
    assert_int_equal(item_redirect(i, 302, &target), 0);
    assert_null(item_known(i).p);
    assert_int_equal(item_keep_known(i, span_of("third")), 0);
    item_free(i);
}

static void trust_holds_what_was_added_and_nothing_else(void **state)
{
    (void)state;
    struct trust t = { 0 };
    for (uint64_t k = 0; k < 10000; k++)
        trust_add(&t, k * 0x9e3779b97f4a7c15u);
    for (uint64_t k = 0; k < 10000; k++)
        assert_true(trust_has(&t, k * 0x9e3779b97f4a7c15u));
    assert_false(trust_has(&t, 12345));
    trust_fini(&t);
    assert_false(trust_has(&t, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_recorded_as_given_but_without_its_password),
        cmocka_unit_test(a_line_that_is_no_url_is_shown_without_its_password_too),
        cmocka_unit_test(bad_lines_say_why),
        cmocka_unit_test(a_record_of_redirects_tells_every_hop),
        cmocka_unit_test(what_is_known_of_a_page_is_not_of_the_next_hop),
        cmocka_unit_test(trust_holds_what_was_added_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
