// SPDX-License-Identifier: MIT
#include "check.h"
#include "web/domain.h"

static int open_list(void **state)
{
    struct domain_list *l;
    if (domain_list_new(&l) < 0)
        return -1;
    *state = l;
    return 0;
}

static int close_list(void **state)
{
    domain_list_free(*state);
    return 0;
}

static void the_domain_is_the_suffix_and_one_label(void **state)
{
    static const char *const cases[][2] = {
        { "example.com", "example.com" },
        { "www.example.com", "example.com" },
        { "a.b.www.example.co.uk", "example.co.uk" },
        { "www.city.kawasaki.jp", "city.kawasaki.jp" },
        { "a.b.c.kawasaki.jp", "b.c.kawasaki.jp" },
        { "me.github.io", "me.github.io" },
        { "x.me.github.io", "me.github.io" },
        { "www.xn--85x722f.xn--fiqs8s", "xn--85x722f.xn--fiqs8s" },
        { "www.example.com.", "example.com." },
        { "h17.bench.test", "bench.test" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span got = domain_registrable(*state, span_of(cases[i][0]));
        if (!span_is(got, cases[i][1]))
            fail_msg("%s: %.*s", cases[i][0], (int)got.n, got.p);
    }
}

static void what_has_no_owner_stands_for_itself(void **state)
{
    static const char *const cases[] = { "com",       "co.uk",     "github.io",
                                         "localhost", "127.0.0.1", "[2001:db8::1]",
                                         "",          ".",         "1.2.3.4." };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(span_is(domain_registrable(*state, span_of(cases[i])), cases[i]));
    char name[1000];
    memset(name, 'a', sizeof name);
    assert_int_equal(domain_registrable(*state, (struct span){ name, sizeof name }).n, sizeof name);
}

static void suffixes_are_public(void **state)
{
    assert_true(domain_is_public(*state, span_of("com")));
    assert_true(domain_is_public(*state, span_of("co.uk")));
    assert_true(domain_is_public(*state, span_of("github.io")));
    assert_false(domain_is_public(*state, span_of("example.co.uk")));
    assert_false(domain_is_public(*state, span_of("127.0.0.1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_domain_is_the_suffix_and_one_label, open_list,
                                        close_list),
        cmocka_unit_test_setup_teardown(what_has_no_owner_stands_for_itself, open_list, close_list),
        cmocka_unit_test_setup_teardown(suffixes_are_public, open_list, close_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
