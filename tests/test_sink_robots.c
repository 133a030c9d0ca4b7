// SPDX-License-Identifier: MIT
// The sinks that read a robots.txt and a sitemap, and what their findings hold.
#include "check.h"
#include "faults.h"
#include "visit/finding_robots.h"
#include "visit/finding_sitemap.h"
#include "visit/outcome.h"
#include "visit/sink_robots.h"
#include "visit/sink_sitemap.h"
#include "web/robots.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void take_head(struct head *h, int status, const char *type)
{
    char line[100];
    head_reset(h, false);
    snprintf(line, sizeof line, "HTTP/1.1 %d x", status);
    assert_int_equal(head_take(h, span_of(line)), 0);
    if (type) {
        snprintf(line, sizeof line, "Content-Type: %s", type);
        assert_int_equal(head_take(h, span_of(line)), 0);
    }
    assert_int_equal(head_take(h, span_of("")), 0);
}

// Hands a body to a sink. Returns whether it took all of it.
static bool push(struct sink *sink, int status, const char *type, struct span body)
{
    struct head head = { 0 };
    take_head(&head, status, type);
    enum sink_answer answer = sink->head(sink, &head);
    for (size_t at = 0; answer == SINK_GO && at < body.n; at += 1000)
        answer = sink->write(sink, body.p + at, body.n - at < 1000 ? body.n - at : 1000);
    head_fini(&head);
    return answer == SINK_GO;
}

// Findings as they lie behind an outcome: at a multiple of 8.
static int read_robots(struct buffer *out, int status, struct span body, bool whole)
{
    struct sink_robots s = { 0 };
    sink_robots_begin(&s, span_of("us"), NULL);
    push(&s.sink, status, NULL, body);
    int e = sink_robots_end(&s, whole, out);
    sink_robots_fini(&s);
    return e;
}

static void rules_and_sitemaps_come_as_findings(void **state)
{
    struct buffer out = { 0 };
    struct span rules, sitemaps, url;
    struct robots_verdict v;
    (void)state;
    assert_int_equal(
        read_robots(&out, 200,
                    span_of("Sitemap: /1\nSitemap: http://a/2\nUser-agent: us\nDisallow: /x"),
                    true),
        0);
    assert_true(finding_robots_read(buffer_span(&out), &rules, &sitemaps));
    assert_int_equal(robots_match((const void *)rules.p, span_of("/x"), NULL, &v), 0);
    assert_false(v.allowed);
    assert_true(finding_robots_sitemap(&sitemaps, &url));
    assert_true(span_is(url, "/1"));
    assert_true(finding_robots_sitemap(&sitemaps, &url));
    assert_true(span_is(url, "http://a/2"));
    assert_false(finding_robots_sitemap(&sitemaps, &url));
    for (size_t n = 0; n < out.n; n++)
        assert_false(finding_robots_read((struct span){ out.p, n }, &rules, &sitemaps));
    buffer_fini(&out);
}

static void only_a_whole_2xx_says_anything(void **state)
{
    struct buffer out = { 0 };
    (void)state;
    struct span body = span_of("User-agent: *\nDisallow: /\n");
    assert_int_equal(read_robots(&out, 404, body, true), 0);
    assert_int_equal(read_robots(&out, 503, body, true), 0);
    assert_int_equal(read_robots(&out, 200, body, false), 0);
    assert_int_equal(out.n, 0);
    assert_int_equal(read_robots(&out, 204, span_of(""), true), 0);
    assert_true(out.n > 0);
    buffer_fini(&out);
}

static void no_more_of_a_body_is_received_than_is_read(void **state)
{
    char *body = calloc(1, 2 * ROBOTS_MOST);
    (void)state;
    assert_non_null(body);
    memset(body, '\n', 2 * ROBOTS_MOST);
    for (int status = 200; status <= 404; status += 204) {
        struct buffer out = { 0 };
        struct sink_robots s = { 0 };
        sink_robots_begin(&s, span_of("us"), NULL);
        assert_false(push(&s.sink, status, NULL, (struct span){ body, 2 * ROBOTS_MOST }));
        assert_in_range(s.passed, ROBOTS_MOST, ROBOTS_MOST + 2000);
        assert_int_equal(sink_robots_end(&s, true, &out), 0);
        assert_int_equal(out.n > 0, status == 200);
        buffer_fini(&out);
    }
    free(body);
}

