// SPDX-License-Identifier: MIT
#ifndef INSPECT_WARC_H
#define INSPECT_WARC_H
#include <stdbool.h>

// trawl inspect warc: what archive files hold, and whether it is as it should be.
struct inspect_warc_question {
    const char *const *files; // NULL-terminated
    bool json;
    bool repair;         // torn ends are cut off
    const char *extract; // the body of this URL is wanted; NULL: a list of what there is
    bool include;        // with its head, and as it is
};

// Writes the answer to standard output. Blocks. Returns 0; 1 when a file is not as it should be, or
// the URL is not there; -EINVAL when the question is none, which has been said, as is what cannot
// be read; -EPIPE when nobody reads the answer; -ENOMEM; other errors of write(2).
int inspect_warc(const struct inspect_warc_question *q);
#endif
