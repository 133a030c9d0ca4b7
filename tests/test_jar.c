// SPDX-License-Identifier: MIT
#include "check.h"
#include "cookie/jar.h"
#include "faults.h"
#include "web/domain.h"
#include <errno.h>
#include <stdio.h>

enum { NOW = 1000000 };

static struct domain_list *domains;
static struct jar *jar;

static int begin(void **state)
{
    (void)state;
    return jar_new(&jar, domains);
}

static int end(void **state)
{
    (void)state;
    jar_free(jar);
    return 0;
}

static int set(const char *from, const char *value)
{
    struct url u;
    assert_int_equal(url_parse(&u, span_of(from), NULL, NULL), 0);
    int r = jar_set(jar, &u, span_of(value), NOW);
    url_fini(&u);
    return r;
}

static const char *sent_at(const char *to, int64_t now)
{
    static struct buffer out;
    struct url u;
    assert_int_equal(url_parse(&u, span_of(to), NULL, NULL), 0);
    buffer_clear(&out);
    jar_cookies(jar, &u, now, &out);
    url_fini(&u);
    static char text[JAR_HEADER_MOST + 1];
    memcpy(text, out.n ? out.p : "", out.n);
    text[out.n] = '\0';
    buffer_fini(&out);
    return text;
}

static void sends(const char *to, const char *want)
{
    assert_string_equal(sent_at(to, NOW), want);
}

// The example of RFC 6265 section 3.1.
static void the_example_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(
        set("https://www.example.com/", "SID=31d4d96e407aad42; Path=/; Secure; HttpOnly"), 1);
    assert_int_equal(set("https://www.example.com/", "lang=en-US; Path=/; Domain=example.com"), 1);
    sends("https://www.example.com/x", "SID=31d4d96e407aad42; lang=en-US");
    sends("http://www.example.com/", "lang=en-US");
    sends("https://example.com/", "lang=en-US");
    sends("https://other.example.com/", "lang=en-US");
    sends("https://example.org/", "");
    assert_int_equal(
        set("https://www.example.com/",
            "lang=; Domain=example.com; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT"),
        1);
    assert_int_equal(
        set("https://www.example.com/", "lang=; Domain=example.com; Path=/; max-age=0"), 1);
    sends("https://www.example.com/", "SID=31d4d96e407aad42");
}

static void a_domain_must_be_ones_own(void **state)
{
    (void)state;
    assert_int_equal(set("http://a.example.com/", "a=1; domain=b.example.com"), 0);
    assert_int_equal(set("http://a.example.com/", "a=1; domain=x.a.example.com"), 0);
    assert_int_equal(set("http://a.example.com/", "a=1; domain=com"), 0);
    assert_int_equal(set("http://a.example.co.uk/", "a=1; domain=co.uk"), 0);
    assert_int_equal(set("http://me.github.io/", "a=1; domain=github.io"), 0);
    assert_int_equal(set("http://a.example.com/", "a=1; domain=EXAMPLE.com"), 1);
    assert_int_equal(set("http://1.2.3.4/", "a=1; domain=3.4"), 0);
    assert_int_equal(set("http://1.2.3.4/", "b=1; domain=1.2.3.4"), 1);
    assert_int_equal(set("http://[::1]/", "c=1"), 1);
    assert_int_equal(jar_count(jar), 3);
    sends("http://1.2.3.4/", "b=1");
    sends("http://[::1]:81/", "c=1");
    // A public suffix may have cookies for itself (section 5.3, step 5).
    assert_int_equal(set("http://github.io/", "d=1; domain=github.io"), 1);
    sends("http://github.io/", "d=1");
    sends("http://me.github.io/", "");
}

static void for_the_host_only_unless_it_says_a_domain(void **state)
{
    (void)state;
    set("http://example.com/", "a=1");
    set("http://example.com/", "b=1; domain=example.com");
    sends("http://example.com/", "a=1; b=1");
    sends("http://x.example.com/", "b=1");
    sends("http://example.com:8080/", "a=1; b=1"); // ports do not keep cookies apart (section 8.5)
}

