// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include "data/base64.h"
#include "faults.h"
#include "html/links.h"
#include <errno.h>

static struct buffer found; // links, apart by spaces

static void take(void *arg, const struct links_found *link)
{
    (void)arg;
    buffer_add(&found, link->href.p, link->href.n);
    buffer_add_string(&found, link->nofollow ? "! " : " ");
}

static void take_meta(void *arg, struct span name, struct span content)
{
    (void)arg;
    buffer_add_format(&found, "%.*s=%.*s ", (int)name.n, name.p, (int)content.n, content.p);
}

struct page {
    const char *type, *url;
    struct links_options options;
};

static int find(const struct page *p, struct span html, size_t piece, struct links **keep)
{
    struct links_listener listener = { take, take_meta, NULL };
    struct links *l;
    struct url url;
    buffer_clear(&found);
    assert_int_equal(url_parse(&url, span_of(p->url), NULL, NULL), 0);
    int r = links_new(&l, &p->options, &listener);
    assert_int_equal(r, 0);
    r = links_begin(l, &url, span_of(p->type));
    for (size_t at = 0; r == 0 && at < html.n; at += piece)
        r = links_push(l, (struct span){ html.p + at, html.n - at < piece ? html.n - at : piece });
    if (r == 0)
        r = links_end(l);
    buffer_add_byte(&found, '\0');
    url_fini(&url);
    if (keep)
        *keep = l;
    else
        links_free(l);
    return r;
}

static void gives(const struct page *p, const char *html, const char *want)
{
    for (size_t piece = strlen(html) + 1; piece > 0; piece /= 2) {
        assert_int_equal(find(p, span_of(html), piece, NULL), 0);
        assert_string_equal(found.p, want);
    }
}

static const struct page plain = { "text/html; charset=utf-8",
                                   "http://a.example/b/c",
                                   { .tags = LINKS_ALL } };
static const struct page crawl = { "text/html",
                                   "http://a.example/b/c",
                                   { LINKS_PAGES, true, "Bot" } };

static void each_element_has_its_links(void **state)
{
    (void)state;
    gives(&plain,
          "<a href=1><area href=2><iframe src=3></iframe><frame src=4><script src=5></script>",
          "http://a.example/b/1 http://a.example/b/2 http://a.example/b/3 http://a.example/b/4 "
          "http://a.example/b/5 ");
    gives(
        &plain,
        "<img src=1 srcset='2 1x, 3 2x'><source src=4 srcset=5><video src=6 poster=7><audio src=8>",
        "http://a.example/b/1 http://a.example/b/2 http://a.example/b/3 http://a.example/b/4 "
        "http://a.example/b/5 http://a.example/b/6 http://a.example/b/7 http://a.example/b/8 ");
    gives(&plain, "<object data=1><embed src=2><track src=3><input type=IMAGE src=4><input src=5>",
          "http://a.example/b/1 http://a.example/b/2 http://a.example/b/3 http://a.example/b/4 ");
    gives(&plain, "<svg><a xlink:href=1><image href=2 xlink:href=3></svg><link rel=icon href=4>",
          "http://a.example/b/1 http://a.example/b/2 http://a.example/b/3 http://a.example/b/4 ");
    gives(&plain,
          "<form action=1></form><img src=''><link rel=dns-prefetch href=2><link href=3 "
          "rel=preconnect>",
          "");
    gives(&plain,
          "<a href=javascript:x><a href=mailto:a@b.c><a href=data:,x><a href=tel:1><a "
          "href='http://'>",
          "");
}

static void only_what_is_wanted_is_found(void **state)
{
    (void)state;
    gives(&crawl,
          "<a href=1><img src=2><link rel=stylesheet href=3><link rel=next href=4><form action=5>",
          "http://a.example/b/1 http://a.example/b/4 ");
    struct page forms = plain;
    forms.options.tags = 1U << LINKS_FORM;
    gives(&forms,
          "<form action=1></form><form action=2 method=GET></form><form method=POST action=3>",
          "http://a.example/b/1 http://a.example/b/2 ");
}

