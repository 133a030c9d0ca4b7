// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_SITEMAP_H
#define VISIT_SINK_SITEMAP_H
#include "data/buffer.h"
#include "fetch/response.h"
#include "web/url.h"

// The sink that reads a sitemap, and passes it on. Looked at are the bodies of 2xx answers. What
// they list comes as the findings of finding_sitemap.h, each URL in its canonical form
// (web/url_canonical.h). In place; used again from visit to visit.
struct sitemap;

struct sink_sitemap {
    struct sink sink;
    struct sink *next;       // borrowed; NULL: the last
    struct sitemap *reading; // NULL: this body is not read
    struct span url;         // of the sitemap; borrowed
    struct url base;         // the same, while it is read
    unsigned entries;
    bool sated;  // nothing more is wanted
    bool cut;    // there is no room for more
    bool failed; // for lack of memory
    struct buffer found, before;
};

// Prepares for a body. `url` is borrowed until the body is over.
void sink_sitemap_begin(struct sink_sitemap *s, struct span url, struct sink *next);

// The body is over; `whole`: and complete, or cut for having been read as far as it is. Appends the
// findings to `out`, nothing when it was no sitemap. Errors: -ENOMEM, also of any time since the
// beginning.
int sink_sitemap_end(struct sink_sitemap *s, bool whole, struct buffer *out);

// Gives back what is kept for the next body, as far as it is more than `most` bytes.
void sink_sitemap_trim(struct sink_sitemap *s, size_t most);

void sink_sitemap_fini(struct sink_sitemap *s);
#endif
