// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_FILE_H
#define STORE_WARC_FILE_H
#include "data/buffer.h"
#include "store/digest.h"
#include <stdint.h>

// The archive files of one worker, one after the other: appended to, and followed by a new one when
// they are long enough. The first is made with the first append. What is appended is there as a
// whole or not at all: after an error the file is cut to where it ended before. One thread at a
// time.
struct warc_file;

struct warc_file_setup {
    const char *prefix; // of their names, directories included; borrowed
    int64_t since;      // when the run began, wall ns: see warc_name.h
    unsigned worker;
    uint64_t max_size; // bytes: a file that has something is not made longer; 0: no bound
    int level;         // see gzip.h
    enum digest_kind digest;
    const char *info; // "name: value" CRLF lines of each file's first record; borrowed
    uint64_t seed;    // of that record's name: see warc_id.h
};

// Where something was appended.
struct warc_place {
    char file[256];       // its name, without directories and without ".open"
    uint64_t offset, end; // `end`: the file's length with it
};

// What is appended: `head`, then the first `bytes` bytes of the file `fd`, then `tail`.
struct warc_append {
    struct span head, tail;
    int fd; // < 0: none
    uint64_t bytes;
};

// Errors: -ENOMEM; -ENAMETOOLONG.
int warc_file_new(struct warc_file **out, const struct warc_file_setup *setup);

// Appends; `now`: wall ns. Blocks. Errors: those of open(2) and write(2), -ENOMEM.
int warc_file_append(struct warc_file *f, const struct warc_append *a, int64_t now,
                     struct warc_place *place);

// Ends the current file, which gets its final name. Errors: those of close(2) and rename(2).
int warc_file_close(struct warc_file *f);

// Frees it; close first. NULL is legal.
void warc_file_free(struct warc_file *f);
#endif
