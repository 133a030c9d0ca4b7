// SPDX-License-Identifier: MIT
#ifndef CRAWL_SAME_H
#define CRAWL_SAME_H
#include "data/span.h"
#include <stdint.h>

// Which bodies came before, by their digests: so many of the last ones, each with the URL that it
// came from first. A table in which a new one takes an old one's place, so that its memory is
// bounded; a body that is forgotten is new again.
struct bodies;

enum { SAME_MOST = 1 << 16, SAME_DIGEST = 32 };

// The URL of an equal body that came before, borrowed until the next call; absent when none is
// known: then `url` is remembered as the first. `*b` is made at the first call; without memory
// nothing is known.
struct span same_find(struct bodies **b, const uint8_t digest[SAME_DIGEST], struct span url);

void same_free(struct bodies *b);
#endif
