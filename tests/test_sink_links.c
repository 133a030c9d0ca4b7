// SPDX-License-Identifier: MIT
#include "check.h"
#include "faults.h"
#include "visit/outcome.h"
#include "visit/sink_links.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const html[] = { "HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", "",
                                    NULL };

struct page {
    const char *const *head;
    const char *body;
    bool no_follow, torn, deepest;
};

static struct recent recent;

// What is found in a page, as text.
static int find(struct sink_links *s, const struct page *p, struct buffer *out)
{
    struct head head = { 0 };
    struct sink_links_setup setup = { .url = span_of("http://a.example/d/p"),
                                      .agent = span_of("Bot"),
                                      .tags = LINKS_PAGES,
                                      .follow = !p->no_follow,
                                      .deepest = p->deepest,
                                      .recent = &recent };
    sink_links_begin(s, &setup, NULL);
    head_reset(&head, false);
    for (size_t k = 0; p->head[k]; k++)
        assert_int_equal(head_take(&head, span_of(p->head[k])), 0);
    enum sink_answer answer = s->sink.head(&s->sink, &head);
    for (size_t at = 0, n = strlen(p->body); answer == SINK_GO && at < n; at += 9)
        answer = s->sink.write(&s->sink, p->body + at, n - at < 9 ? n - at : 9);
    int r = sink_links_end(s, answer == SINK_GO && !p->torn, out);
    head_fini(&head);
    return r;
}

static char *told(struct span findings)
{
    static char text[4096];
    struct finding_links head;
    struct finding_link link;
    struct span canonical, rest, href;
    char *to = text;
    *to = '\0';
    if (!finding_links_read(findings, &head, &canonical, &rest))
        return findings.n ? strcpy(text, "broken") : text;
    to += sprintf(to, "%s%s%s%u+%u %.*s:", head.flags & FINDING_LINKS_NOINDEX ? "noindex " : "",
                  head.flags & FINDING_LINKS_NOFOLLOW ? "nofollow " : "",
                  head.flags & FINDING_LINKS_CUT ? "cut " : "", head.links, head.repeated,
                  (int)canonical.n, canonical.p ? canonical.p : "");
    while (finding_links_next(&rest, &link, &href))
        to += sprintf(to, " %s%s%.*s", links_tag_name((enum links_tag)link.tag),
                      link.flags & FINDING_LINK_NOFOLLOW ? "!" : "=", (int)href.n, href.p);
    assert_int_equal(rest.n, 0);
    return text;
}

static void gives(const struct page *p, const char *want)
{
    struct sink_links s = { 0 };
    struct buffer out = { 0 };
    assert_int_equal(find(&s, p, &out), 0);
    assert_string_equal(told(buffer_span(&out)), want);
    sink_links_fini(&s);
    buffer_fini(&out);
}

static void afresh(const struct page *p, const char *want)
{
    recent_fini(&recent);
    gives(p, want);
}

static void a_page_tells_its_links_and_what_it_says_of_itself(void **state)
{
    (void)state;
    afresh(
        &(struct page){
            .head = html,
            .body = "<link rel=canonical href=/c><a href=x><a rel=nofollow href=y><img src=z>" },
        "3+0 http://a.example/c: link=http://a.example/c a=http://a.example/d/x "
        "a!http://a.example/d/y");
    afresh(&(struct page){ .head = html, .body = "<a href=x><meta name=robots content=none>" },
           "noindex nofollow 1+0 : a!http://a.example/d/x");
    afresh(
        &(struct page){
            .head = html,
            .body = "<a href=x><meta name=bot content=noindex><meta name=other content=nofollow>" },
        "noindex 1+0 : a=http://a.example/d/x");
    afresh(&(struct page){ .head = html, .body = "<p>nothing" }, "");
    afresh(&(struct page){ .head = html,
                           .body = "<a href=x><meta name=robots content=noindex>",
                           .no_follow = true },
           "noindex 0+0 :");
}

static void headers_say_so_of_any_type(void **state)
{
    (void)state;
    static const char *const pdf[] = { "HTTP/1.1 200 OK",
                                       "Content-Type: application/pdf",
                                       "X-Robots-Tag: other: nofollow",
                                       "x-robots-tag: noindex",
                                       "Link: <n>; rel=next",
                                       "Refresh: 5; url=r",
                                       "link: <c>; rel=canonical",
                                       "",
                                       NULL };
    afresh(
        &(struct page){ .head = pdf, .body = "<a href=x>" },
        "noindex 3+0 http://a.example/d/c: header=http://a.example/d/n meta=http://a.example/d/r "
        "header=http://a.example/d/c");
}

