// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_ARCHIVE_H
#define VISIT_SINK_ARCHIVE_H
#include "fetch/response.h"
#include "visit/archive.h"

// The sink that keeps a body as it comes, for the archive, and passes it on. What has gone by is
// held until the exchange is over, or brought to disk on the way (archive_body.h): the exchange
// stands still meanwhile. Sinks behind it that have had enough get no more, but the exchange goes
// on: an archive wants the whole body, also of what cannot be decoded. In place; used again.
struct sink_archive {
    struct sink sink;
    struct sink *next; // borrowed
    struct archive *archive;
    struct archive_capture capture;
    bool full;                       // the body is to be brought to disk
    bool paused;                     // the next sink wants to be drained
    bool sated;                      // it has said SINK_STOP
    bool ours;                       // the work that was asked for last was our own
    int error;                       // negative errno; 0
    char address[ADDRESS_TEXT_ROOM]; // what the capture borrows
    char digest[DIGEST_TEXT_ROOM];
};

// Prepares for a body.
void sink_archive_begin(struct sink_archive *s, struct archive *a, struct sink *next);

// Gives back what is kept for the next body, as far as it is more than `most` bytes.
void sink_archive_trim(struct sink_archive *s, size_t most);

void sink_archive_fini(struct sink_archive *s);
#endif
