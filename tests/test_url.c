// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "faults.h"
#include "web/url.h"
#include "web/url_build.h"
#include <errno.h>
#include <stdlib.h>

static void says(struct span got, const char *want, const char *id)
{
    if (!span_is(got, want))
        fail_msg("%s: got \"%.*s\", want \"%s\"", id, (int)got.n, got.p, want);
}

// Without its '?' or '#' when nothing follows, as the standard's getters have it.
static struct span getter(struct span part)
{
    return part.n == 1 ? (struct span){ part.p, 0 } : part;
}

static void check_parts(const struct url *u, const json_t *one, const char *id)
{
    struct span host_port = url_host_port(u), host = url_host(u);
    struct span port = { host.p + host.n, host_port.n - host.n };
    if (port.n)
        port = (struct span){ port.p + 1, port.n - 1 };
    says(url_href(u), cases_text(one, "href"), id);
    says(url_part(u, 0, u->fragment), cases_text(one, "href_nofrag"), id);
    says(host_port, cases_text(one, "host"), id);
    says(host, cases_text(one, "hostname"), id);
    says(port, cases_text(one, "port"), id);
    says(url_path(u), cases_text(one, "pathname"), id);
    says(getter(url_query(u)), cases_text(one, "search"), id);
    says(getter(url_fragment(u)), cases_text(one, "hash"), id);
    assert_int_equal(url_has_userinfo(u), cases_flag(one, "has_userinfo"));
    assert_int_equal(strlen(u->href), u->length);
}

static void check_case(const json_t *one)
{
    const char *id = cases_text(one, "id"), *kind = cases_text(one, "kind");
    struct url base = { 0 }, u;
    enum url_error why;
    struct span base_text = cases_span(one, "base");
    if (cases_flag(one, "volatile"))
        return;
    // A base of another scheme cannot help an http URL; what it could complete is not ours either.
    int rc = base_text.p ? url_parse(&base, base_text, NULL, &why) : 0;
    if (rc != -EINVAL)
        rc = url_parse(&u, cases_span(one, "input"), base.href ? &base : NULL, &why);
    if (strcmp(kind, "ok") == 0) {
        if (rc < 0)
            fail_msg("%s: got error %d (%s), want %s", id, rc, url_error_text(why),
                     cases_text(one, "href"));
        check_parts(&u, one, id);
        url_fini(&u);
    } else if (rc == 0 || (strcmp(kind, "fail_http") == 0 && !base_text.p && rc != -EINVAL)) {
        fail_msg("%s: got %d %s, want failure", id, rc, rc == 0 ? u.href : "");
    }
    url_fini(&base);
}

static void every_case_of_the_standard_agrees(void **state)
{
    (void)state;
    assert_int_equal(cases_each("url.jsonl", check_case), 533);
}

static void check_domain(const json_t *one)
{
    struct span ascii = cases_span(one, "ascii");
    struct buffer input = { 0 };
    struct url u;
    buffer_add_string(&input, "https://");
    struct span host = cases_span(one, "host");
    buffer_add(&input, host.p, host.n);
    buffer_add_string(&input, "/x");
    int rc = url_parse(&u, buffer_span(&input), NULL, NULL);
    buffer_fini(&input);
    if ((rc == 0) != (ascii.p != NULL))
        fail_msg("%s: got %d, want %s", cases_text(one, "id"), rc, ascii.p ? ascii.p : "failure");
    if (rc < 0)
        return;
    says(url_host(&u), ascii.p, cases_text(one, "id"));
    url_fini(&u);
}

static void every_domain_to_ascii_case_agrees(void **state)
{
    (void)state;
    assert_int_equal(cases_each("url_idna.jsonl", check_domain), 87);
}

// RFC 5892 appendix A.1: a joiner between letters that join, with marks that do not count between.
static void a_joiner_may_stand_where_it_joins(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int result;
    } of[] = {
        { "https://\u0646\u064B\u200C\u064B\u0627/", 0 },
        { "https://\u0627\u200C\u0627/", -EINVAL },
        { "https://\u0646\u064B\u200C\u064B/", -EINVAL },
        { "https://a\u200Cb/", -EINVAL },
        { "https://xn--\u0646/", -EINVAL },
    };
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct url u;
        int result = url_parse(&u, span_of(of[i].host), NULL, NULL);
        if (result != of[i].result)
            fail_msg("%s: %d", of[i].host, result);
        if (result == 0)
            url_fini(&u);
    }
}