static void paths_decide_and_order(void **state)
{
    (void)state;
    set("http://a.example.com/x/y", "root=1; path=/");
    set("http://a.example.com/x/y", "dir=1");
    set("http://a.example.com/x/y", "deep=1; path=/x/y/z");
    set("http://a.example.com/x/y", "second=1");
    sends("http://a.example.com/x/y/z/a", "deep=1; dir=1; second=1; root=1");
    sends("http://a.example.com/x", "dir=1; second=1; root=1");
    sends("http://a.example.com/xx", "root=1");
}

static void a_new_value_keeps_its_place(void **state)
{
    (void)state;
    set("http://a.example.com/", "a=1");
    set("http://a.example.com/", "b=2");
    set("http://a.example.com/", "a=3");
    sends("http://a.example.com/", "a=3; b=2");
    assert_int_equal(jar_count(jar), 2);
}

static void what_has_expired_is_gone(void **state)
{
    (void)state;
    set("http://a.example.com/", "a=1; max-age=10");
    set("http://a.example.com/", "b=1; max-age=100");
    assert_string_equal(sent_at("http://a.example.com/", NOW + 9), "a=1; b=1");
    assert_string_equal(sent_at("http://a.example.com/", NOW + 10), "b=1");
    assert_int_equal(jar_count(jar), 1);
    assert_string_equal(sent_at("http://a.example.com/", NOW + 1000), "");
    assert_int_equal(jar_count(jar), 0);
}

static void secure_means_https_both_ways(void **state)
{
    (void)state;
    assert_int_equal(set("http://a.example.com/", "a=1; secure"), 0);
    assert_int_equal(set("https://a.example.com/", "a=1; secure"), 1);
    sends("http://a.example.com/", "");
    sends("https://a.example.com/", "a=1");
    // Who speaks in the clear cannot put another in its place, nor beside it.
    assert_int_equal(set("http://a.example.com/", "a=2"), 0);
    assert_int_equal(set("http://x.a.example.com/", "a=2; domain=example.com"), 0);
    assert_int_equal(set("http://a.example.com/", "a=2; max-age=0"), 0);
    assert_int_equal(set("http://a.example.com/", "b=2"), 1);
    assert_int_equal(set("https://a.example.com/", "a=2"), 1);
    sends("https://a.example.com/", "a=2; b=2");
}

static void names_that_promise_are_held_to_it(void **state)
{
    (void)state;
    assert_int_equal(set("https://a.example.com/", "__Secure-a=1"), 0);
    assert_int_equal(set("https://a.example.com/", "__Secure-a=1; secure"), 1);
    assert_int_equal(set("https://a.example.com/", "__Host-a=1; secure"), 0);
    assert_int_equal(
        set("https://a.example.com/", "__Host-a=1; secure; path=/; domain=a.example.com"), 0);
    assert_int_equal(set("https://a.example.com/", "__Host-a=1; secure; path=/x"), 0);
    assert_int_equal(set("https://a.example.com/", "__host-a=1; path=/"), 0);
    assert_int_equal(set("https://a.example.com/", "__Host-a=1; secure; path=/"), 1);
}

static void no_owner_and_nobody_has_too_many(void **state)
{
    (void)state;
    char text[64], from[64];
    for (unsigned k = 0; k < 3 * JAR_OWNER_MOST; k++) {
        snprintf(text, sizeof text, "a%u=1; domain=example.com", k);
        assert_int_equal(set("http://a.example.com/", text), 1);
    }
    assert_int_equal(jar_count(jar), JAR_OWNER_MOST);
    assert_non_null(strstr(sent_at("http://example.com/", NOW), "a599=1"));
    for (unsigned k = 0; k < JAR_MOST + 10; k++) {
        snprintf(from, sizeof from, "http://s%u.test/", k);
        assert_int_equal(set(from, "a=1"), 1);
    }
    assert_int_equal(jar_count(jar), JAR_MOST);
    sends("http://s20009.test/", "a=1");
    sends("http://s0.test/", "");
}

