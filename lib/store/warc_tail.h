// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_TAIL_H
#define STORE_WARC_TAIL_H
#include "data/span.h"
#include <stdbool.h>
#include <stdint.h>

// Archive files whose writers are gone, killed perhaps: brings them back to what has been reported
// of them, so that none holds a torn record, or one that nobody knows of.
//
// A worker reports in the order of its appends. So of its files the last one that was heard of is
// cut to what was reported, those before it are whole, and those behind it are nobody's.

// What is known of a file.
struct warc_tail {
    struct span file; // its name, without directories and without ".open"
    uint64_t end;     // the length up to which everything was reported
};

enum { WARC_TAIL_ALL = -1 };

struct warc_tail_report {
    unsigned cut, removed; // files
    uint64_t bytes;        // that went
};

// Which files of an archive are meant.
struct warc_tail_scope {
    const char *prefix;
    int64_t since; // when their run began (warc_file_setup)
    bool later;    // or any later one: the runs of one state
    long worker;   // or WARC_TAIL_ALL
};

// Settles the files in `scope`: each in `known` (`n` of them) is cut to its end; one that is not
// known is removed, unless a later one of its worker is known; all get their final names. Nobody
// may be writing to them any more. Blocks. Errors: those of opendir(3), ftruncate(2), rename(2);
// -EUCLEAN when a file is shorter than what was reported. All are tried; `*done` says what was
// done.
int warc_tail_settle(const struct warc_tail_scope *scope, const struct warc_tail *known, size_t n,
                     struct warc_tail_report *done);
#endif
