// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_LINKS_H
#define VISIT_SINK_LINKS_H
#include "data/buffer.h"
#include "fetch/response.h"
#include "html/links.h"
#include "visit/finding_links.h"
#include "visit/recent.h"

// The sink that finds the links of a page, and passes it on. Looked at are the bodies of 2xx
// answers that are HTML, by their Content-Type or, without one, by their first bytes; and the
// headers Link, Refresh and X-Robots-Tag of any 2xx. What is found comes as the findings of
// finding_links.h. In place; used again from visit to visit.
struct sink_links_setup {
    struct span url;       // of the page
    struct span agent;     // the product token that may be spoken to by name
    uint32_t tags;         // whose links are wanted, bits 1 << enum links_tag (html/links.h)
    bool follow;           // the links, not only what the page says of itself
    bool deepest;          // none of them will be followed, as others like them may be
    struct recent *recent; // of the worker, borrowed; NULL: nothing is left out
};

struct sink_links {
    struct sink sink;
    struct sink *next; // borrowed; NULL: the last
    struct sink_links_setup setup;
    struct links *links; // owned; made when first needed
    uint32_t tags;       // that `links` was made for
    bool looks;          // at this response at all
    bool reads;          // its body
    bool waits;          // for enough of the body to tell whether it is HTML
    bool failed;         // for lack of memory
    bool cut;
    unsigned robots;     // enum robots_tag, ored
    char agent[32];      // copy of the setup's, NUL-terminated
    struct buffer head;  // the first bytes, while it waits
    struct buffer found; // struct finding_link, href, ...
};

// Prepares for a body. `setup` is copied, what it points at borrowed until the body is over.
void sink_links_begin(struct sink_links *s, const struct sink_links_setup *setup,
                      struct sink *next);

// The body is over; `whole`: and complete. Appends the findings to `out`, nothing when there are
// none, and remembers its links as reported. Errors: -ENOMEM, also of any time since the beginning.
int sink_links_end(struct sink_links *s, bool whole, struct buffer *out);

// Gives back what is kept for the next body, as far as it is more than `most` bytes.
void sink_links_trim(struct sink_links *s, size_t most);

void sink_links_fini(struct sink_links *s);
#endif
