// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "data/base64.h"
#include "faults.h"
#include "sys/clock.h"
#include "web/robots.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct compiled {
    struct buffer rules, sitemaps;
};

// Reads `text` in pieces of `step` bytes (0: at once).
static int compile(struct compiled *c, struct span text, const char *agent, size_t step)
{
    struct robots *r;
    int e = robots_new(&r, robots_token(span_of(agent)));
    if (e < 0)
        return e;
    for (size_t at = 0; e == 0 && at < text.n; at += step ? step : text.n) {
        size_t n = step && step < text.n - at ? step : text.n - at;
        e = robots_feed(r, (struct span){ text.p + at, n });
    }
    if (e >= 0)
        e = robots_compile(r, &c->rules, &c->sitemaps);
    robots_free(r);
    return e;
}

static void fini(struct compiled *c)
{
    buffer_fini(&c->rules);
    buffer_fini(&c->sitemaps);
}

static struct robots_verdict judge(const struct compiled *c, const char *path)
{
    struct buffer scratch = { 0 };
    struct robots_verdict v;
    assert_true(robots_valid(buffer_span(&c->rules)));
    assert_int_equal(robots_match((const void *)c->rules.p, span_of(path), &scratch, &v), 0);
    buffer_fini(&scratch);
    return v;
}

// Whether `agent` may fetch `path`; the line that decided goes to `line`, if that is wanted.
static bool may(const char *text, const char *agent, const char *path, unsigned *line)
{
    struct compiled c = { 0 };
    assert_int_equal(compile(&c, span_of(text), agent, 0), 0);
    struct robots_verdict v = judge(&c, path);
    fini(&c);
    if (line)
        *line = v.line;
    return v.allowed;
}

#define ALL "User-agent: *\n"

static void assert_may(const char *rules, const char *path, bool want)
{
    char text[512];
    snprintf(text, sizeof text, ALL "%s", rules);
    if (may(text, "us", path, NULL) != want)
        fail_msg("%s: %s is %s", rules, path, want ? "disallowed" : "allowed");
}

static void check_case(const json_t *one)
{
    struct compiled c = { 0 };
    struct buffer text = { 0 };
    struct span path = cases_span(one, "url");
    path.p = strchr(strstr(path.p, "://") + 3, '/');
    assert_int_equal(base64_decode(cases_span(one, "robots_b64"), &text), 0);
    assert_int_equal(compile(&c, buffer_span(&text), cases_text(one, "ua"), 0), 0);
    if (judge(&c, path.p).allowed != cases_flag(one, "allowed"))
        fail_msg("%s: %s", cases_text(one, "id"), path.p);
    buffer_fini(&text);
    fini(&c);
}

static void every_public_case_agrees(void **state)
{
    (void)state;
    assert_int_equal(cases_each("robots.jsonl", check_case), 140);
}

static void the_longest_pattern_decides_and_allow_wins_a_tie(void **state)
{
    unsigned line;
    (void)state;
    const char *text = ALL "Disallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /a/b/c\n";
    assert_false(may(text, "us", "/a", &line));
    assert_int_equal(line, 2);
    assert_true(may(text, "us", "/a/b/x", &line));
    assert_int_equal(line, 3);
    assert_true(may(text, "us", "/a/b/cc", &line));
    assert_int_equal(line, 5);
    assert_true(may(text, "us", "/b", &line));
    assert_int_equal(line, 0);
}

