// SPDX-License-Identifier: MIT
#ifndef VISIT_ARCHIVE_BODY_H
#define VISIT_ARCHIVE_BODY_H
#include "data/buffer.h"
#include "store/digest.h"
#include "store/gzip.h"

// A body on its way to the archive. It stays in memory as long as it is short enough and the budget
// allows; then it goes, packed piece by piece, to a file without a name, and only what has not gone
// yet is held. What is in the file is fit to stand in a member as it is (gzip_part), and digests
// are taken on the way, so nothing of it is ever read or packed again. Embedded; { 0 } is empty.
struct budget;

enum {
    ARCHIVE_BODY_LEAD = 2048, // bytes that are left free before a body that is in memory, for heads
    ARCHIVE_BODY_HELD = 512 * 1024, // bytes that a body has in memory at most ...
    ARCHIVE_BODY_PIECE = 64 * 1024, // ... and once it goes to the file
};

struct archive_body {
    struct buffer held; // the lead, and what is held of the body; empty: nothing is
    struct budget *budget;
    size_t charged;  // of the budget
    uint64_t length; // of all of it, so far
    bool spilled;    // the rest is for those that are
    int fd;
    uint64_t packed; // bytes in the file
    struct gzip_sum sum;
    struct digest_sum block, payload; // running: of the head and the body, and of the body
};

// Begins anew; `budget` is borrowed.
void archive_body_begin(struct archive_body *b, struct budget *budget);

// What is held of it.
struct span archive_body_held(const struct archive_body *b);

// Says that `length` bytes are announced, so that there is room for them at once.
void archive_body_expect(struct archive_body *b, uint64_t length);

// Puts `head` before what is held, if that is all of the body and there is room, and `end` behind
// it: the whole in one piece. Absent: there was no room; nothing has changed. To be done once,
// last.
struct span archive_body_frame(struct archive_body *b, struct span head, struct span more,
                               struct span end);

// Takes some more. Returns whether there is room for more, -ENOMEM; 0 when some is to go first.
int archive_body_take(struct archive_body *b, struct span data);

// Brings what is held to the file, which is made in the directory of `prefix` the first time, when
// `head`, which stands before the body in its block, is put into the digest, too. Blocks. Errors:
// those of open(2) and write(2), -ENOMEM.
int archive_body_spill(struct archive_body *b, struct gzip *g, enum digest_kind kind,
                       const char *prefix, struct span head);

// Forgets it all, but for room of `keep` bytes at most.
void archive_body_end(struct archive_body *b, size_t keep);

void archive_body_fini(struct archive_body *b);
#endif