static char *listed(struct span findings)
{
    static char text[1000];
    struct finding_sitemap head;
    struct buffer url = { 0 };
    struct span rest;
    unsigned n = 0;
    char *to = text;
    *to = '\0';
    if (!finding_sitemap_read(findings, &head, &rest))
        return findings.n ? strcpy(text, "broken") : text;
    to += sprintf(to, "%u:", head.flags);
    for (; finding_sitemap_next(&rest, &url); n++)
        to += sprintf(to, " %.*s", (int)url.n, url.p);
    assert_int_equal(rest.n, 0);
    assert_int_equal(n, head.entries);
    buffer_fini(&url);
    return text;
}

static void lists(const char *body, bool whole, const char *want)
{
    struct buffer out = { 0 };
    struct sink_sitemap s = { 0 };
    sink_sitemap_begin(&s, span_of("http://a.example/d/map"), NULL);
    push(&s.sink, 200, NULL, span_of(body));
    assert_int_equal(sink_sitemap_end(&s, whole, &out), 0);
    assert_string_equal(listed(buffer_span(&out)), want);
    sink_sitemap_fini(&s);
    buffer_fini(&out);
}

static void entries_come_as_findings(void **state)
{
    (void)state;
    lists("<urlset><url><loc>http://a.example/%7ex#y</loc></url><url><loc>http://u:p@a.example/x</"
          "loc></url>"
          "<url><loc>ftp://x/</loc></url><url><loc>z</loc></url></urlset>",
          true, "0: http://a.example/~x http://a.example/x http://a.example/d/z");
    lists("<sitemapindex><sitemap><loc>http://a.example/1</loc></sitemap></sitemapindex>", true,
          "1: http://a.example/1");
    lists("http://b/1\nhttp://b/22\nhttp://b/1\n", true, "0: http://b/1 http://b/22 http://b/1");
    lists("<urlset><url><loc>http://a/1</loc></url><x", true, "4: http://a/1");
    lists("<html><body>no</body></html>", true, "");
    lists("http://b/1\n", false, "");
}

static void fifty_thousand_fit(void **state)
{
    struct buffer body = { 0 }, out = { 0 }, url = { 0 };
    struct sink_sitemap s = { 0 };
    struct finding_sitemap head;
    struct span rest;
    (void)state;
    for (int k = 0; k < 50000; k++)
        buffer_add_format(&body,
                          "http://www.a-rather-long-name.example/and/a/path/as/shops/have/them/"
                          "product-%d-of-%s\n",
                          k, "a-brand-with-a-name/and-a-description-of-it?variant=blue");
    sink_sitemap_begin(&s, span_of("http://a.example/d/map"), NULL);
    push(&s.sink, 200, "text/plain", buffer_span(&body));
    assert_int_equal(sink_sitemap_end(&s, true, &out), 0);
    assert_true(finding_sitemap_read(buffer_span(&out), &head, &rest));
    assert_int_equal(head.entries, 50000);
    assert_int_equal(head.flags, 0);
    unsigned n = 0;
    while (finding_sitemap_next(&rest, &url))
        n++;
    assert_int_equal(n, 50000);
    sink_sitemap_fini(&s);
    buffer_fini(&url);
    buffer_fini(&out);
    buffer_fini(&body);
}

