// SPDX-License-Identifier: MIT
#ifndef HTML_REL_H
#define HTML_REL_H
#include "data/span.h"
#include <stdint.h>

// What the relations of a link mean to somebody who follows links, as bits.
enum rel {
    REL_NOFOLLOW = 1 << 0,
    REL_CANONICAL = 1 << 1,
    REL_PAGE = 1 << 2,     // leads to another page, as next, alternate or help do
    REL_RESOURCE = 1 << 3, // what this page is made of, as a style sheet or an icon
    REL_HINT = 1 << 4,     // is no link at all: dns-prefetch, preconnect
};

// Reads a rel attribute or parameter, its words apart by white space and in any case (HTML standard
// §4.6.7). A word that is not known is REL_RESOURCE: link elements of private relations mostly lead
// to what is made for programs.
uint32_t rel_parse(struct span words);
#endif