static void same_url(const struct url *a, const struct url *b)
{
    assert_string_equal(a->href, b->href);
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->username, b->username);
    assert_int_equal(a->username_end, b->username_end);
    assert_int_equal(a->host, b->host);
    assert_int_equal(a->host_end, b->host_end);
    assert_int_equal(a->path, b->path);
    assert_int_equal(a->query, b->query);
    assert_int_equal(a->fragment, b->fragment);
    assert_int_equal(a->port, b->port);
    assert_int_equal(a->https, b->https);
    assert_int_equal(a->host_kind, b->host_kind);
    assert_true(address_equal(&a->address, &b->address));
}

// Of the pieces that decide which way the parser goes, every combination.
static void the_fast_way_and_the_general_one_agree(void **state)
{
    (void)state;
    static const char *const piece[4][20] = {
        { "http:", "https:", "HTTP:", "http:/", "x:", "//" },
        { "//a.b", "//a", "//1.b", "//a.1", "//a.0x1", "//A.b", "//a..b.", "//a_b-c.d:81", "//a:80",
          "//a:443", "//a:", "//a:0", "//a:065", "//a:65536", "//u@a", "//", "///a", "//[::1]" },
        { "", "/", "/a/b.html", "/..a/.b", "/a/../b", "/a/./b", "/a/.", "/a/..", "/a/%2e",
          "/%2E%2e/b", "/.%2e", "/%2ex", "/a b", "/a\\b", "/a^|{`", "/...", "/a%zz",
          "/\xC3\xA9\xFF", "//" },
        { "", "?", "?q=1&r='", "?a b#f", "#", "#f`^", "#a#b?c", "?x?y", "\t" },
    };
    unsigned fast = 0;
    for (unsigned n = 0; n < 20 * 20 * 20 * 20; n++) {
        const char *a = piece[0][n % 20], *b = piece[1][n / 20 % 20], *c = piece[2][n / 400 % 20],
                   *d = piece[3][n / 8000];
        if (!a || !b || !c || !d)
            continue;
        char text[128];
        snprintf(text, sizeof text, "%s%s%s%s", a, b, c, d);
        struct url u, v;
        enum url_error why;
        int rc = url_parse(&u, span_of(text), NULL, &why);
        size_t length = strlen(text) - (*d == '\t');
        int general = url_build(&v, (struct span){ text, length }, NULL, &why);
        assert_int_equal(rc, general);
        if (rc < 0)
            continue;
        same_url(&u, &v);
        fast++;
        url_fini(&u);
        url_fini(&v);
    }
    assert_in_range(fast, 10000, 100000);
}

static void parsing_an_href_again_changes_nothing(void **state)
{
    (void)state;
    static const char *const inputs[] = {
        "http://u:p@EXAMPLE.com:0080/a/../b c?d'e#f g",
        "https://[::FFFF:1.2.3.4]:8443",
        "http://0x7f.1",
        "https://m\xC3\xBCnster.de/\xFF?\xFF#\xFF",
        "http://a/%zz%41%2F?%zz",
        "http://:@a:/?",
    };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct url u, v;
        assert_int_equal(url_parse(&u, span_of(inputs[i]), NULL, NULL), 0);
        assert_int_equal(url_parse(&v, url_href(&u), NULL, NULL), 0);
        same_url(&u, &v);
        url_fini(&u);
        url_fini(&v);
    }
}

static void parts_of(const char *input, struct url *u)
{
    assert_int_equal(url_parse(u, span_of(input), NULL, NULL), 0);
}

static void the_accessors_point_at_the_parts(void **state)
{
    (void)state;
    struct url u;
    parts_of("https://us%40er:pa%3Ass@[2001:DB8::1]:8080/p?q#f", &u);
    says(url_host(&u), "[2001:db8::1]", "host");
    says(url_host_bare(&u), "2001:db8::1", "bare");
    says(url_host_port(&u), "[2001:db8::1]:8080", "host and port");
    says(url_path_query(&u), "/p?q", "target");
    says(url_username(&u), "us%40er", "user");
    says(url_password(&u), "pa%3Ass", "password");
    assert_int_equal(u.port, 8080);
    assert_true(u.https);
    assert_int_equal(u.host_kind, URL_IPV6);
    assert_int_equal(u.address.family, 6);
    struct buffer b = { 0 };
    url_username_decoded(&u, &b);
    buffer_add_byte(&b, '|');
    url_password_decoded(&u, &b);
    buffer_add_byte(&b, '|');
    url_origin(&u, &b);
    buffer_add_byte(&b, '|');
    url_request_form(&u, &b);
    says(buffer_span(&b), "us@er|pa:ss|https://[2001:db8::1]:8080|https://[2001:db8::1]:8080/p?q",
         "all");
    buffer_fini(&b);
    url_fini(&u);
    assert_null(u.href);
}