// RFC 9309 §2.2.2, the table.
static void a_disallow_matches_whatever_is_equivalent(void **state)
{
    (void)state;
    assert_may("Disallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", false);
    assert_may("Disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", false);
    assert_may("Disallow: /foo/bar/\xe3\x83\x84", "/foo/bar/%E3%83%84", false);
    assert_may("Disallow: /foo/bar/%e3%83%84", "/foo/bar/%E3%83%84", false);
    assert_may("Disallow: /foo/bar/%E3%83%84", "/foo/bar/\xe3\x83\x84", false);
    assert_may("Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false);
    assert_may("Disallow: /foo/bar/baz", "/foo/bar/%62%61%7a", false);
    assert_may("Disallow: /%7Ejoe/", "/~joe/", false);
    assert_may("Disallow: /a%2fb", "/a/b", true);
    assert_may("Disallow: /a b", "/a%20b", false);
    assert_may("Disallow: /a{b", "/a%7Bb", false);
    assert_may("Disallow: /100%", "/100%", false);
}

static void an_allow_has_to_be_literal(void **state)
{
    (void)state;
    assert_may("Disallow: /\nAllow: /%7Ejoe/", "/~joe/", false);
    assert_may("Disallow: /\nAllow: /%7ejoe/", "/%7Ejoe/", true);
    assert_may("Disallow: /\nAllow: /~joe/", "/%7Ejoe/", true);
    assert_may("Disallow: /\nAllow: /\xe3\x83\x84", "/%e3%83%84", true);
    assert_may("Disallow: /\nAllow: /\xe3\x83\x84", "/\xe3\x83\x84", false);
}

// RFC 9309 §2.2.3.
static void special_characters_may_be_meant_literally(void **state)
{
    (void)state;
    assert_may("Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-*.html", false);
    assert_may("Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-b.html", true);
    assert_may("Disallow: /path/foo-%24", "/path/foo-$", false);
    assert_may("Disallow: /path/foo-%24", "/path/foo-%24x", false);
    assert_may("Disallow: /a$b", "/a$b", false);
    assert_may("Disallow: /a$b", "/a", true);
}

static void wildcards(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        { "*", "/x", true },
        { "/*", "/", true },
        { "/*$", "/x", true },
        { "/a*c*e", "/abcde", true },
        { "/a*c*e", "/abede", false },
        { "/a*b$", "/ab", true },
        { "/a*b$", "/abb", true },
        { "/a*b$", "/aba", false },
        { "/a*a$", "/a", false },
        { "/**a", "/ba", true },
        { "*.gif$", "/x.gif", true },
        { "*.gif$", "/x.gif?y", false },
        { "/a$", "/a", true },
        { "/a$", "/ab", false },
        { "$", "/", false },
        { "/a*", "/a", true },
        { "/a**", "/a", true },
        { "/*?", "/a?b", true },
        { "private", "/private", false },
        { "/*/b/*/d", "/a/b/c/d", true },
        { "/*/b/*/d", "/a/b/d", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char rules[64];
        snprintf(rules, sizeof rules, "Disallow: %s", cases[i].pattern);
        assert_may(rules, cases[i].path, !cases[i].matches);
    }
}

static void groups_are_merged_and_ours_go_before_those_for_all(void **state)
{
    unsigned line;
    (void)state;
    const char *text =
        "Disallow: /0\nUser-agent: *\nDisallow: /1\nUser-agent: US\nUser-agent: other\n"
        "Disallow: /2\n\nUser-agent: *\nDisallow: /3\nUser-agent: us/1.0\nDisallow: /4\n";
    for (unsigned i = 0; i <= 4; i++) {
        char path[3] = { '/', (char)('0' + i), 0 };
        assert_int_equal(may(text, "us/2.0 (x)", path, &line), !(i == 2 || i == 4));
        assert_int_equal(may(text, "them", path, NULL), !(i == 1 || i == 3));
        assert_int_equal(may(text, "other", path, NULL), i != 2);
        assert_int_equal(may(text, "", path, NULL), !(i == 1 || i == 3));
    }
    assert_true(may("User-agent: us\nUser-agent: *\nDisallow: /\nUser-agent: we\nAllow: /", "we",
                    "/", NULL));
    assert_true(may(ALL "Disallow: /\nUser-agent: us\n", "us", "/", NULL)); // an empty group is one
    assert_true(may(ALL "Disallow:\n", "us", "/", NULL));
    assert_false(may("User-agent: * # all\nDisallow: / # of it", "us", "/", NULL));
}

static void other_lines_end_no_group(void **state)
{
    (void)state;
    assert_false(
        may("User-agent: us\nSitemap: http://a/\nCrawl-delay: 3\nNoindex: /x\nUser-agent: *\n"
            "Disallow: /",
            "us", "/", NULL));
}

static void lines_end_in_any_way_and_may_begin_with_a_mark(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "User-agent: *\rDisallow: /a\rDisallow: /b",
        "User-agent: *\r\nDisallow: /a\r\nDisallow: /b\r\n",
        "\xef\xbb\xbfUser-agent: *\nDisallow: /a\nDisallow: /b\n",
        "  USER-AGENT :\t*\t\n\tdisallow\t:/a\n dissallow : /b \t",
        "user agent: *\nDisallow /a\nDisallow:/b#/a",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t step = 0; step < 4; step++) {
            struct compiled c = { 0 };
            assert_int_equal(compile(&c, span_of(texts[i]), "us", step), 0);
            assert_int_equal(judge(&c, "/a").line, 2);
            assert_int_equal(judge(&c, "/b").line, 3);
            assert_true(judge(&c, "/c").allowed);
            fini(&c);
        }
    unsigned line;
    assert_false(may("\n\n\r\r\n" ALL "Disallow: /\n", "us", "/", &line));
    assert_int_equal(line, 6);
    assert_true(may(ALL "Disallow /a /b\n", "us", "/a", NULL)); // three words are no rule
}

