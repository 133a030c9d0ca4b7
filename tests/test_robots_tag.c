// SPDX-License-Identifier: MIT
#include "check.h"
#include "web/robots_tag.h"
#include <stdlib.h>

enum { I = ROBOTS_NOINDEX, F = ROBOTS_NOFOLLOW };

static void headers(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        unsigned want;
    } cases[] = {
        { "", 0 },
        { "noindex", I },
        { "NoFollow", F },
        { "none", I | F },
        { "noindex, nofollow", I | F },
        { " noindex ,, nofollow ", I | F },
        { "noindex nofollow", I | F },
        { "all, index, follow", 0 },
        { "noindexes", 0 },
        { "trawl: noindex", I },
        { "Trawl : noindex, nofollow", I | F },
        { "googlebot: noindex, nofollow", 0 },
        { "googlebot: noindex, trawl: nofollow", F },
        { "nofollow, googlebot: noindex", F },
        { "googlebot: none, robots: nofollow", F },
        { "unavailable_after: 25 Jun 2010 15:00:00 PST", 0 },
        { "unavailable_after: Fri, 25 Jun 2010 15:00:00 PST, noindex", I },
        { "max-snippet: 20, noindex", I },
        { "googlebot: max-snippet:20, noindex", 0 },
        { "otherbot: unavailable_after: 1 Jan 1970, noindex", 0 },
        { ":noindex", 0 },
        { "noindex:", 0 },
        { ",", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (robots_tag_header(span_of(cases[i].value), span_of("trawl")) != cases[i].want)
            fail_msg("%s", cases[i].value);
}

static void meta_elements(void **state)
{
    struct span us = span_of("trawl");
    (void)state;
    assert_int_equal(robots_tag_meta(span_of("ROBOTS"), span_of("noindex,nofollow"), us), I | F);
    assert_int_equal(robots_tag_meta(span_of("trawl"), span_of("NONE"), us), I | F);
    assert_int_equal(robots_tag_meta(span_of("googlebot"), span_of("none"), us), 0);
    assert_int_equal(robots_tag_meta(span_of("description"), span_of("nofollow"), us), 0);
    assert_int_equal(robots_tag_meta(span_of(""), span_of("none"), span_of("")), 0);
    assert_int_equal(robots_tag_meta(span_of("robots"), span_of("trawl: noindex"), us), I);
}

static void any_bytes_are_read_within_their_bounds(void **state)
{
    unsigned seed = 3;
    (void)state;
    for (int round = 0; round < 100000; round++) {
        static const char of[] = "noindexfw:, \t\0x-_";
        size_t n = (seed >> 8) % 30;
        char *text = malloc(n + 1);
        assert_non_null(text);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = of[(seed >> 16) % sizeof of];
        }
        char *exact = realloc(text, n ? n : 1);
        assert_non_null(exact);
        robots_tag_header((struct span){ exact, n }, span_of("x"));
        robots_tag_meta(span_of("robots"), (struct span){ exact, n }, span_of("x"));
        seed = seed * 1664525 + 1013904223;
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers),
        cmocka_unit_test(meta_elements),
        cmocka_unit_test(any_bytes_are_read_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
