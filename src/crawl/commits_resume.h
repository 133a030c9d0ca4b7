// SPDX-License-Identifier: MIT
#ifndef CRAWL_COMMITS_RESUME_H
#define CRAWL_COMMITS_RESUME_H
#include "ledger/ledger.h"

struct coordinator;

// A run that goes on from a state: everything is brought back to what the last commit says. All of
// it happens before anything is started, and blocks.

// What the last commit says. { 0 }: there was none, the run begins.
struct resume {
    bool any;
    struct ledger ledger; // `stats` is a view of `kept`
    struct buffer kept;
};

// Reads it, when the settings have a state. Errors, said on the log: those of lib/store/state.h.
int resume_read(struct resume *r, struct coordinator *c);
void resume_fini(struct resume *r);

// Brings back to it what the last part has left in other places: saved bodies get their names, or
// go; archives are cut. Errors, said on the log.
int resume_settle(const struct resume *r, struct coordinator *c);

// Opens source and outputs as it says: the source goes on behind the last line taken, outputs are
// cut back. Errors, said on the log: -ESTALE they are not what they were.
int resume_open(const struct resume *r, struct coordinator *c);

// Whether nothing is left to be done: 1, or 0. Parks. Errors, said on the log: -ESTALE the list is
// another.
int resume_is_over(const struct resume *r, struct coordinator *c);

// Brings back the items and hosts that were in memory. Errors, said on the log.
int resume_load(const struct resume *r, struct coordinator *c);

// Hands the state over to its thread. Errors, said on the log.
int resume_start(struct coordinator *c);

// Brings back the counts, once the engines are there. Errors, said on the log.
int resume_counts(const struct resume *r, struct coordinator *c);
#endif