static void a_user_without_password_and_a_password_without_user_are_kept(void **state)
{
    (void)state;
    struct url u;
    parts_of("http://user@h/", &u);
    says(url_username(&u), "user", "user");
    assert_int_equal(url_password(&u).n, 0);
    url_fini(&u);
    parts_of("http://:secret@h/", &u);
    assert_int_equal(url_username(&u).n, 0);
    says(url_password(&u), "secret", "password");
    says(url_href(&u), "http://:secret@h/", "href");
    url_fini(&u);
}

static void stripping_leaves_the_request_form(void **state)
{
    (void)state;
    static const char *const inputs[] = { "http://u:p@h:81/a?b#c", "http://h/", "http://u@h/#",
                                          "http://:p@1.2.3.4?x" };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct url u, again, copy;
        struct buffer b = { 0 };
        parts_of(inputs[i], &u);
        url_request_form(&u, &b);
        assert_int_equal(url_copy(&copy, &u), 0);
        url_strip(&copy);
        assert_true(span_equal(url_href(&copy), buffer_span(&b)));
        assert_int_equal(url_parse(&again, buffer_span(&b), NULL, NULL), 0);
        same_url(&copy, &again);
        assert_false(url_has_userinfo(&copy));
        assert_int_equal(url_fragment(&copy).n, 0);
        buffer_fini(&b);
        url_fini(&u);
        url_fini(&copy);
        url_fini(&again);
    }
}

static void origins_are_scheme_host_and_port(void **state)
{
    (void)state;
    struct url a, b, c, d;
    parts_of("http://H/x", &a);
    parts_of("http://u@h:80/y", &b);
    parts_of("https://h/", &c);
    parts_of("http://h:443/", &d);
    assert_true(url_same_origin(&a, &b));
    assert_false(url_same_origin(&a, &c));
    assert_false(url_same_origin(&c, &d));
    url_fini(&a);
    url_fini(&b);
    url_fini(&c);
    url_fini(&d);
}

static void errors_say_which(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        int rc;
        enum url_error why;
    } wrong[] = {
        { "", -EINVAL, URL_RELATIVE },
        { "example.com/x", -EINVAL, URL_RELATIVE },
        { "//example.com", -EINVAL, URL_RELATIVE },
        { "ftp://h/", -EPROTONOSUPPORT, URL_OTHER_SCHEME },
        { "localhost:80", -EPROTONOSUPPORT, URL_OTHER_SCHEME },
        { "javascript:alert(1)", -EPROTONOSUPPORT, URL_OTHER_SCHEME },
        { "httpx://h/", -EPROTONOSUPPORT, URL_OTHER_SCHEME },
        { "http://", -EINVAL, URL_NO_HOST },
        { "http://u@/", -EINVAL, URL_NO_HOST },
        { "http://\xC2\xAD/", -EINVAL, URL_NO_HOST },
        { "http://a b/", -EINVAL, URL_BAD_HOST },
        { "http://a%00b/", -EINVAL, URL_BAD_HOST },
        { "http://a%ff/", -EINVAL, URL_BAD_PERCENT },
        { "http://\xEF\xBF\xBD/", -EINVAL, URL_BAD_IDNA },
        { "http://\xFF/", -EINVAL, URL_BAD_IDNA },
        { "http://1.2.3.4.5/", -EINVAL, URL_BAD_IPV4 },
        { "http://a.256/", -EINVAL, URL_BAD_IPV4 },
        { "http://[::1/", -EINVAL, URL_BAD_IPV6 },
        { "http://[fe80::1%25eth0]/", -EINVAL, URL_BAD_IPV6 },
        { "http://[1.2.3.4]/", -EINVAL, URL_BAD_IPV6 },
        { "http://h:x/", -EINVAL, URL_BAD_PORT },
        { "http://h:65536/", -EINVAL, URL_BAD_PORT },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct url u = { .port = 7 };
        enum url_error why = URL_FINE;
        int rc = url_parse(&u, span_of(wrong[i].input), NULL, &why);
        if (rc != wrong[i].rc || why != wrong[i].why)
            fail_msg("%s: got %d %d, want %d %d", wrong[i].input, rc, why, wrong[i].rc,
                     wrong[i].why);
        assert_int_equal(u.port, 7);
        assert_null(u.href);
        assert_true(strlen(url_error_text(why)) > 10);
    }
}