static void what_does_not_fit_is_cut(void **state)
{
    struct buffer body = { 0 }, out = { 0 };
    struct sink_sitemap s = { 0 };
    struct finding_sitemap head;
    struct span rest;
    (void)state;
    char *path = malloc(4000);
    assert_non_null(path);
    memset(path, 'x', 4000);
    for (int k = 0; k < 3000; k++)
        buffer_add_format(&body, "http://a/%d/%.*s\n", k, 4000, path);
    sink_sitemap_begin(&s, span_of("http://a.example/d/map"), NULL);
    assert_false(push(&s.sink, 200, "text/plain", buffer_span(&body)));
    assert_int_equal(sink_sitemap_end(&s, true, &out), 0);
    assert_true(finding_sitemap_read(buffer_span(&out), &head, &rest));
    assert_int_equal(head.flags, FINDING_SITEMAP_CUT);
    assert_true(out.n < OUTCOME_FINDINGS_MOST);
    sink_sitemap_fini(&s);
    buffer_fini(&out);
    buffer_fini(&body);
    free(path);
}

// Whatever a byte becomes: what is read stays inside.
static void damaged_findings_are_read_within_their_bounds(void **state)
{
    struct buffer robots = { 0 }, map = { 0 }, url = { 0 };
    struct sink_sitemap s = { 0 };
    struct finding_sitemap head;
    struct span rest, rules, sitemaps, one;
    (void)state;
    assert_int_equal(
        read_robots(&robots, 200, span_of("User-agent: *\nDisallow: /a\nSitemap: x"), true), 0);
    sink_sitemap_begin(&s, span_of("http://a/"), NULL);
    push(&s.sink, 200, NULL, span_of("http://b/1\nhttp://b/22\n"));
    assert_int_equal(sink_sitemap_end(&s, true, &map), 0);
    sink_sitemap_fini(&s);
    for (size_t i = 0; i < robots.n + map.n; i++)
        for (int bit = 0; bit < 8; bit++) {
            const struct buffer *from = i < robots.n ? &robots : &map;
            char *copy = malloc(from->n);
            assert_non_null(copy);
            memcpy(copy, from->p, from->n);
            copy[i < robots.n ? i : i - robots.n] ^= (char)(1 << bit);
            struct span findings = { copy, from->n };
            if (finding_robots_read(findings, &rules, &sitemaps))
                while (finding_robots_sitemap(&sitemaps, &one))
                    ;
            buffer_clear(&url);
            if (finding_sitemap_read(findings, &head, &rest))
                while (finding_sitemap_next(&rest, &url))
                    ;
            free(copy);
        }
    buffer_fini(&url);
    buffer_fini(&robots);
    buffer_fini(&map);
}

static void lack_of_memory_is_reported(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        int e = -ENOMEM;
        for (unsigned n = 1; e < 0; n++) {
            struct buffer out = { 0 };
            struct sink_robots r = { 0 };
            struct sink_sitemap s = { 0 };
            struct head head = { 0 };
            take_head(&head, 200, "text/plain");
            faults_fail_allocation(n);
            sink_robots_begin(&r, span_of("us"), NULL);
            sink_sitemap_begin(&s, span_of("http://a/"), NULL);
            struct sink *sink = kind ? &s.sink : &r.sink;
            if (sink->head(sink, &head) == SINK_GO)
                sink->write(sink, kind ? "http://b/1\n" : "User-agent: *\nDisallow: /\n",
                            kind ? 11 : 26);
            e = kind ? sink_sitemap_end(&s, true, &out) : sink_robots_end(&r, true, &out);
            faults_fail_allocation(0);
            assert_true(e == 0 || e == -ENOMEM);
            sink_robots_fini(&r);
            sink_sitemap_fini(&s);
            head_fini(&head);
            buffer_fini(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_and_sitemaps_come_as_findings),
        cmocka_unit_test(only_a_whole_2xx_says_anything),
        cmocka_unit_test(no_more_of_a_body_is_received_than_is_read),
        cmocka_unit_test(entries_come_as_findings),
        cmocka_unit_test(fifty_thousand_fit),
        cmocka_unit_test(what_does_not_fit_is_cut),
        cmocka_unit_test(damaged_findings_are_read_within_their_bounds),
        cmocka_unit_test(lack_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
