// SPDX-License-Identifier: MIT
#ifndef WEB_ROBOTS_H
#define WEB_ROBOTS_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// robots.txt by RFC 9309, compiled for one product token: what stands in the file for others is not
// kept. What compiling leaves is one run of bytes, without pointers, that can cross a process and
// lie in memory for as long as it holds.
struct robots;       // a file that is being read
struct robots_rules; // what came of it

enum {
    ROBOTS_MOST =
        512 * 1024,         // bytes of a file that are read; more is cut at a line (RFC 9309 §2.5)
    ROBOTS_LINE = 16663,    // bytes of a line that count
    ROBOTS_SITEMAPS = 1000, // of one file
};

// The product token of a user agent, the name before its version (RFC 9309 §2.2.1): "trawl" of
// "trawl/1.0 (+https://example.org)". Empty when there is none. A view of `agent`.
struct span robots_token(struct span agent);

// Begins a file; `agent` is a product token, of which a copy is kept. Errors: -ENOMEM.
int robots_new(struct robots **out, struct span agent);
void robots_free(struct robots *r);

// Reads on, in pieces of any size. Returns 0; 1 when no more is wanted. Errors: -ENOMEM.
int robots_feed(struct robots *r, struct span piece);

// Ends the file. Appends the rules, a multiple of 8 bytes, to `rules`, and each sitemap's URL, as
// it stands there and ended by a NUL, to `sitemaps`. Errors: -ENOMEM.
int robots_compile(struct robots *r, struct buffer *rules, struct buffer *sitemaps);

// Whether these bytes, which begin at a multiple of 8, are rules as robots_compile leaves them.
// Those may be looked at as a struct robots_rules, and copied.
bool robots_valid(struct span bytes);

// The seconds between two requests that the file asks for (Crawl-delay), in ns; -1: it asks for
// none.
int64_t robots_delay(const struct robots_rules *rules);

struct robots_verdict {
    bool allowed;
    uint32_t line; // of the file, from 1, that decided; 0: none did
};

// Whether `path`, path and query of a URL, may be fetched: the rule with the longest pattern that
// matches decides, Allow before Disallow (RFC 9309 §2.2.2); /robots.txt itself always may.
//
// Where the standard and the most used implementation disagree on percent-encoding, what is
// stricter holds. A Disallow matches whatever is equivalent: %7E is ~, and what is not ASCII is
// encoded. An Allow matches what it has literally, after its own characters beyond ASCII have been
// encoded: its %7E is not ~.
//
// `scratch` is overwritten, and not needed for paths without '%', '*' and '$'. Errors: -ENOMEM.
int robots_match(const struct robots_rules *rules, struct span path, struct buffer *scratch,
                 struct robots_verdict *out);
#endif
