// SPDX-License-Identifier: MIT
#ifndef HTML_LINK_HEADER_H
#define HTML_LINK_HEADER_H
#include "data/buffer.h"

// A link of a Link header (RFC 8288 §3). `target` and `rel` are views of the header; a rel that was
// quoted with escapes in it is as it stood there, for no relation has any.
struct link_header {
    struct span target, rel; // rel is absent when there is none
};

// Takes the next link off `rest`, the value of a Link header, or of several joined by commas. What
// is none is passed over. False when none is left.
bool link_header_next(struct span *rest, struct link_header *out);
#endif
