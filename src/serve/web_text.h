// SPDX-License-Identifier: MIT
#ifndef SERVE_WEB_TEXT_H
#define SERVE_WEB_TEXT_H
#include "data/buffer.h"
#include "serve/web.h"

// What the synthetic web serves, as bytes appended to a buffer (whose `failed` tells of missing
// memory). Pure.

// The HTML of a page that is no redirect.
void web_text_page(const struct web *w, uint32_t host, uint32_t page, const struct web_page *p,
                   struct buffer *out);

// The host's robots.txt.
void web_text_robots(const struct web *w, uint32_t host, struct buffer *out);

// The URL of a page.
void web_text_url(const struct web *w, uint32_t host, uint32_t page, struct buffer *out);

// Sitemaps hold 50,000 URLs each (sitemaps.org); a host of more pages has an index at /sitemap.xml
// and them at /sitemap-1.xml and so on.
enum { WEB_SITEMAP_URLS = 50000 };

// The pages of the sitemap at `path`: from `*first` up to but not including `*end`; for an index
// the numbers of the sitemaps it lists. Returns false when `path` is no sitemap of this web.
bool web_text_sitemap(const struct web *w, struct span path, bool *index, uint32_t *first,
                      uint32_t *end);

// Append its text: the beginning, each entry `i` of those, the end. Lack of memory shows in `out`.
void web_text_sitemap_start(bool index, struct buffer *out);
void web_text_sitemap_entry(const struct web *w, uint32_t host, bool index, uint32_t i,
                            struct buffer *out);
void web_text_sitemap_end(bool index, struct buffer *out);
#endif
