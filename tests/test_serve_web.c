// SPDX-License-Identifier: MIT
#include "check.h"
#include "serve/web_text.h"
#include <stdio.h>
#include <stdlib.h>

static const struct web plain = {
    .seed = 1, .hosts = 20, .pages = 200, .suffix = "web.test", .port = 8080
};
static const struct web broken = { .seed = 1,
                                   .hosts = 20,
                                   .pages = 200,
                                   .suffix = "web.test",
                                   .port = 8080,
                                   .delay_ms = 100,
                                   .errors = 200000 };

// FNV-1a: to fix bytes in a test without keeping them.
static uint64_t digest(uint64_t so_far, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        so_far = (so_far ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
    return so_far;
}

static uint64_t digest_web(const struct web *w)
{
    uint64_t d = UINT64_C(0xcbf29ce484222325);
    struct buffer b = { 0 };
    for (uint32_t host = 0; host < w->hosts; host++) {
        buffer_clear(&b);
        web_text_robots(w, host, &b);
        for (uint32_t page = 0; page < w->pages; page++) {
            struct web_page p;
            web_page(w, host, page, &p);
            buffer_add_format(&b, "%d %u %u %d\n", (int)p.fault, p.delay_ms, p.target, p.redirect);
            web_text_page(w, host, page, &p, &b);
        }
        assert_false(b.failed);
        d = digest(d, b.p, b.n);
    }
    buffer_fini(&b);
    return d;
}

static void the_same_seed_makes_the_same_bytes(void **state)
{
    (void)state;
    // A change here changes every web that a seed stands for in somebody's notes.
    assert_int_equal(digest_web(&plain), UINT64_C(0x5e7ba88de7c5d9d7));
    assert_int_equal(digest_web(&broken), UINT64_C(0x22e45bf27bcf2470));
}

static void another_seed_makes_another_web(void **state)
{
    (void)state;
    struct web other = plain;
    other.seed = 2;
    assert_int_not_equal(digest_web(&plain), digest_web(&other));
}

// Follows the links that stand in the pages' text, from the first page of a host, and marks what
// was reached.
static void walk(const struct web *w, uint32_t host, uint32_t page, bool *reached, bool *hosts)
{
    struct web_page p;
    struct buffer b = { 0 };
    char authority[WEB_NAME_ROOM];
    reached[page] = true;
    web_page(w, host, page, &p);
    if (p.redirect || (p.fault != WEB_FINE && p.fault != WEB_SLOW))
        return;
    web_text_page(w, host, page, &p, &b);
    size_t own = web_authority(w, host, authority);
    for (const char *at = buffer_string(&b); (at = strstr(at, "<a href=\""));) {
        at += 9;
        struct span href = { at, (size_t)(strchr(at, '"') - at) };
        const char *hash = memchr(href.p, '#', href.n);
        if (hash)
            href.n = (size_t)(hash - href.p);
        if (href.n > 2 && memcmp(href.p, "..", 2) == 0)
            href.p += 2, href.n -= 2;
        if (href.p[0] == '.')
            href.p++, href.n--;
        if (href.n > 5 && memcmp(href.p, "http:", 5) == 0)
            href.p += 5, href.n -= 5;
        if (href.n > 2 && memcmp(href.p, "//", 2) == 0) {
            const char *slash = memchr(href.p + 2, '/', href.n - 2);
            assert_non_null(slash);
            struct span to = { href.p + 2, (size_t)(slash - href.p - 2) }, label;
            uint32_t number, found;
            assert_true(web_under_suffix(w->suffix, to, &label));
            assert_true(web_host_number(label, &number));
            assert_true(number < w->hosts);
            hosts[number] = true;
            assert_true(
                web_find_page(w, number, (struct span){ slash, href.n - 2 - to.n }, &found));
            if (!span_equal(to, (struct span){ authority, own }))
                continue;
            href = (struct span){ slash, href.n - 2 - to.n };
        }
        uint32_t next;
        assert_true(web_find_page(w, host, href, &next));
        if (!reached[next])
            walk(w, host, next, reached, hosts);
    }
    buffer_fini(&b);
}

static void every_page_is_linked_from_one_that_can_be_reached(void **state)
{
    (void)state;
    const struct web *const webs[] = { &plain, &broken };
    for (size_t i = 0; i < 2; i++) {
        bool hosts[20] = { [0] = true };
        for (uint32_t host = 0; host < webs[i]->hosts; host++) {
            bool reached[200] = { false };
            if (!hosts[host])
                print_error("host %u is linked from none before it\n", host);
            assert_true(
                hosts[host]); // in the order of their numbers, each after the one that links to it
            walk(webs[i], host, 0, reached, hosts);
            for (uint32_t page = 0; page < webs[i]->pages; page++)
                assert_true(reached[page]);
        }
    }
}

static void paths_lead_back_to_their_pages(void **state)
{
    (void)state;
    struct web w = plain;
    w.pages = WEB_PAGES_MAX;
    static const uint32_t pages[] = { 0, 1, 9, 10, 199, 123456789, WEB_PAGES_MAX - 1 };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        char path[WEB_PATH_ROOM];
        uint32_t page = 77;
        size_t n = web_path(&w, 5, pages[i], path);
        assert_int_equal(n, strlen(path));
        assert_true(n + 20 < WEB_PATH_ROOM);
        assert_true(web_find_page(&w, 5, (struct span){ path, n }, &page));
        assert_int_equal(page, pages[i]);
    }
    static const char *const none[] = {
        "", "/x", "/.html", "/a/b-c-1.html", "/a/b-c-99999999999999999999.html", "/0.html"
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        uint32_t page;
        assert_false(web_find_page(&w, 5, span_of(none[i]), &page));
    }
}

