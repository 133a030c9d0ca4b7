// SPDX-License-Identifier: MIT
#ifndef WEB_ROBOTS_TAG_H
#define WEB_ROBOTS_TAG_H
#include "data/span.h"

// What a page or its head asks of robots: the meta element of HTML and the header X-Robots-Tag.
// There is no standard; this is what the large search engines have documented. Directives that say
// nothing about following and indexing are passed over (unavailable_after, nosnippet, max-snippet,
// ...), and so are those that permit (all, index, follow): what several of them forbid adds up.
enum robots_tag {
    ROBOTS_NOINDEX = 1 << 0,
    ROBOTS_NOFOLLOW = 1 << 1, // "none" is both
};

// What one field of X-Robots-Tag forbids `agent`, a product token (robots_token): the directives
// before any name, and those behind this name ("googlebot: noindex, other: nofollow"). Each field
// of a head is a value of its own: they must not be joined.
unsigned robots_tag_header(struct span value, struct span agent);

// The same of a meta element, by its name ("robots", or that of one agent) and its content.
unsigned robots_tag_meta(struct span name, struct span content, struct span agent);
#endif