static void only_html_of_a_good_answer_is_read(void **state)
{
    (void)state;
    static const char *const text[] = { "HTTP/1.1 200 OK", "Content-Type: text/plain", "", NULL };
    static const char *const gone[] = { "HTTP/1.1 404 Not Found", "Content-Type: text/html",
                                        "Link: <x>", "", NULL };
    static const char *const untyped[] = { "HTTP/1.1 200 OK", "", NULL };
    afresh(&(struct page){ .head = text, .body = "<html><a href=x>" }, "");
    afresh(&(struct page){ .head = gone, .body = "<html><a href=x>" }, "");
    afresh(&(struct page){ .head = untyped, .body = "<html><a href=x>" },
           "1+0 : a=http://a.example/d/x");
    afresh(&(struct page){ .head = untyped, .body = "no <a href=x>" }, "");
    afresh(&(struct page){ .head = untyped, .body = "" }, "");
    afresh(&(struct page){ .head = html, .body = "<a href=x>", .torn = true }, "");
}

static void what_was_told_a_moment_ago_is_not_told_again(void **state)
{
    (void)state;
    recent_fini(&recent);
    gives(&(struct page){ .head = html, .body = "<a href=x><a href=y>", .torn = true }, "");
    gives(&(struct page){ .head = html, .body = "<a href=x><a href=y>" },
          "2+0 : a=http://a.example/d/x a=http://a.example/d/y");
    gives(&(struct page){ .head = html, .body = "<a href=x><a href=z><a href=y>" },
          "1+2 : a=http://a.example/d/z");
    gives(&(struct page){ .head = html, .body = "<a href=x rel=nofollow>" },
          "1+0 : a!http://a.example/d/x");
    gives(&(struct page){ .head = html, .body = "<a href=x rel=nofollow>" }, "0+1 :");
}

static void what_was_told_where_nothing_is_followed_is_told_again_where_it_may_be(void **state)
{
    (void)state;
    recent_fini(&recent);
    gives(&(struct page){ .head = html, .body = "<a href=x>", .deepest = true },
          "1+0 : a=http://a.example/d/x");
    gives(&(struct page){ .head = html, .body = "<a href=x>", .deepest = true }, "0+1 :");
    gives(&(struct page){ .head = html, .body = "<a href=x>" }, "1+0 : a=http://a.example/d/x");
}

static void no_more_is_told_than_findings_may_be(void **state)
{
    (void)state;
    struct sink_links s = { 0 };
    struct buffer body = { 0 }, out = { 0 };
    struct finding_links head;
    struct span canonical, rest;
    char path[1001];
    memset(path, 'x', 1000);
    path[1000] = '\0';
    for (unsigned k = 0; k < 5000; k++)
        buffer_add_format(&body, "<a href=%s%u>", path, k);
    assert_int_equal(find(&s, &(struct page){ .head = html, .body = buffer_string(&body) }, &out),
                     0);
    assert_true(out.n > OUTCOME_FINDINGS_MOST / 2 && out.n <= OUTCOME_FINDINGS_MOST);
    assert_true(finding_links_read(buffer_span(&out), &head, &canonical, &rest));
    assert_true(head.flags & FINDING_LINKS_CUT);
    sink_links_fini(&s);
    buffer_fini(&body);
    buffer_fini(&out);
}

static void broken_findings_are_read_as_far_as_they_go(void **state)
{
    (void)state;
    struct sink_links s = { 0 };
    struct buffer out = { 0 };
    recent_fini(&recent);
    assert_int_equal(
        find(&s,
             &(struct page){ .head = html,
                             .body = "<link rel=canonical href=c><a href=x><a href=y>" },
             &out),
        0);
    for (size_t n = 0; n <= out.n; n++) {
        struct finding_links head;
        struct finding_link link;
        struct span canonical, rest, href;
        char *copy = malloc(n + 1); // a sanitizer sees a step beyond
        memcpy(copy, out.p, n);
        if (finding_links_read((struct span){ copy, n }, &head, &canonical, &rest))
            while (finding_links_next(&rest, &link, &href))
                assert_true(href.p + href.n <= copy + n);
        free(copy);
    }
    sink_links_fini(&s);
    buffer_fini(&out);
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    for (unsigned n = 1;; n++) {
        struct sink_links s = { 0 };
        struct buffer out = { 0 };
        recent_fini(&recent);
        faults_fail_allocation(n + 3); // the test's own head takes some
        int r = find(&s, &(struct page){ .head = html, .body = "<a href=x><a href=y>" }, &out);
        bool met = !faults_pending();
        faults_fail_allocation(0);
        assert_true(r == -ENOMEM || out.n > 0);
        sink_links_fini(&s);
        buffer_fini(&out);
        if (!met)
            break;
    }
}

static int done(void **state)
{
    (void)state;
    recent_fini(&recent);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_tells_its_links_and_what_it_says_of_itself),
        cmocka_unit_test(headers_say_so_of_any_type),
        cmocka_unit_test(only_html_of_a_good_answer_is_read),
        cmocka_unit_test(what_was_told_a_moment_ago_is_not_told_again),
        cmocka_unit_test(what_was_told_where_nothing_is_followed_is_told_again_where_it_may_be),
        cmocka_unit_test(no_more_is_told_than_findings_may_be),
        cmocka_unit_test(broken_findings_are_read_as_far_as_they_go),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
