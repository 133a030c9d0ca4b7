// SPDX-License-Identifier: MIT
#ifndef VISIT_ARCHIVE_PRESS_H
#define VISIT_ARCHIVE_PRESS_H
#include "store/gzip.h"
#include "visit/archive.h"

// What a thread packs with, and what it makes of a capture beside its response: the records that
// stand behind it, as members. As many as were ever at it at once, 16 at most (sched/offload.h).
struct archive_press {
    struct archive_press *next; // idle
    enum digest_kind kind;
    struct gzip *gzip;
    struct digest_sum sum;
    struct buffer head;  // of the message, as it is archived
    struct buffer text;  // a record
    struct buffer out;   // members
    struct buffer after; // members behind a body that went to a file
};

// The names of the records of a capture.
struct archive_ids {
    struct warc_id response, request, metadata;
};

// Errors: NULL, without memory.
struct archive_press *archive_press_new(enum digest_kind kind, int level);
void archive_press_free(struct archive_press *p);

// Makes it ready for the next capture.
void archive_press_clear(struct archive_press *p);

// What all records of a capture say.
struct warc_record archive_press_record(const struct archive_capture *c, enum warc_type type,
                                        const struct warc_id *id);

// The digest of two spans in a row. Errors: as digest_of.
int archive_press_digest(struct archive_press *p, struct span first, struct span second,
                         struct digest *out);

// Appends a record as a member to `out`: its block are the two spans. Errors: -ENOMEM.
int archive_press_member(struct archive_press *p, const struct warc_record *r, struct span first,
                         struct span second, struct buffer *out);

// Appends the records behind the response. Errors: as above.
int archive_press_request(struct archive_press *p, const struct archive_capture *c,
                          const struct archive_ids *ids, struct buffer *out);
int archive_press_metadata(struct archive_press *p, const struct archive_capture *c,
                           const struct archive_ids *ids, struct buffer *out);
#endif
