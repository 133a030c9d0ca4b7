// SPDX-License-Identifier: MIT
#ifndef VISIT_ARCHIVE_SEEN_H
#define VISIT_ARCHIVE_SEEN_H
#include "data/span.h"
#include "store/digest.h"
#include "store/warc_id.h"

// What a worker has archived lately, by URL and digest of the payload, so that the same page once
// more is a revisit: redirects of many URLs to one, lists with duplicates. A table of fixed size in
// which the newer takes the place of the older; { 0 } is empty.
//
// Only what the same worker has appended to its own files is known here. Those are cut from the
// end, if at all, and so never lose what a revisit in them refers to.
struct archive_seen {
    struct archive_seen_entry *entry; // NULL: none yet
    unsigned turn;
};

// Payloads shorter than this (bytes) are not worth a revisit, which is hardly shorter.
enum { ARCHIVE_SEEN_LEAST = 1024 };

struct archive_sight {
    int64_t date; // WARC-Date of its record
    struct warc_id id;
};

// Whether this payload of `url` has been archived; then `out` says where.
bool archive_seen_find(const struct archive_seen *s, struct span url, const struct digest *payload,
                       struct archive_sight *out);

// Remembers it. Without memory it is not.
void archive_seen_add(struct archive_seen *s, struct span url, const struct digest *payload,
                      const struct archive_sight *sight);

void archive_seen_fini(struct archive_seen *s);
#endif
