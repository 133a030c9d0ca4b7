// SPDX-License-Identifier: MIT
#ifndef FRONTIER_SPILL_H
#define FRONTIER_SPILL_H
#include "data/buffer.h"
#include "data/list.h"
#include "input/lines.h"
#include <stdbool.h>
#include <stdint.h>

// Lines that were read ahead of what memory should hold, on disk: a temporary file without a name
// (in $TMPDIR, else /var/tmp), gone with the run. Each host that has too many lines in memory has
// an overflow in it, first in first out, a chain of blocks; blocks that were read are used again.
// Memory: two blocks an overflow.
enum { SPILL_BLOCK = 16 << 10 };

struct spill {
    int fd;           // -1: no file yet
    uint64_t blocks;  // in the file
    uint64_t *unused; // blocks that may be used again
    size_t unused_count, unused_room;
    uint64_t lines; // in all overflows
    struct list overflows;
    bool locked; // one fiber at a time is inside
    struct list lock;
    int error; // of writing: nothing more is taken
};

struct host;

struct overflow {
    struct list node;   // among the spill's
    struct host *host;  // whose lines these are; the owner's
    struct buffer head; // lines that were read back, being taken
    size_t taken;       // bytes of `head` that were
    struct buffer tail; // lines that are not written yet
    uint64_t first;     // block to be read next, when on_disk > 0
    uint64_t last;      // block that `tail` will be written to
    uint64_t on_disk;   // blocks
    uint64_t lines;
};

// An empty spill; no file is made before there is something to write.
void spill_init(struct spill *s);
void spill_fini(struct spill *s);

// Appends a line to `*o`, which is made for `host` if it is NULL. Parks while a full block is
// written. Errors: -ENOMEM, or why the file could not be made or written (said on the log, once):
// the line was not taken.
int spill_push(struct spill *s, struct overflow **o, struct host *host, const struct line *line);

// Makes the next lines of `o` ready for spill_take. Parks while a block is read. Returns 0, or a
// negative errno (said on the log).
int spill_fetch(struct spill *s, struct overflow *o);

// The next line, borrowed until the next call on `o`; false when spill_fetch must be called first,
// or nothing is left.
bool spill_take(struct spill *s, struct overflow *o, struct line *out);

// Frees an overflow, whatever is left in it. NULL is legal.
void spill_end(struct spill *s, struct overflow *o);
#endif
