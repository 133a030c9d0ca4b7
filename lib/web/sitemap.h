// SPDX-License-Identifier: MIT
#ifndef WEB_SITEMAP_H
#define WEB_SITEMAP_H
#include "data/span.h"
#include <stdint.h>

// Lists of URLs that sites give to robots (https://www.sitemaps.org/protocol.html): XML, an index
// of further sitemaps, plain text; and RSS and Atom, which that protocol takes as well. Read as the
// bytes arrive. What it is shows in the bytes: gzip by its first two, XML by its root element, text
// otherwise.
//
// Nothing outside the document is ever read, entities that it declares are never expanded, and
// working memory is bounded whatever it holds.
struct sitemap;

enum sitemap_kind {
    SITEMAP_UNKNOWN, // nothing has been seen that would tell
    SITEMAP_URLSET,
    SITEMAP_INDEX, // entries are sitemaps
    SITEMAP_TEXT,
    SITEMAP_RSS,
    SITEMAP_ATOM,
    SITEMAP_NONE, // something else: a page, most often
};

enum {
    SITEMAP_MOST = 50 << 20,  // decoded bytes that are read; the protocol allows as many
    SITEMAP_ENTRIES = 50000,  // the same
    SITEMAP_TEXT_MOST = 8192, // bytes of an entry's URL; one that is longer is passed over
};

// One entry. Both as they stand there, without the blanks around them; the URL is not empty.
// Borrowed for the call.
struct sitemap_entry {
    struct span url;
    struct span modified; // W3C date and time; absent: not given
};

// Takes an entry. Returns 0 to go on; anything else ends the reading and is returned there.
typedef int sitemap_taker(void *arg, const struct sitemap_entry *entry);

// Begins a document. Of its Content-Type (absent: unknown) only the charset counts, for XML before
// what that says itself. `take` is called with `arg` while it is fed. Errors: -ENOMEM.
int sitemap_new(struct sitemap **out, struct span content_type, sitemap_taker *take, void *arg);
void sitemap_free(struct sitemap *s);

// Reads on, in pieces of any size. Returns 0; 1 when no more is wanted (a bound was reached, or it
// is no sitemap); what `take` returned. Errors: -ENOMEM. After anything but 0 it says the same for
// ever.
int sitemap_feed(struct sitemap *s, struct span piece);

// Says that the document has ended; may give further entries. Returns as sitemap_feed.
int sitemap_end(struct sitemap *s);

enum sitemap_kind sitemap_kind(const struct sitemap *s);

// The word for it: "urlset", "sitemapindex", "text", "rss", "atom"; "" for any other. A literal.
const char *sitemap_word(enum sitemap_kind kind);

// Whether there was more than the bounds allow; and whether it was damaged: what stands before the
// damage has been given, and what stands behind it as far as that could be told.
bool sitemap_cut(const struct sitemap *s);
bool sitemap_broken(const struct sitemap *s);
#endif