static void the_file_itself_is_always_allowed(void **state)
{
    (void)state;
    assert_may("Disallow: /", "/robots.txt", true);
    assert_may("Disallow: /", "/robots.txt?", false);
    assert_may("Disallow: /", "", false);
}

static void delays(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        { ALL "Crawl-delay: 10\n", 10 * CLOCK_S },
        { ALL "crawl-delay: 0.25\n", CLOCK_S / 4 },
        { ALL "Crawl-delay: .5", CLOCK_S / 2 },
        { ALL "Crawl-delay: 1\nCrawl-delay: 3\nCrawl-delay: 2\n", 3 * CLOCK_S },
        { ALL "Crawl-delay: 0\n", 0 },
        { ALL "Crawl-delay: x\nCrawl-delay: 1.2.3\nCrawl-delay: -1\nCrawl-delay: .\n", -1 },
        { ALL "Crawl-delay: 1\nUser-agent: us\nDisallow:\n", -1 },
        { "User-agent: us\nCrawl-delay: 2\nUser-agent: *\nDisallow: /", 2 * CLOCK_S },
        { "User-agent: them\nCrawl-delay: 2\n", -1 },
        { "Crawl-delay: 2\n", -1 },
        { "", -1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compiled c = { 0 };
        assert_int_equal(compile(&c, span_of(cases[i].text), "us", 0), 0);
        assert_int_equal(robots_delay((const void *)c.rules.p), cases[i].want);
        fini(&c);
    }
    struct compiled c = { 0 };
    assert_int_equal(compile(&c, span_of(ALL "Crawl-delay: 99999999999999999999999999"), "us", 0),
                     0);
    assert_true(robots_delay((const void *)c.rules.p) > 100000 * CLOCK_S);
    fini(&c);
}

static void sitemaps_belong_to_no_group_and_are_bounded(void **state)
{
    struct compiled c = { 0 };
    struct buffer text = { 0 };
    (void)state;
    buffer_add_string(&text,
                      "Sitemap: http://a/1\nSitemap:\nUser-agent: x\nSite-map:http://a/2?b:c #d\n");
    for (int i = 0; i < 2 * ROBOTS_SITEMAPS; i++)
        buffer_add_string(&text, "sitemap: m\n");
    assert_int_equal(compile(&c, buffer_span(&text), "us", 0), 0);
    assert_memory_equal(c.sitemaps.p, "http://a/1\0http://a/2?b:c\0m\0", 28);
    assert_int_equal(c.sitemaps.n, 26 + 2 * (ROBOTS_SITEMAPS - 2));
    buffer_fini(&text);
    fini(&c);
}

static void more_than_is_read_is_cut_at_a_line(void **state)
{
    struct buffer text = { 0 };
    (void)state;
    buffer_add_string(&text, ALL);
    while (text.n < 500 * 1024)
        buffer_add_string(&text, "# nothing of importance\n");
    buffer_add_string(&text, "Disallow: /early\n");
    while (text.n < ROBOTS_MOST - 11)
        buffer_add_byte(&text, '\n');
    buffer_add_string(&text, "Disallow: /late\n");
    for (size_t step = 0; step < 100000; step += 33333) {
        struct compiled c = { 0 };
        assert_int_equal(compile(&c, buffer_span(&text), "us", step), 0);
        assert_false(judge(&c, "/early").allowed);
        assert_true(judge(&c, "/l").allowed); // not "Disallow: /"
        fini(&c);
    }
    buffer_fini(&text);
}

static void tokens_are_names_without_versions(void **state)
{
    (void)state;
    assert_true(span_is(robots_token(span_of("trawl/0.1.0 (+x)")), "trawl"));
    assert_true(span_is(robots_token(span_of("My-Bot_x")), "My-Bot_x"));
    assert_int_equal(robots_token(span_of("(x)")).n, 0);
    assert_int_equal(robots_token((struct span){ 0 }).n, 0);
}