static void the_base_counts_for_the_whole_head(void **state)
{
    (void)state;
    gives(&plain, "<link href=1 rel=next><base href=/x/><base href=/y/><a href=2>",
          "http://a.example/x/1 http://a.example/x/2 ");
    gives(&plain, "<link href=1 rel=next></head><base href=/x/><a href=1><a href=2>",
          "http://a.example/b/1 http://a.example/x/1 http://a.example/x/2 ");
    gives(&plain, "<base target=x><base href='javascript:'><base href=/y/><a href=2>",
          "http://a.example/b/2 ");
    gives(&plain, "<a href=1><a href='1#2'><a href=./1>", "http://a.example/b/1 ");
}

static void what_waits_for_a_base_is_bounded(void **state)
{
    (void)state;
    struct buffer html = { 0 };
    for (unsigned k = 0; k < 20000; k++)
        buffer_add_format(&html, "<a href=%u>", k);
    buffer_add_string(&html, "<base href=/x/><a href=y>");
    assert_int_equal(find(&plain, buffer_span(&html), 1000, NULL), 0);
    assert_non_null(strstr(found.p, "http://a.example/b/19999 http://a.example/x/y"));
    buffer_fini(&html);
}

static void nofollow_and_robots_are_told(void **state)
{
    (void)state;
    gives(&crawl,
          "<a rel='x nofollow' href=1><a href=1><a rel=NoFollow href=1><meta name=bot "
          "content='no&#110;e'>"
          "<meta name=other content=x><META NAME=Robots CONTENT=noindex>",
          "bot=none Robots=noindex http://a.example/b/1! http://a.example/b/1 ");
    gives(&plain, "<a rel=nofollow href=1><a href=1>", "http://a.example/b/1! ");
}

static void in_canonical_form_what_means_the_same_is_the_same(void **state)
{
    (void)state;
    gives(&crawl, "<a href='http://u:p@A.example:80/%7ex#y'><a href=/~x>", "http://a.example/~x ");
    gives(&plain, "<a href='/%7ex'><a href=/~x>", "http://a.example/%7ex http://a.example/~x ");
}

static void the_canonical_link_is_kept(void **state)
{
    (void)state;
    struct links *l;
    const char *html =
        "<link rel='canonical' href='c#x'><link rel=canonical href=d><base href=/y/>";
    assert_int_equal(find(&crawl, span_of(html), 7, &l), 0);
    assert_true(span_is(links_canonical(l), "http://a.example/y/c"));
    struct url url;
    assert_int_equal(url_parse(&url, span_of("http://h/"), NULL, NULL), 0);
    assert_int_equal(links_begin(l, &url, span_of("text/html")), 0);
    assert_null(links_canonical(l).p);
    buffer_clear(&found);
    assert_int_equal(
        links_header(l,
                     span_of(" <a>; rel=\"next\", , <b>;x;rel=canonical;y=\"a\\\",<z>\", junk,"
                             "<c>; rel=\"nofollow index\" ,<d>; rel=preconnect, <e>; rel=preload")),
        0);
    buffer_add_byte(&found, '\0');
    assert_string_equal(found.p, "http://h/a http://h/b http://h/c! ");
    assert_true(span_is(links_canonical(l), "http://h/b"));
    url_fini(&url);
    links_free(l);
}

static void a_page_has_so_many_links_and_no_more(void **state)
{
    (void)state;
    struct links *l;
    struct buffer html = { 0 };
    for (unsigned k = 0; k < LINKS_MOST; k++)
        buffer_add_format(&html, "<a href=%u>", k);
    assert_int_equal(find(&plain, buffer_span(&html), 1 << 20, &l), 0);
    assert_false(links_were_cut(l));
    links_free(l);
    buffer_add_string(&html, "<a href=x>");
    assert_int_equal(find(&plain, buffer_span(&html), 1 << 20, &l), 0);
    assert_true(links_were_cut(l));
    assert_null(strstr(found.p, "/x "));
    links_free(l);
    buffer_fini(&html);
}

