// SPDX-License-Identifier: MIT
#ifndef STORE_WARC_NAME_H
#define STORE_WARC_NAME_H
#include "data/buffer.h"
#include <stdint.h>

// Names of archive files: PREFIX-<time>-<worker>-<serial>.warc.gz, with ".open" behind while one is
// being written. The time is the run's, so that the files of a run are known by it: 17 digits, to
// the millisecond, as Heritrix has them. Worker and serial have five digits or more.
//
//     crawl-20260730142501123-00003-00000.warc.gz
struct warc_name {
    uint64_t time; // the 17 digits
    unsigned worker, serial;
    bool open;
};

#define WARC_NAME_OPEN ".open"

// The 17 digits for a moment: wall ns, of the years 1000 to 9999.
uint64_t warc_name_time(int64_t wall);

// Appends what stands behind `prefix`, which may name directories, too.
void warc_name_write(struct buffer *out, struct span prefix, const struct warc_name *name);

// What `prefix` says of names, without directories, and of the directory: "." when it names none.
struct span warc_name_base(struct span prefix);
struct span warc_name_directory(struct span prefix);

// Reads a name without directories. Returns whether it is one of this `prefix`.
bool warc_name_read(struct warc_name *out, struct span prefix, struct span name);
#endif
