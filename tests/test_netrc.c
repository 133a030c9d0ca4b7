// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "web/netrc.h"
#include <errno.h>
#include <stdlib.h>

static struct netrc *parse(const char *text)
{
    struct netrc *n;
    unsigned line;
    const char *why;
    // In memory that ends where the text does.
    size_t length = strlen(text);
    char *copy = malloc(length + 1);
    memcpy(copy, text, length);
    assert_int_equal(netrc_parse(&n, (struct span){ copy, length }, &line, &why), 0);
    free(copy);
    return n;
}

static const struct span anybody;

static void finds(const struct netrc *n, const char *host, const char *want)
{
    const char *got = netrc_find(n, span_of(host), anybody, true);
    if (want)
        assert_string_equal(got, want);
    else
        assert_null(got);
}

static void each_host_has_its_own(void **state)
{
    (void)state;
    struct netrc *n = parse("machine a.test login u password p\n"
                            "machine b.test\n\tlogin v\r\n\tpassword q\n"
                            "machine c.test password only login last");
    finds(n, "a.test", "u:p");
    finds(n, "A.Test", "u:p");
    finds(n, "b.test", "v:q");
    finds(n, "c.test", "last:only");
    finds(n, "d.test", NULL);
    finds(n, "a.tes", NULL);
    finds(n, "xa.test", NULL);
    finds(n, "", NULL);
    netrc_free(n);
    netrc_free(NULL);
}

static void the_default_is_for_the_others_and_ends_the_file(void **state)
{
    (void)state;
    struct netrc *n = parse("machine a login u password p default login any password d "
                            "machine late login x password y");
    finds(n, "a", "u:p");
    finds(n, "b", "any:d");
    finds(n, "late", "any:d");
    assert_null(netrc_find(n, span_of("b"), anybody, false));
    assert_string_equal(netrc_find(n, span_of("a"), anybody, false), "u:p");
    netrc_free(n);
}

static void a_login_chooses_among_those_of_a_host(void **state)
{
    (void)state;
    struct netrc *n = parse("machine a login u password 1 machine a login v password 2 "
                            "machine b login v password 3");
    finds(n, "a", "u:1");
    assert_string_equal(netrc_find(n, span_of("a"), span_of("v"), true), "v:2");
    assert_null(netrc_find(n, span_of("a"), span_of("w"), true));
    netrc_free(n);
}

static void words_may_be_quoted(void **state)
{
    (void)state;
    struct netrc *n = parse("machine \"a\" login \"u v\" password \"p\\\"\\\\\\n\\t q\"\n"
                            "machine b login machine password \"\"");
    finds(n, "a", "u v:p\"\\\n\t q");
    finds(n, "b", "machine:");
    netrc_free(n);
}

static void what_is_not_ours_is_passed_over(void **state)
{
    (void)state;
    struct netrc *n = parse("# a comment with machine x in it\n"
                            "macdef init\ncd /machine m login a password b\nquit\n\n"
                            "machine a port 80 login u account z password #1\n# more\n"
                            "macdef other\n  machine q login q password q\n \t\n"
                            "machine b login v password p");
    finds(n, "a", "u:#1");
    finds(n, "b", "v:p");
    finds(n, "m", NULL);
    finds(n, "q", NULL);
    finds(n, "x", NULL);
    netrc_free(n);
    n = parse("macdef init\nmachine a login u password p");
    finds(n, "a", NULL);
    netrc_free(n);
    n = parse("");
    finds(n, "a", NULL);
    netrc_free(n);
    n = parse("machine a");
    finds(n, "a", NULL);
    netrc_free(n);
}

static void what_is_wrong_is_said_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *why;
    } cases[] = {
        { "machine a login u\npassword \"p\nq", 3, "has a quote that does not end" },
        { "machine a\nlogin", 2, "ends where a word should follow" },
        { "machine", 1, "ends where a word should follow" },
    };
    struct netrc *n = NULL;
    unsigned line;
    const char *why;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(netrc_parse(&n, span_of(cases[i].text), &line, &why), -EINVAL);
        assert_int_equal(line, cases[i].line);
        assert_string_equal(why, cases[i].why);
    }
    assert_int_equal(netrc_parse(&n, (struct span){ "machine\0a", 9 }, &line, &why), -EINVAL);
    assert_int_equal(netrc_parse(&n, (struct span){ "", NETRC_MOST + 1 }, &line, &why), -E2BIG);
    assert_null(n);
}

static void without_memory_nothing_is_read(void **state)
{
    (void)state;
    static const char text[] = "machine a login u password p default login x password y";
    for (unsigned k = 1;; k++) {
        struct netrc *n = NULL;
        unsigned line;
        const char *why;
        faults_fail_allocation(k);
        int r = netrc_parse(&n, span_of(text), &line, &why);
        bool struck = !faults_pending();
        faults_fail_allocation(0);
        assert_int_equal(r, struck ? -ENOMEM : 0);
        netrc_free(n);
        if (!struck)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_host_has_its_own),
        cmocka_unit_test(the_default_is_for_the_others_and_ends_the_file),
        cmocka_unit_test(a_login_chooses_among_those_of_a_host),
        cmocka_unit_test(words_may_be_quoted),
        cmocka_unit_test(what_is_not_ours_is_passed_over),
        cmocka_unit_test(what_is_wrong_is_said_with_its_line),
        cmocka_unit_test(without_memory_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
