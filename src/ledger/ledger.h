// SPDX-License-Identifier: MIT
#ifndef LEDGER_LEDGER_H
#define LEDGER_LEDGER_H
#include "data/buffer.h"
#include "input/position.h"
#include <stdbool.h>
#include <stdint.h>

// What a commit says beside the tables: how far everything had got that lies outside of the state.
// This is all that is promised: a run that goes on cuts every output back to the length that stands
// here, goes on with the source where it stands here, and does the renames that stand here if they
// are not done. What the tables hold is of the same moment.
struct ledger {
    int64_t when;     // wall ns of the cut
    int64_t spent;    // ns that the run had gone on for, over all its parts
    bool finished;    // every line has its record: there is nothing to go on with
    bool enough;      // not so, but as many have as may be; the rest is left
    bool fed;         // no more lines come: the source has been read to its end
    uint64_t refresh; // 0: the first run of the state; then the number of the refresh
    struct source_position source;
    uint64_t records;       // bytes of -o
    uint64_t failed;        // bytes of --failed
    uint64_t index;         // bytes of what --warc-cdx is made of
    uint64_t rejected;      // bytes of --rejected-log
    uint64_t held;          // items in the table of this name; another number is damage
    int64_t save_since;     // see visit/settings.h; 0: nothing is saved
    struct span stats;      // see crawl/stats_pack.h; empty: a refresh that has done nothing yet
    struct buffer archives; // see below
    struct buffer renames;
};

// A file of the archive: the name, as outcomes have it, and how long it was.
struct ledger_archive {
    struct span name;
    uint64_t length;
};

// A saved body that has its name from this commit on: the temporary one, and where it belongs, both
// below the directory of --save.
struct ledger_rename {
    struct span from, to;
};

// Add one, copied. Lack of memory shows in what ledger_write makes.
void ledger_add_archive(struct ledger *l, const struct ledger_archive *a);
void ledger_add_rename(struct ledger *l, const struct ledger_rename *r);

// Take the next one off `rest`, which starts as the buffer's span. False: that was all, or it is no
// ledger's.
bool ledger_next_archive(struct span *rest, struct ledger_archive *out);
bool ledger_next_rename(struct span *rest, struct ledger_rename *out);

void ledger_fini(struct ledger *l);

// Appends all of it as bytes. Lack of memory shows in `out`.
void ledger_write(struct buffer *out, const struct ledger *l);

// `stats` is a view of the bytes; the caller ends what is read with ledger_fini. Errors: -EUCLEAN
// the bytes are no ledger; -EPROTO they are of another version; -ENOMEM.
int ledger_read(struct ledger *out, struct span bytes);
#endif
