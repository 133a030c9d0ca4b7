// SPDX-License-Identifier: MIT
#ifndef VISIT_FINDING_LINKS_H
#define VISIT_FINDING_LINKS_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// What a page says of other pages, as the findings of its outcome (outcome.h), for a job with
// JOB_LINKS. One run of bytes without pointers or alignment:
//
//     +----------------------+-----------+--------------------+------+--------------------+------
//     | struct finding_links | canonical | struct finding_link| href | struct finding_link| href
//     ...
//     +----------------------+-----------+--------------------+------+--------------------+------
//
// Every href, that of the canonical link too, is absolute, http or https, in its canonical form
// (web/url_canonical.h), without user name, password and fragment. Each stands once, in document
// order; those of the Link header come first.
enum { FINDING_LINKS = 1 }; // `kind`, which begins every kind of findings

enum finding_links_flag {
    FINDING_LINKS_NOINDEX = 1 << 0,  // by meta robots or X-Robots-Tag
    FINDING_LINKS_NOFOLLOW = 1 << 1, // the same; each link of the page is then nofollow as well
    FINDING_LINKS_CUT = 1 << 2,      // there were more than the bounds allow
};

struct finding_links {
    uint16_t kind, flags;
    uint32_t links;
    uint32_t canonical; // bytes of the href of rel=canonical; 0: none
    uint32_t repeated;  // links that this worker had reported a moment ago, and left out
};

enum finding_link_flag {
    FINDING_LINK_NOFOLLOW = 1 << 0, // by its rel, or by the page
};

struct finding_link {
    uint16_t length; // of the href
    uint8_t flags;
    uint8_t tag; // enum links_tag (html/links.h): where it stood
};

// Whether `findings` begin with the head of a page's links, whose plain values are then in `out`;
// `canonical` is absent when there is none. `rest` is what finding_links_next takes.
bool finding_links_read(struct span findings, struct finding_links *out, struct span *canonical,
                        struct span *rest);

// Takes the next link off `rest`; `href` is borrowed from there. False when none is left, or when
// what is left is not well formed.
bool finding_links_next(struct span *rest, struct finding_link *link, struct span *href);
#endif
