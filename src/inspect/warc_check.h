// SPDX-License-Identifier: MIT
#ifndef INSPECT_WARC_CHECK_H
#define INSPECT_WARC_CHECK_H
#include "store/warc_payload.h"
#include "store/warc_reader.h"

// Reads a WARC file from end to end and looks whether everything in it is as it says: members,
// lengths, heads, digests.

// What is known of a record once it has been read.
struct warc_checked {
    const struct warc_found *found;
    uint64_t end;                    // where its member ends
    const struct warc_payload *http; // its message, if it is one; NULL: it is none
    const char *block, *payload;     // of the digests: "ok", "bad", "unknown" (an algorithm that is
                                     // not known), "none", "elsewhere" (a revisit's)
    const char *problem;             // a sentence; NULL: there is none
};

// What a file has come to.
struct warc_check {
    uint64_t bytes, records, problems;
    uint64_t whole;   // where the last whole record ends
    bool torn;        // it ends within a record, or with what is none
    uint64_t damaged; // places in its midst that are no records
    bool crowded, compressed;
};

struct warc_check_told {
    // Told of each record. A value other than 0 ends it all.
    int (*record)(void *arg, const struct warc_checked *c);
    // Told of a place that is none.
    int (*damage)(void *arg, uint64_t offset, const char *why);
    void *arg;
};

// Reads the file at `fd`, which is at its beginning. Blocks. Returns 0 with `out` filled, also when
// it is bad; what was told answered; -ENOMEM; the errors of read(2).
int warc_check_file(int fd, const struct warc_check_told *told, struct warc_check *out);
#endif