static void a_header_is_not_endless(void **state)
{
    (void)state;
    char text[3000];
    for (unsigned k = 0; k < 5; k++) {
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        text[0] = (char)('a' + k);
        text[1] = '=';
        assert_int_equal(set("http://a.example.com/", text), 1);
    }
    assert_int_equal(set("http://a.example.com/", "z=1"), 1);
    const char *sent = sent_at("http://a.example.com/", NOW);
    assert_true(strlen(sent) < JAR_HEADER_MOST);
    assert_string_equal(sent + strlen(sent) - 5, "; z=1");
}

static void files_are_read_and_written(void **state)
{
    (void)state;
    static const char file[] = "# Netscape HTTP Cookie File\r\n\n"
                               ".example.com\tTRUE\t/\tFALSE\t2000000\ta\t1\n"
                               "#HttpOnly_a.example.com\tFALSE\t/x\tTRUE\t0\tb\t2 3\n"
                               "a.example.com\tFALSE\t/\tFALSE\t5\texpired\t1\n"
                               "a.example.com\tFALSE\t/\tFALSE\t0\tempty\n"
                               "nonsense\n"
                               ".com\tTRUE\t/\tFALSE\t0\tc\t1\n"
                               "a.example.com\tFALSE\tx\tFALSE\t0\td\t1\n"
                               "a.example.com\tFALSE\t/\tFALSE\tsoon\td\t1\n"
                               "a.example.com\tFALSE\t/\tFALSE\t0\td\ta;b\n";
    unsigned wrong = 0;
    assert_int_equal(jar_read(jar, span_of(file), NOW, &wrong), 0);
    assert_int_equal(wrong, 5);
    sends("https://a.example.com/x", "b=2 3; a=1; empty=");
    sends("http://b.example.com/", "a=1");
    struct buffer out = { 0 }, again = { 0 };
    jar_write(jar, NOW, &out);
    assert_non_null(strstr(buffer_string(&out), ".example.com\tTRUE\t/\tFALSE\t2000000\ta\t1\n"));
    assert_non_null(
        strstr(buffer_string(&out), "#HttpOnly_a.example.com\tFALSE\t/x\tTRUE\t0\tb\t2 3\n"));
    struct jar *other;
    assert_int_equal(jar_new(&other, domains), 0);
    wrong = 0;
    assert_int_equal(jar_read(other, buffer_span(&out), NOW, &wrong), 0);
    assert_int_equal(wrong, 0);
    jar_write(other, NOW, &again);
    assert_true(span_equal(buffer_span(&out), buffer_span(&again)));
    jar_free(other);
    buffer_fini(&out);
    buffer_fini(&again);
}

static void without_a_list_of_suffixes_hosts_keep_to_themselves(void **state)
{
    (void)state;
    struct jar *with = jar;
    assert_int_equal(jar_new(&jar, NULL), 0);
    assert_int_equal(set("http://a.example.com/", "a=1; domain=example.com"), 0);
    assert_int_equal(set("http://a.example.com/", "a=1; domain=a.example.com"), 1);
    sends("http://a.example.com/", "a=1");
    sends("http://x.a.example.com/", "");
    jar_free(jar);
    jar = with;
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    struct url u;
    assert_int_equal(url_parse(&u, span_of("http://a.example.com/"), NULL, NULL), 0);
    for (unsigned n = 1;; n++) {
        faults_fail_allocation(n);
        int r = jar_set(jar, &u, span_of("a=1"), NOW);
        bool met = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(r, met ? -ENOMEM : 1);
        if (!met)
            break;
    }
    url_fini(&u);
}

static int open_list(void **state)
{
    (void)state;
    return domain_list_new(&domains);
}

static int close_list(void **state)
{
    (void)state;
    domain_list_free(domains);
    return 0;
}

#define test(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_example_of_the_standard),
        test(a_domain_must_be_ones_own),
        test(for_the_host_only_unless_it_says_a_domain),
        test(paths_decide_and_order),
        test(a_new_value_keeps_its_place),
        test(what_has_expired_is_gone),
        test(secure_means_https_both_ways),
        test(names_that_promise_are_held_to_it),
        test(no_owner_and_nobody_has_too_many),
        test(a_header_is_not_endless),
        test(files_are_read_and_written),
        test(without_a_list_of_suffixes_hosts_keep_to_themselves),
        test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, open_list, close_list);
}
