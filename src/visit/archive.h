// SPDX-License-Identifier: MIT
#ifndef VISIT_ARCHIVE_H
#define VISIT_ARCHIVE_H
#include "fetch/wire.h"
#include "store/warc_file.h"
#include "store/warc_record.h"
#include "visit/archive_body.h"

// The archive of one worker: WARC files (store/warc_file.h), to which the exchanges of its visits
// are appended, each as three records in a row: response (or revisit), request, metadata. Any
// number of threads may be at it: they pack side by side and append by turns.
struct archive;
struct budget;
struct visit_settings;

// What is appended: an exchange that got a response. Embedded in its visit; borrows all but what it
// owns, which is used again. { 0 } is ready for use.
struct archive_capture {
    struct wire wire;         // its heads; owned
    struct archive_body body; // owned
    struct span url;          // without user information
    struct span sent;         // the request's body
    struct span via;          // the page that the URL was found on; absent: not known
    int64_t date;             // wall ns, when it began
    int64_t took;             // ns
    struct span address;      // the server's; absent: not known
    const char *tls, *cipher; // "TLSv1.3", as OpenSSL calls it; empty: none
    int http_version;         // 11, 20
    int status;
    enum warc_cut cut;      // how the body ended
    struct span error, why; // the exchange's, if it came to one
    bool asked;             // whether it is as it was when it was captured before
    int64_t known_date;     // the WARC-Date of that; 0: not known
    struct span known;      // and its payload's digest; absent: not known
    // What came of it.
    struct warc_place place;
    uint64_t length; // of its response's member
    struct digest payload;
    bool has_payload, revisit; // the digest is known; it is a revisit
    uint64_t turn;             // see turns.h
    int result;                // 0, or why it is not archived: a negative errno
};

// Opens the archive that the settings ask for, both borrowed. No file is made before something
// comes. Errors: -ENOMEM, -ENAMETOOLONG.
int archive_open(struct archive **out, const struct visit_settings *settings, unsigned worker,
                 struct budget *budget);

// Its file gets its final name. Blocks. Errors: those of close(2) and rename(2). NULL is legal.
int archive_close(struct archive *a);

// Begins a capture: its heads and its body are empty.
void archive_begin(struct archive *a, struct archive_capture *c);

// Brings what a capture holds of its body to disk. Blocks. Errors: as archive_body_spill.
int archive_spill(struct archive *a, struct archive_capture *c);

// Appends it, and fills in what came of it. Blocks.
void archive_put(struct archive *a, struct archive_capture *c);

void archive_capture_fini(struct archive_capture *c);
#endif
