// SPDX-License-Identifier: MIT
// A content type newline, then a sitemap in pieces.
#include "fuzz.h"
#include "web/sitemap.h"

static int take(void *arg, const struct sitemap_entry *entry)
{
    unsigned *count = arg;
    FUZZ_MUST(entry->url.n > 0 && entry->url.n <= SITEMAP_TEXT_MOST);
    (*count)++;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_all(data, size), type = fuzz_cut(&text, '\n');
    struct sitemap *s;
    unsigned count = 0;
    int r = 0;
    if (sitemap_new(&s, type, take, &count) < 0)
        return 0;
    while (text.n && r == 0) {
        size_t n = text.n < 11 ? text.n : 11;
        r = sitemap_feed(s, (struct span){ text.p, n });
        text.p += n;
        text.n -= n;
    }
    sitemap_end(s);
    FUZZ_MUST(count <= SITEMAP_ENTRIES && sitemap_word(sitemap_kind(s)));
    sitemap_free(s);
    return 0;
}
