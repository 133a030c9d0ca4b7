// SPDX-License-Identifier: MIT
#include "check.h"
#include "discover/patterns.h"
#include "discover/scope.h"
#include "faults.h"
#include "web/domain.h"
#include <errno.h>

static struct scope *scope_of(const struct scope_settings *settings,
                              const struct domain_list *domains, const char *seed)
{
    char why[SCOPE_WHY] = "";
    struct scope *s;
    struct url u;
    assert_int_equal(scope_new(&s, settings, domains, why), 0);
    assert_int_equal(url_parse(&u, span_of(seed), NULL, NULL), 0);
    assert_int_equal(scope_add_seed(s, &u), 1);
    assert_int_equal(scope_add_seed(s, &u), 0);
    url_fini(&u);
    return s;
}

static enum left_out judge(struct scope *s, const char *text, unsigned depth, bool nofollow)
{
    struct url u;
    assert_int_equal(url_parse(&u, span_of(text), NULL, NULL), 0);
    struct scope_link link = { &u, depth, nofollow, false };
    enum left_out why = scope_judge(s, &link);
    url_fini(&u);
    return why;
}

static void follows(struct scope *s, const char *text)
{
    assert_string_equal(left_out_word(judge(s, text, 1, false)), "");
}

static void leaves_out(struct scope *s, const char *text)
{
    assert_string_equal(left_out_word(judge(s, text, 1, false)), "scope");
}

static void a_host_is_its_name(void **state)
{
    (void)state;
    const struct scope_settings settings = { .reach = SCOPE_HOST };
    struct scope *s = scope_of(&settings, NULL, "http://www.a.example:8080/x/y");
    follows(s, "http://www.a.example/");
    follows(s, "https://www.a.example:1/x");
    leaves_out(s, "http://a.example/");
    leaves_out(s, "http://x.www.a.example/");
    leaves_out(s, "http://b.example/");
    scope_free(s);
}

static void a_domain_is_what_somebody_registered(void **state)
{
    (void)state;
    const struct scope_settings settings = { .reach = SCOPE_DOMAIN };
    struct domain_list *domains;
    assert_int_equal(domain_list_new(&domains), 0);
    struct scope *s = scope_of(&settings, domains, "http://www.shop.co.uk/");
    follows(s, "http://shop.co.uk/");
    follows(s, "https://a.b.shop.co.uk/");
    leaves_out(s, "http://other.co.uk/");
    leaves_out(s, "http://myshop.co.uk/");
    scope_free(s);
    domain_list_free(domains);
}

static void a_prefix_is_the_directory_of_a_seed(void **state)
{
    (void)state;
    const struct scope_settings settings = { .reach = SCOPE_PREFIX };
    struct scope *s = scope_of(&settings, NULL, "http://a.example/docs/v1/index.html?x=/y/");
    follows(s, "https://a.example/docs/v1/");
    follows(s, "http://a.example/docs/v1/a/b?c");
    leaves_out(s, "http://a.example/docs/v1");
    leaves_out(s, "http://a.example/docs/v10/");
    leaves_out(s, "http://a.example/?/docs/v1/");
    leaves_out(s, "http://a.example:81/docs/v1/");
    leaves_out(s, "http://b.example/docs/v1/");
    scope_free(s);
    s = scope_of(&settings, NULL, "http://a.example");
    follows(s, "http://a.example/x/y");
    scope_free(s);
}

static void listed_hosts_belong_to_it(void **state)
{
    (void)state;
    static const char *const hosts[] = { "CDN.example", ".b.example", NULL };
    const struct scope_settings settings = { .reach = SCOPE_HOST, .hosts = hosts };
    struct scope *s = scope_of(&settings, NULL, "http://a.example/");
    follows(s, "http://a.example/");
    follows(s, "http://cdn.example/");
    follows(s, "http://b.example/");
    follows(s, "http://x.y.b.example/");
    leaves_out(s, "http://x.cdn.example/");
    leaves_out(s, "http://bb.example/");
    scope_free(s);
    const struct scope_settings any = { .reach = SCOPE_ANY };
    s = scope_of(&any, NULL, "http://a.example/");
    follows(s, "http://z.example/");
    scope_free(s);
}

