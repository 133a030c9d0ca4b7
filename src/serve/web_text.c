// SPDX-License-Identifier: MIT
#include "serve/web_text.h"
#include "serve/words.h"
#include <stdio.h>
#include <time.h>

enum { DRAW_TITLE = 1000000, DRAW_SENTENCE };

void web_text_url(const struct web *w, uint32_t host, uint32_t page, struct buffer *out)
{
    char text[WEB_NAME_ROOM];
    buffer_add_string(out, "http://");
    buffer_add(out, text, web_authority(w, host, text));
    buffer_add(out, text, web_path(w, host, page, text));
}

// The address of a link as it stands in its page.
static void web_text_href(const struct web *w, const struct web_link *link, uint32_t from_page,
                          struct buffer *out)
{
    char text[WEB_NAME_ROOM];
    enum web_link_form form = link->form;
    bool away = form == WEB_LINK_FULL || form == WEB_LINK_NO_SCHEME;
    if (away) {
        buffer_add_string(out, form == WEB_LINK_FULL ? "http://" : "//");
        buffer_add(out, text, web_authority(w, link->host, text));
    }
    size_t n = web_path(w, link->host, link->page, text);
    if (form == WEB_LINK_RELATIVE && from_page > 0) // pages but the first are one folder down
        buffer_add_string(out, "..");
    if (form == WEB_LINK_RELATIVE && from_page == 0)
        buffer_add_string(out, ".");
    buffer_add(out, text, n);
    if (link->fragment)
        buffer_add_string(out, "#notes");
}

static void web_text_link(const struct web *w, uint32_t host, uint32_t page,
                          const struct web_page *p, uint32_t i, struct buffer *out)
{
    struct web_link link;
    web_link(w, host, page, p, i, &link);
    if (link.host != host && link.form != WEB_LINK_NO_SCHEME)
        link.form = WEB_LINK_FULL;
    buffer_add_string(out, "<a href=\"");
    web_text_href(w, &link, page, out);
    buffer_add_string(out, "\">");
    buffer_add_string(out, words_adjective(link.page ^ link.host));
    buffer_add_byte(out, ' ');
    buffer_add_string(out, words_noun(link.page + i));
    buffer_add_string(out, "</a>");
}

static void web_text_head(const struct web *w, uint32_t host, uint32_t page, struct buffer *out)
{
    uint64_t draw = web_mix(w->seed, host, page, DRAW_TITLE);
    const char *adjective = words_adjective(draw), *noun = words_noun(draw >> 8);
    buffer_add_string(
        out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>The ");
    buffer_add_string(out, adjective);
    buffer_add_byte(out, ' ');
    buffer_add_string(out, noun);
    buffer_add_string(out, ", page ");
    buffer_add_uint(out, page);
    buffer_add_string(out, "</title>\n<link rel=\"canonical\" href=\"");
    web_text_url(w, host, page, out);
    buffer_add_string(out, "\">\n</head>\n<body>\n<h1>The ");
    buffer_add_string(out, adjective);
    buffer_add_byte(out, ' ');
    buffer_add_string(out, noun);
    buffer_add_string(out, "</h1>\n<p>");
}

// Spreads the links over the text: what is still to be written is shared out among the links still
// to come.
void web_text_page(const struct web *w, uint32_t host, uint32_t page, const struct web_page *p,
                   struct buffer *out)
{
    static const char end[] = "</p>\n<p id=\"notes\">The end.</p>\n</body>\n</html>\n";
    size_t start = out->n;
    uint64_t draw = web_mix(w->seed, host, page, DRAW_SENTENCE);
    buffer_reserve(out, p->size + 4096);
    web_text_head(w, host, page, out);
    for (uint32_t i = 0; i < p->links && !out->failed; i++) {
        size_t due = (size_t)((uint64_t)p->size * (i + 1) / (p->links + 1));
        web_text_link(w, host, page, p, i, out);
        buffer_add_string(out, i % 6 == 5 ? ".</p>\n<p>" : ". ");
        while (out->n - start + 90 < due && !out->failed) {
            draw = draw * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            struct span sentence = words_sentence(draw >> 40);
            buffer_add(out, sentence.p, sentence.n);
        }
    }
    buffer_add(out, end, sizeof end - 1);
}

void web_text_robots(const struct web *w, uint32_t host, struct buffer *out)
{
    struct web_robots robots = web_robots(w, host);
    char authority[WEB_NAME_ROOM];
    size_t n = web_authority(w, host, authority);
    buffer_add_string(out, "User-agent: *\nDisallow: /private/\n");
    if (robots.crawl_delay)
        buffer_add_format(out, "Crawl-delay: %u\n", robots.crawl_delay);
    buffer_add_string(out, "\nSitemap: http://");
    buffer_add(out, authority, n);
    buffer_add_string(out, "/sitemap.xml\n");
}

bool web_text_sitemap(const struct web *w, struct span path, bool *index, uint32_t *first,
                      uint32_t *end)
{
    uint32_t maps = (w->pages - 1) / WEB_SITEMAP_URLS + 1;
    if (span_is(path, "/sitemap.xml")) {
        *index = maps > 1;
        *first = 0;
        *end = maps > 1 ? maps : w->pages;
        return true;
    }
    for (uint32_t map = 0; maps > 1 && map < maps; map++) {
        char right[32];
        snprintf(right, sizeof right, "/sitemap-%u.xml", map + 1);
        if (!span_is(path, right))
            continue;
        *index = false;
        *first = map * WEB_SITEMAP_URLS;
        *end = map + 1 == maps ? w->pages : *first + WEB_SITEMAP_URLS;
        return true;
    }
    return false;
}

void web_text_sitemap_start(bool index, struct buffer *out)
{
    buffer_add_format(out,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<%s xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
                      index ? "sitemapindex" : "urlset");
}

static void web_text_date(int64_t t, struct buffer *out)
{
    struct tm tm;
    time_t when = (time_t)t;
    gmtime_r(&when, &tm);
    buffer_add_format(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

void web_text_sitemap_entry(const struct web *w, uint32_t host, bool index, uint32_t i,
                            struct buffer *out)
{
    if (index) {
        char authority[WEB_NAME_ROOM];
        size_t n = web_authority(w, host, authority);
        buffer_add_string(out, "<sitemap><loc>http://");
        buffer_add(out, authority, n);
        buffer_add_format(out, "/sitemap-%u.xml</loc></sitemap>\n", i + 1);
        return;
    }
    struct web_page p;
    web_page(w, host, i, &p);
    buffer_add_string(out, "<url><loc>");
    web_text_url(w, host, i, out);
    buffer_add_string(out, "</loc><lastmod>");
    web_text_date(p.modified, out);
    buffer_add_string(out, "</lastmod></url>\n");
}

void web_text_sitemap_end(bool index, struct buffer *out)
{
    buffer_add_string(out, index ? "</sitemapindex>\n" : "</urlset>\n");
}