static void names_lead_back_to_their_hosts(void **state)
{
    (void)state;
    struct span label;
    uint32_t host = 77;
    assert_true(web_under_suffix("web.test", span_of("H17.Web.Test.:8080"), &label));
    assert_true(web_host_number(label, &host));
    assert_int_equal(host, 17);
    assert_true(web_under_suffix("web.test", span_of("web.test"), &label));
    assert_null(label.p);
    assert_false(web_under_suffix("web.test", span_of("xweb.test"), &label));
    assert_false(web_under_suffix("web.test", span_of("h1.web.test.com"), &label));
    assert_false(web_under_suffix("web.test", span_of(""), &label));
    static const char *const none[] = { "h", "h01", "x1", "h1a", "h1.h2", "h1234567890" };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(web_host_number(span_of(none[i]), &host));
}

static void pages_are_about_as_large_and_as_linked_as_real_ones(void **state)
{
    (void)state;
    uint64_t bytes = 0, links = 0, count = 0;
    struct buffer b = { 0 };
    for (uint32_t host = 0; host < plain.hosts; host++)
        for (uint32_t page = 0; page < plain.pages; page++, count++) {
            struct web_page p;
            web_page(&plain, host, page, &p);
            buffer_clear(&b);
            web_text_page(&plain, host, page, &p, &b);
            bytes += b.n;
            links += p.links;
        }
    buffer_fini(&b);
    print_message("%llu bytes and %llu links a page\n", (unsigned long long)(bytes / count),
                  (unsigned long long)(links / count));
    assert_in_range(bytes / count, 4500, 5800);
    assert_in_range(links / count, 26, 34);
}

static void about_the_share_asked_for_is_broken_and_only_leaves_are(void **state)
{
    (void)state;
    struct web w = broken;
    unsigned pages = 0, bad = 0, hosts = 0, bad_hosts = 0;
    for (uint32_t page = 0; page < w.pages; page++) {
        struct web_page p;
        web_page(&w, 3, page, &p);
        assert_int_equal(plain.errors, 0);
        if (p.children > 0 || page == 0) {
            assert_int_equal(p.fault, WEB_FINE);
            assert_false(p.redirect || p.private);
        }
    }
    w.hosts = 5000;
    for (uint32_t host = 0; host < w.hosts; host++) {
        struct web_page p;
        web_page(&w, host, w.pages - 1, &p);
        pages++;
        bad += p.fault != WEB_FINE;
        hosts += host * 8 + 1 >= w.hosts;
        bad_hosts += web_host_fault(&w, host) != WEB_FINE;
        assert_true(host * 8 + 1 >= w.hosts || web_host_fault(&w, host) == WEB_FINE);
        web_page(&plain, host % 20, w.pages - 1, &p);
        assert_int_equal(p.fault, WEB_FINE);
    }
    assert_in_range(bad * 1000 / pages, 170, 230);
    assert_in_range(bad_hosts * 1000 / hosts, 170, 230);
}

static void large_hosts_have_an_index_of_sitemaps(void **state)
{
    (void)state;
    struct web w = plain;
    bool index;
    uint32_t first, end;
    assert_true(web_text_sitemap(&w, span_of("/sitemap.xml"), &index, &first, &end));
    assert_false(index);
    assert_int_equal(first, 0);
    assert_int_equal(end, 200);
    assert_false(web_text_sitemap(&w, span_of("/sitemap-1.xml"), &index, &first, &end));
    w.pages = 120000;
    assert_true(web_text_sitemap(&w, span_of("/sitemap.xml"), &index, &first, &end));
    assert_true(index);
    assert_int_equal(end, 3);
    assert_true(web_text_sitemap(&w, span_of("/sitemap-3.xml"), &index, &first, &end));
    assert_false(index);
    assert_int_equal(first, 100000);
    assert_int_equal(end, 120000);
    assert_false(web_text_sitemap(&w, span_of("/sitemap-4.xml"), &index, &first, &end));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_makes_the_same_bytes),
        cmocka_unit_test(another_seed_makes_another_web),
        cmocka_unit_test(every_page_is_linked_from_one_that_can_be_reached),
        cmocka_unit_test(paths_lead_back_to_their_pages),
        cmocka_unit_test(names_lead_back_to_their_hosts),
        cmocka_unit_test(pages_are_about_as_large_and_as_linked_as_real_ones),
        cmocka_unit_test(about_the_share_asked_for_is_broken_and_only_leaves_are),
        cmocka_unit_test(large_hosts_have_an_index_of_sitemaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