static void a_late_meta_element_says_the_encoding_of_the_rest(void **state)
{
    (void)state;
    struct page p = { "text/html", "http://a.example/", { .tags = LINKS_ALL } };
    struct buffer html = { 0 };
    for (unsigned k = 0; k < 2000; k++)
        buffer_add_byte(&html, ' ');
    buffer_add_string(&html, "<a href='?\xe4'><meta charset=koi8-r><a href='/\xc4?\xc4'>");
    assert_int_equal(find(&p, buffer_span(&html), 100, NULL), 0);
    assert_string_equal(found.p, "http://a.example/?%E4 http://a.example/%D0%B4?%C4 ");
    buffer_fini(&html);
}

static void types_that_have_links(void **state)
{
    (void)state;
    struct span none = { NULL, 0 }, nothing = span_of("");
    assert_true(links_has_type(span_of("text/html"), nothing));
    assert_true(links_has_type(span_of(" TEXT/HTML ; charset=x"), nothing));
    assert_true(links_has_type(span_of("application/xhtml+xml"), nothing));
    assert_false(links_has_type(span_of("text/plain"), span_of("<html>")));
    assert_false(links_has_type(span_of("text/htmlx"), nothing));
    assert_true(links_has_type(none, span_of(" \n<!DOCTYPE html>")));
    assert_true(links_has_type(none, span_of("\xef\xbb\xbf<HTML>")));
    assert_true(links_has_type(none, span_of("<!--x")));
    assert_false(links_has_type(none, span_of("<htmlx>")));
    assert_false(links_has_type(none, span_of("text")));
    assert_false(links_has_type(none, none));
}

// In pieces of any size the same links come out.
static void check_case(const json_t *one)
{
    struct buffer html = { 0 }, whole = { 0 };
    struct page p = { cases_text(one, "content_type"),
                      cases_text(one, "base"),
                      { .tags = LINKS_ALL } };
    assert_int_equal(base64_decode(cases_span(one, "html_b64"), &html), 0);
    assert_int_equal(find(&p, buffer_span(&html), html.n + 1, NULL), 0);
    buffer_add(&whole, found.p, found.n);
    for (size_t piece = 1; piece < 20; piece += 3) {
        assert_int_equal(find(&p, buffer_span(&html), piece, NULL), 0);
        assert_string_equal(found.p, whole.p);
    }
    buffer_fini(&html);
    buffer_fini(&whole);
}

static void pieces_do_not_matter(void **state)
{
    (void)state;
    assert_int_equal(cases_each("links.jsonl", check_case), 298);
}

static void count(void *arg, const struct links_found *link)
{
    (void)link;
    ++*(unsigned *)arg;
}

static void want_of_memory_is_told(void **state)
{
    (void)state;
    const char *html =
        "<base href=/x/><a href='&auml;?\xe4'><img srcset='a, b'><link rel=canonical href=c>"
        "<meta http-equiv=refresh content='1;y'>";
    unsigned links = 0;
    struct links_listener listener = { .found = count, .arg = &links };
    struct url url;
    assert_int_equal(url_parse(&url, span_of("http://a.example/"), NULL, NULL), 0);
    for (unsigned n = 1;; n++) {
        struct links *l = NULL;
        links = 0;
        faults_fail_allocation(n);
        int r = links_new(&l, &plain.options, &listener);
        if (r == 0)
            r = links_begin(l, &url, span_of("text/html;charset=latin1"));
        if (r == 0)
            r = links_push(l, span_of(html));
        if (r == 0)
            r = links_end(l);
        bool met = !faults_pending();
        faults_fail_allocation(0);
        links_free(l);
        assert_true(r == -ENOMEM || links == 5);
        if (!met)
            break;
    }
    url_fini(&url);
}

static int done(void **state)
{
    (void)state;
    buffer_fini(&found);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_element_has_its_links),
        cmocka_unit_test(only_what_is_wanted_is_found),
        cmocka_unit_test(the_base_counts_for_the_whole_head),
        cmocka_unit_test(what_waits_for_a_base_is_bounded),
        cmocka_unit_test(nofollow_and_robots_are_told),
        cmocka_unit_test(in_canonical_form_what_means_the_same_is_the_same),
        cmocka_unit_test(the_canonical_link_is_kept),
        cmocka_unit_test(a_page_has_so_many_links_and_no_more),
        cmocka_unit_test(a_late_meta_element_says_the_encoding_of_the_rest),
        cmocka_unit_test(types_that_have_links),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(want_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, done);
}