static void damaged_rules_are_refused(void **state)
{
    struct compiled c = { 0 };
    (void)state;
    assert_int_equal(compile(&c, span_of(ALL "Disallow: /a\nAllow: /b\nCrawl-delay: 1"), "us", 0),
                     0);
    assert_true(robots_valid(buffer_span(&c.rules)));
    for (size_t n = 0; n < c.rules.n; n++)
        assert_false(robots_valid((struct span){ c.rules.p, n }));
    // Whatever a byte becomes, what is taken for valid can be looked at.
    for (size_t i = 0; i < c.rules.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            char *copy = malloc(c.rules.n);
            assert_non_null(copy);
            memcpy(copy, c.rules.p, c.rules.n);
            copy[i] ^= (char)(1 << bit);
            struct robots_verdict v;
            if (robots_valid((struct span){ copy, c.rules.n }))
                assert_int_equal(robots_match((const void *)copy, span_of("/abc"), NULL, &v), 0);
            free(copy);
        }
    fini(&c);
}

static unsigned next_random(unsigned *state)
{
    return (*state = *state * 1664525 + 1013904223) >> 8;
}

static void any_bytes_are_read_the_same_in_any_pieces(void **state)
{
    static const char *const words[] = {
        "user-agent", ":", " ", "*",  "us",   "\n",          "\r", "allow", "disallow",    "/", "%",
        "2a",         "$", "#", "\0", "\xff", "crawl-delay", "1",  ".",     "\xef\xbb\xbf"
    };
    unsigned seed = 7;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct buffer text = { 0 };
        struct compiled one = { 0 }, two = { 0 };
        unsigned n = next_random(&seed) % 40;
        while (n-- > 0) {
            unsigned k = next_random(&seed) % (sizeof words / sizeof *words);
            buffer_add(&text, words[k], strlen(words[k]) + (words[k][0] == 0));
        }
        char *exact = malloc(text.n + 1);
        assert_non_null(exact);
        memcpy(exact, text.n ? text.p : "", text.n);
        assert_int_equal(compile(&one, (struct span){ exact, text.n }, "us", 0), 0);
        assert_int_equal(compile(&two, (struct span){ exact, text.n }, "us", 1 + (size_t)round % 3),
                         0);
        assert_int_equal(one.rules.n, two.rules.n);
        assert_memory_equal(one.rules.p, two.rules.p, one.rules.n);
        judge(&one, "/%2a$*%%4x\xff?");
        free(exact);
        buffer_fini(&text);
        fini(&one);
        fini(&two);
    }
}

static void lack_of_memory_is_reported(void **state)
{
    const char *text =
        ALL "Disallow: /a\nUser-agent: us\nAllow: /b/index.html\nDisallow: /*c\nSitemap: x\n";
    (void)state;
    unsigned n = 0;
    int e;
    do {
        struct compiled c = { 0 };
        struct buffer scratch = { 0 };
        struct robots_verdict v;
        faults_fail_allocation(++n);
        e = compile(&c, span_of(text), "us", 5);
        if (e == 0)
            e = robots_match((const void *)c.rules.p, span_of("/%41"), &scratch, &v);
        assert_true(e == 0 || e == -ENOMEM);
        faults_fail_allocation(0);
        buffer_fini(&scratch);
        fini(&c);
    } while (e < 0);
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_public_case_agrees),
        cmocka_unit_test(the_longest_pattern_decides_and_allow_wins_a_tie),
        cmocka_unit_test(a_disallow_matches_whatever_is_equivalent),
        cmocka_unit_test(an_allow_has_to_be_literal),
        cmocka_unit_test(special_characters_may_be_meant_literally),
        cmocka_unit_test(wildcards),
        cmocka_unit_test(groups_are_merged_and_ours_go_before_those_for_all),
        cmocka_unit_test(other_lines_end_no_group),
        cmocka_unit_test(lines_end_in_any_way_and_may_begin_with_a_mark),
        cmocka_unit_test(the_file_itself_is_always_allowed),
        cmocka_unit_test(delays),
        cmocka_unit_test(sitemaps_belong_to_no_group_and_are_bounded),
        cmocka_unit_test(more_than_is_read_is_cut_at_a_line),
        cmocka_unit_test(tokens_are_names_without_versions),
        cmocka_unit_test(damaged_rules_are_refused),
        cmocka_unit_test(any_bytes_are_read_the_same_in_any_pieces),
        cmocka_unit_test(lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
