// SPDX-License-Identifier: MIT
#ifndef OUTPUT_RECORD_H
#define OUTPUT_RECORD_H
#include "fetch/error.h"
#include "frontier/item.h"
#include "store/json.h"

struct outcome;

// What a record says beyond the item: how it ended.
struct ending {
    enum fetch_error error;
    struct span message;        // for a person; absent: none
    const struct outcome *last; // the last exchange; NULL: there was none
    const char *engine;         // that did it; NULL: none
    int64_t now;                // monotonic ns
    struct span skipped;        // not fetched, for this file is there; absent: it was tried
    bool unsaved;               // the body that came is not kept: the same is saved already
    bool not_modified;          // the page is as it was known from an earlier run
    const uint8_t *digest;      // of its body, when that did not come; NULL: the outcome's
    struct span saved;          // where its body will be; absent: as the outcome says
    // Of a crawl; absent where there is nothing to say.
    bool crawl;
    struct span redirect_url; // where the answer leads
    struct span same_as;      // a page with the same body
};

// Appends the record of `i`, one line of JSON with its newline. `time` caches a second between
// calls.
void record_write(struct buffer *out, const struct item *i, const struct ending *e,
                  struct json_time *time);

// A line that never became an item.
struct refusal {
    struct span text;    // its URL, or what stands there instead; shown without credentials
    struct span members; // of a line of JSON; absent: none
    uint64_t line;
    enum fetch_error error;
    struct span message;
};

// Appends its record. `wall`: wall clock ns.
void record_write_bad(struct buffer *out, const struct refusal *r, int64_t wall,
                      struct json_time *time);
#endif
