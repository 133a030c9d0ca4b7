// SPDX-License-Identifier: MIT
#ifndef CRAWL_STATS_PACK_H
#define CRAWL_STATS_PACK_H
#include "crawl/stats.h"
#include "data/buffer.h"

// The counts of a run as flat bytes, for a state: what has happened, not what is going on.
void stats_pack(struct buffer *out, const struct crawl_stats *s);

// Sets the counts of `s`, whose engines are those of the run that goes on: those of engines that it
// does not have are left out. Errors: -EUCLEAN the bytes are no counts; -EPROTO of another version.
int stats_unpack(struct crawl_stats *s, struct span bytes);
#endif
