// SPDX-License-Identifier: MIT
#ifndef HTML_LINKS_H
#define HTML_LINKS_H
#include "data/buffer.h"
#include "web/url.h"
#include <stdint.h>

// Where a link stood.
enum links_tag {
    LINKS_A, // also those of SVG
    LINKS_AREA,
    LINKS_IFRAME,
    LINKS_FRAME,
    LINKS_LINK,     // link elements that lead to another page: see REL_PAGE
    LINKS_META,     // meta refresh
    LINKS_HEADER,   // Link header
    LINKS_FORM,     // the action of a form that is sent with GET
    LINKS_RESOURCE, // link elements, and links of the header, for what a page is made of
    LINKS_SCRIPT,
    LINKS_IMG,    // img with its srcset, image of SVG, input type=image
    LINKS_SOURCE, // source with its srcset
    LINKS_MEDIA,  // audio, video with its poster, track
    LINKS_OBJECT, // object, embed
    LINKS_TAGS
};

// What leads to pages; and everything but forms.
#define LINKS_PAGES ((1U << LINKS_FORM) - 1)
#define LINKS_ALL (((1U << LINKS_TAGS) - 1) & ~(1U << LINKS_FORM))

// "a", "area", ...: a literal.
const char *links_tag_name(enum links_tag tag);

struct links_found {
    struct span href; // absolute, http or https, without a fragment; borrowed for the call
    enum links_tag tag;
    bool nofollow; // by its rel
};

// Who wants to know. Called while the page is pushed.
struct links_listener {
    void (*found)(void *arg, const struct links_found *link);
    // A meta element of this name, with this content in UTF-8; for robots and `agent`. NULL: not
    // wanted.
    void (*meta)(void *arg, struct span name, struct span content);
    void *arg;
};

struct links_options {
    uint32_t tags;  // whose links are wanted, bits 1 << enum links_tag
    bool canonical; // in canonical form (web/url_canonical.h); then a link that stands there with
                    // rel=nofollow and without is found as both
    const char *agent; // a name of meta elements, in any case; borrowed. NULL: none
};

enum {
    LINKS_MOST = 50000,            // links of one page; what is more is left out
    LINKS_PENDING_MOST = 64 << 10, // bytes of links that wait for a base element
    LINKS_KEEP = 4096,             // hashes and bytes of room kept from page to page
};

// Finds the links of a page while it streams through, in any encoding and as a browser would, each
// once and in document order: references are decoded, resolved against the first base element, or
// the URL of the page, and queries encoded as the page is. Where a base element comes behind links
// it still counts for them, as long as it stands in the head. Pure; memory: hashes of the links,
// one tag, and what waits for the base.
struct links;

// Errors: -ENOMEM.
int links_new(struct links **out, const struct links_options *options,
              const struct links_listener *listener);
void links_free(struct links *l);

// Begins a page. `content_type` is the value of its header, which may be absent. `url` is copied.
// Errors: -ENOMEM.
int links_begin(struct links *l, const struct url *url, struct span content_type);

// Takes a Link header (RFC 8288); before the first push. Errors: -ENOMEM.
int links_header(struct links *l, struct span value);

// Takes a Refresh header, which means what a meta element does; before the first push. Errors:
// -ENOMEM.
int links_refresh(struct links *l, struct span value);

// Takes some of the page, its content coding undone. Errors: -ENOMEM, after which only links_begin
// makes sense.
int links_push(struct links *l, struct span bytes);

// The page is over. Errors: -ENOMEM.
int links_end(struct links *l);

// The target of rel=canonical, in the form of the others; absent when there is none. Borrowed until
// links_begin.
struct span links_canonical(const struct links *l);

// Whether there were more than LINKS_MOST.
bool links_were_cut(const struct links *l);

// Whether the content of a response of this type has links to be found in: HTML, XHTML; and without
// a type what begins like HTML, when `head` are its first bytes.
bool links_has_type(struct span content_type, struct span head);

// How many of the first bytes that looks at.
enum { LINKS_SNIFF = 512 };
#endif