static void expressions_levels_and_nofollow_count(void **state)
{
    (void)state;
    static const char *const accept[] = { "\\.html$", "/$", NULL }, *const reject[] = { "secret",
                                                                                        NULL };
    const struct scope_settings settings = {
        .reach = SCOPE_ANY, .accept = accept, .reject = reject, .level = 2, .nofollow = true
    };
    struct scope *s = scope_of(&settings, NULL, "http://a.example/");
    assert_int_equal(judge(s, "http://a.example/x.html", 2, false), LEFT_OUT_NOT);
    assert_int_equal(judge(s, "http://a.example/x/", 1, false), LEFT_OUT_NOT);
    assert_int_equal(judge(s, "http://a.example/x.html", 3, false), LEFT_OUT_LEVEL);
    assert_int_equal(judge(s, "http://a.example/x.html", 1, true), LEFT_OUT_NOFOLLOW);
    assert_int_equal(judge(s, "http://a.example/x.png", 1, false), LEFT_OUT_ACCEPT_REGEX);
    assert_int_equal(judge(s, "http://a.example/secret/x.html", 1, false), LEFT_OUT_REJECT_REGEX);
    scope_free(s);
}

static void a_wrong_expression_is_refused_with_the_place(void **state)
{
    (void)state;
    static const char *const wrong[] = { "ok", "a(b", NULL };
    const struct scope_settings settings = { .reject = wrong };
    char why[SCOPE_WHY] = "";
    struct scope *s;
    assert_int_equal(scope_new(&s, &settings, NULL, why), -EINVAL);
    assert_string_equal(why, "--reject-regex: 'a(b' is no regular expression: missing closing "
                             "parenthesis at character 4");
}

// Backtracks for ever, nearly.
static void no_match_takes_long(void **state)
{
    (void)state;
    static const char *const costly[] = { "^http://(a+)+(a+)+(a+)+$", NULL };
    char why[PATTERNS_WHY];
    struct patterns *p;
    assert_int_equal(patterns_new(&p, costly, why), 0);
    assert_int_equal(
        patterns_find(
            p, span_of("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")),
        PATTERNS_TOO_COSTLY);
    assert_int_equal(patterns_find(p, span_of("http://aaa")), PATTERNS_YES);
    assert_int_equal(patterns_find(p, span_of("http://b")), PATTERNS_NO);
    patterns_free(p);
    assert_int_equal(patterns_find(NULL, span_of("x")), PATTERNS_NO);
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    static const char *const accept[] = { "a", NULL };
    const struct scope_settings settings = { .accept = accept };
    struct url u;
    assert_int_equal(url_parse(&u, span_of("http://a.example/"), NULL, NULL), 0);
    for (unsigned n = 1;; n++) {
        struct scope *s = NULL;
        char why[SCOPE_WHY];
        faults_fail_allocation(n);
        int r = scope_new(&s, &settings, NULL, why);
        if (r == 0)
            r = scope_add_seed(s, &u);
        bool met = !faults_pending();
        faults_fail_allocation(0);
        scope_free(s);
        assert_int_equal(r, met ? -ENOMEM : 1);
        if (!met)
            break;
    }
    url_fini(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_its_name),
        cmocka_unit_test(a_domain_is_what_somebody_registered),
        cmocka_unit_test(a_prefix_is_the_directory_of_a_seed),
        cmocka_unit_test(listed_hosts_belong_to_it),
        cmocka_unit_test(expressions_levels_and_nofollow_count),
        cmocka_unit_test(a_wrong_expression_is_refused_with_the_place),
        cmocka_unit_test(no_match_takes_long),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
