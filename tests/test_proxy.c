// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "web/proxy.h"
#include <errno.h>
#include <stdlib.h>

static void a_proxy_is_read_as_curl_reads_it(void **state)
{
    (void)state;
    static const struct {
        const char *text, *url, *host, *credentials;
        uint16_t port;
        uint8_t family;
    } cases[] = {
        { "proxy", "http://proxy:1080", "proxy", NULL, 1080, 0 },
        { "Proxy.Example:3128", "http://proxy.example:3128", "proxy.example", NULL, 3128, 0 },
        { "http://proxy:80/", "http://proxy:80", "proxy", NULL, 80, 0 },
        { "https://proxy", "https://proxy:443", "proxy", NULL, 443, 0 },
        { "HTTP://me:a%3Ab@proxy", "http://proxy:1080", "proxy", "me:a%3Ab", 1080, 0 },
        { "me@proxy", "http://proxy:1080", "proxy", "me:", 1080, 0 },
        { "a:b@c@proxy:1", "http://proxy:1", "proxy", "a:b@c", 1, 0 },
        { "@proxy", "http://proxy:1080", "proxy", NULL, 1080, 0 },
        { "a:b/c@proxy", "http://proxy:1080", "proxy", "a:b/c", 1080, 0 },
        { "socks5://127.0.0.1", "socks5h://127.0.0.1:1080", "127.0.0.1", NULL, 1080, 4 },
        { "socks5h://[::1]:9050", "socks5h://[::1]:9050", "::1", NULL, 9050, 6 },
        { "socks4://h", "socks4a://h:1080", "h", NULL, 1080, 0 },
        { "socks4a://h:65535", "socks4a://h:65535", "h", NULL, 65535, 0 },
        { "[2001:db8::1]", "http://[2001:db8::1]:1080", "2001:db8::1", NULL, 1080, 6 },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct proxy_place p;
        const char *why = NULL;
        if (proxy_parse(&p, span_of(cases[i].text), &why) < 0)
            fail_msg("'%s': %s", cases[i].text, why);
        assert_string_equal(p.url, cases[i].url);
        assert_true(span_is(p.host, cases[i].host));
        if (cases[i].credentials)
            assert_string_equal(p.credentials, cases[i].credentials);
        else
            assert_null(p.credentials);
        assert_int_equal(p.port, cases[i].port);
        assert_int_equal(p.address.family, cases[i].family);
        assert_int_equal(proxy_is_http(&p), p.url[0] == 'h');
        proxy_place_fini(&p);
        assert_null(p.url);
    }
}

static void what_is_no_proxy_is_refused_without_showing_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",         "http://",       "ftp://SECRET", "SECRET:0",      "SECRET:65536", "SECRET:x",
        "SECRET:",  "SECRET:-1",     "SECRET:1:2",   "SECRET:1/path", "SECRET/path",  "[::1",
        "[SECRET]", "[::1]SECRET:1", "SE CRET",      "a:%00@SECRET",  "a:b%0A@SECRET"
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct proxy_place p = { .port = 7 };
        const char *why = NULL;
        int r = proxy_parse(&p, span_of(cases[i]), &why);
        if (r != -EINVAL || p.port != 7)
            fail_msg("'%s' gave %d", cases[i], r);
        assert_non_null(why);
        assert_null(strstr(why, "SECRET"));
    }
}

static void without_memory_there_is_no_proxy_and_no_leak(void **state)
{
    (void)state;
    const char *why;
    int r = -ENOMEM;
    for (unsigned n = 1; r == -ENOMEM && n < 100; n++) {
        struct proxy_place p;
        faults_fail_allocation(n);
        r = proxy_parse(&p, span_of("http://me:secret@proxy.example:3128"), &why);
        faults_fail_allocation(0);
        if (r == 0)
            proxy_place_fini(&p);
    }
    assert_int_equal(r, 0);
}

static void exceptions_match_whole_labels_from_the_end(void **state)
{
    (void)state;
    static const struct {
        const char *list, *host;
        bool has;
    } cases[] = {
        { "example.org", "example.org", true },
        { "example.org", "www.example.org", true },
        { "example.org", "wwwexample.org", false },
        { "example.org", "example.org.net", false },
        { ".example.org", "example.org", true },
        { ".example.org", "a.b.example.org", true },
        { "Example.ORG.", "example.org", true },
        { "example.org", "example.org.", true },
        { "example.org:8080", "example.org", true },
        { "a.test, b.test\tc.test", "c.test", true },
        { "a.test,,b.test", "b.test", true },
        { "a.test b.test", "c.test", false },
        { "", "a.test", false },
        { ".", "a.test", false },
        { ",", "a.test", false },
        { ":80", "a.test", false },
        { "*", "a.test", true },
        { "x, *", "127.0.0.1", true },
        { "*", "[::1]", true },
        { "127.0.0.1", "127.0.0.1", true },
        { "0.0.1", "127.0.0.1", false },
        { "127.0.0.1:80", "127.0.0.1", true },
        { "127.0.0.1", "1.127.0.0.1.test", false },
        { "::1", "[::1]", true },
        { "[::1]:80", "::1", true },
        { "0:0:0:0:0:0:0:1", "[::1]", true },
        { "::2", "[::1]", false },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        if (proxy_list_has(span_of(cases[i].list), span_of(cases[i].host)) != cases[i].has)
            fail_msg("'%s' in '%s'", cases[i].host, cases[i].list);
    assert_false(proxy_list_has((struct span){ 0 }, span_of("a.test")));
}

static void each_scheme_has_its_proxy(void **state)
{
    (void)state;
    struct proxy_place one = { .port = 1 }, two = { .port = 2 };
    struct proxy_rules rules = { .http = &one, .https = &two, .except = span_of("straight.test") };
    assert_ptr_equal(proxy_choose(&rules, false, span_of("far.test")), &one);
    assert_ptr_equal(proxy_choose(&rules, true, span_of("far.test")), &two);
    assert_null(proxy_choose(&rules, true, span_of("a.straight.test")));
    rules.http = NULL;
    assert_null(proxy_choose(&rules, false, span_of("far.test")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_is_read_as_curl_reads_it),
        cmocka_unit_test(what_is_no_proxy_is_refused_without_showing_it),
        cmocka_unit_test(without_memory_there_is_no_proxy_and_no_leak),
        cmocka_unit_test(exceptions_match_whole_labels_from_the_end),
        cmocka_unit_test(each_scheme_has_its_proxy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
