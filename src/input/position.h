// SPDX-License-Identifier: MIT
#ifndef INPUT_POSITION_H
#define INPUT_POSITION_H
#include "data/pack.h"
#include "input/footprint.h"
#include <stdbool.h>

// How far a source has been read, and what it was then, so that another process can go on behind
// the last line that was taken and sees whether it is the same list.
struct source_position {
    uint64_t arguments; // taken
    uint64_t line;      // of the list, as an editor counts: the last one taken
    // Of the list, unpacked, up to the end of that line.
    uint64_t offset;
    struct footprint_mark mark;
    bool ended;      // there was nothing behind it
    bool compressed; // there is more between the file and the list
    // Of the file when it was read. All the same: nobody has touched it since.
    uint64_t device, inode, size;
    int64_t modified; // ns
    // Of standard input, which is kept: bytes that are, and whether they are all.
    uint64_t spooled;
    bool spooled_all;
};

// Appends it as bytes. Lack of memory shows in `out`.
void position_write(struct buffer *out, const struct source_position *p);

// What does not fit makes `u` bad.
void position_read(struct unpack *u, struct source_position *out);
#endif
