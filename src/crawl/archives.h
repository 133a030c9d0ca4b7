// SPDX-License-Identifier: MIT
#ifndef CRAWL_ARCHIVES_H
#define CRAWL_ARCHIVES_H
#include "data/span.h"
#include "ledger/ledger.h"
#include <stddef.h>

// How far each file of the archive has been reported, for the commits of a run that can be gone on
// with. A worker reports in the order of its appends, so at any moment the records up to there are
// whole and known, whatever stands behind them.
struct archives {
    struct archives_file *at;
    size_t count, room;
    bool renamed; // a name has come since the directory was last synced
};

struct coordinator;
struct item;
struct outcome;
struct resume;

// `file` has been reported up to `end`. Does nothing in a run without a state. Without memory the
// run is broken off, for it could not be gone on with.
void archives_note(struct coordinator *c, struct span file, uint64_t end);

// Puts all of them into a ledger.
void archives_tell(const struct archives *a, struct ledger *l);

// Brings those that have grown since the last time to the disk. Parks. Errors, said on the log:
// those of open(2) and fdatasync(2).
int archives_sync(struct coordinator *c);

// archives_outcome.c: notes where the exchange of `i` is, if it is there.
void archives_outcome(struct coordinator *c, struct item *i, const struct outcome *o);

// Cuts the files of a run that goes on back to what its last commit says, and gives them their
// final names; what it does not know is removed. Blocks. Errors, said on the log: those of
// warc_tail_settle.
int archives_resume(struct coordinator *c, const struct resume *resume);

// The files have their final names, for their workers have ended: brings these to the disk. Blocks
// for a moment.
void archives_end(struct coordinator *c);

void archives_fini(struct archives *a);
#endif