static void a_url_of_the_longest_size_is_taken_and_one_byte_more_is_not(void **state)
{
    (void)state;
    char *text = malloc(URL_MAX + 2);
    struct url u;
    enum url_error why;
    assert_non_null(text);
    memset(text, 'a', URL_MAX + 2);
    memcpy(text, "http://h/", 9);
    for (int general = 0; general < 2; general++) {
        assert_int_equal(url_parse(&u, (struct span){ text, URL_MAX }, NULL, &why), 0);
        assert_int_equal(u.length, URL_MAX);
        assert_int_equal(u.fragment, URL_MAX);
        url_fini(&u);
        assert_int_equal(url_parse(&u, (struct span){ text, URL_MAX + 1 }, NULL, &why), -E2BIG);
        assert_int_equal(why, URL_TOO_LONG);
        text[0] = 'H';
    }
    text[100] = ' '; // grows by two when it is written out
    assert_int_equal(url_parse(&u, (struct span){ text, URL_MAX }, NULL, &why), -E2BIG);
    memcpy(text, "http://h?", 9); // grows by the slash
    text[100] = 'a';
    assert_int_equal(url_parse(&u, (struct span){ text, URL_MAX }, NULL, &why), -E2BIG);
    assert_int_equal(url_parse(&u, (struct span){ text, URL_MAX - 1 }, NULL, &why), 0);
    assert_int_equal(u.length, URL_MAX);
    url_fini(&u);
    memset(text, 0xFF, URL_MAX);
    memcpy(text, "http://h/", 9);
    assert_int_equal(url_parse(&u, (struct span){ text, URL_MAX }, NULL, &why), -E2BIG);
    free(text);
}

static void a_huge_host_is_refused_quickly(void **state)
{
    (void)state;
    struct buffer b = { 0 };
    struct url u;
    buffer_add_string(&b, "http://");
    for (unsigned i = 0; i < 20000; i++)
        buffer_add(&b, "\xE4\xBD\xA0", 3);
    assert_int_equal(url_parse(&u, buffer_span(&b), NULL, NULL), -EINVAL);
    buffer_fini(&b);
}

static void no_memory_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    static const char *const inputs[] = { "http://h/", "http://H/a b", "http://u:p@b\xC3\xBC.de/\t",
                                          "http://xn--bcher-kva.\xC3\xBC%41/" };
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        for (unsigned nth = 1;; nth++) {
            struct url u;
            enum url_error why;
            faults_fail_allocation(nth);
            int rc = url_parse(&u, span_of(inputs[i]), NULL, &why);
            bool through = faults_pending();
            faults_fail_allocation(0);
            if (rc == 0)
                url_fini(&u);
            if (through) {
                assert_int_equal(rc, 0);
                break;
            }
            assert_int_equal(rc, -ENOMEM);
            assert_int_equal(why, URL_NO_MEMORY);
        }
    }
}

// Bytes picked by a fixed generator; what comes out must be its own normal form and stay inside its
// bounds.
static void any_bytes_are_parsed_or_refused(void **state)
{
    (void)state;
    static const char alphabet[] = "htps:/\\?#@[]%.0123xXaAzZ-_ \t\n\xC3\xA9\xE2\x80\xFF|^\0";
    uint32_t seed = 1;
    struct url base;
    parts_of("http://u:p@base:81/d/e?f#g", &base);
    for (unsigned round = 0; round < 200000; round++) {
        char text[48];
        size_t n = 0, fixed = round % 3 == 0 ? 0 : 7;
        memcpy(text, "http://", fixed);
        for (n = fixed; n < fixed + round % 40; n++) {
            seed = seed * 1664525 + 1013904223;
            text[n] = alphabet[(seed >> 16) % sizeof alphabet];
        }
        struct url u, v;
        char *exact = malloc(n + 1); // so that a sanitizer sees a read beyond the span
        assert_non_null(exact);
        memcpy(exact, text, n);
        if (url_parse(&u, (struct span){ exact, n }, round & 1 ? &base : NULL, NULL) == 0) {
            assert_int_equal(url_parse(&v, url_href(&u), NULL, NULL), 0);
            same_url(&u, &v);
            url_fini(&u);
            url_fini(&v);
        }
        free(exact);
    }
    url_fini(&base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_standard_agrees),
        cmocka_unit_test(every_domain_to_ascii_case_agrees),
        cmocka_unit_test(a_joiner_may_stand_where_it_joins),
        cmocka_unit_test(the_fast_way_and_the_general_one_agree),
        cmocka_unit_test(parsing_an_href_again_changes_nothing),
        cmocka_unit_test(the_accessors_point_at_the_parts),
        cmocka_unit_test(a_user_without_password_and_a_password_without_user_are_kept),
        cmocka_unit_test(stripping_leaves_the_request_form),
        cmocka_unit_test(origins_are_scheme_host_and_port),
        cmocka_unit_test(errors_say_which),
        cmocka_unit_test(a_url_of_the_longest_size_is_taken_and_one_byte_more_is_not),
        cmocka_unit_test(a_huge_host_is_refused_quickly),
        cmocka_unit_test(no_memory_is_said_and_leaves_nothing),
        cmocka_unit_test(any_bytes_are_parsed_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
