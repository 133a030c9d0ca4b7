// SPDX-License-Identifier: MIT
#ifndef CRAWL_COMMITS_H
#define CRAWL_COMMITS_H
#include "data/buffer.h"
#include "data/list.h"
#include "ledger/ledger.h"
#include "output/saving_names.h"
#include "sched/nursery.h"
#include <stdbool.h>

struct coordinator;
struct ending;
struct host;
struct item;
struct state;

// What makes a run one that can be gone on with, whatever ends it. About once a second everything
// that has happened so far is committed as a whole:
//
//      pump   cut: items in memory that are new or have changed, hosts, how long the outputs are,
//               where the source is; all said to the store in one go     (store.h: store_cut)
//      fiber    the outputs are brought to the disk up to there
//      store    commits
//      fiber    saved bodies get their names
//
// What is promised is what the ledger says (ledger/ledger.h). An item in memory is written only
// when it is still there at a cut: one that comes and goes between two of them costs nothing here.
struct commits {
    struct list changed;  // items that are on disk not at all, or not as they are
    struct list hosts;    // hosts likewise
    uint64_t held;        // items in the table `held`, when all that was said is done
    bool wanted;          // a cut is due: nothing more is asked of the store before it
    bool cutting;         // one is on its way
    bool last, last_made; // nothing comes behind it
    bool committed;       // the store has said so
    bool closing;
    int64_t cut;          // monotonic ns of the last one
    uint64_t taken;       // lines, as of then
    struct ledger ledger; // of the one that is on its way, or the last
    size_t trusted;       // special places that are on disk
    struct nursery nursery;
    struct list work, done; // the fiber; who waits for the last commit
    struct saving_names names;
    struct buffer bytes, stats, saved;
    // A run that goes on:
    bool resumed;
    int64_t spent; // ns that it had gone on for before
};

// All of these do nothing when c->commits is NULL.

// Begins, on the state of the settings; what is in it is resume.h's. Errors: -ENOMEM.
int commits_open(struct coordinator *c);

// `i` is new, or has changed: a redirect, another attempt.
void commits_changed(struct coordinator *c, struct item *i);

// Chooses the name that a saved body will have after the commit; before the record is written.
void commits_name_body(struct coordinator *c, struct ending *e);

// The record of `i`, which is about to be freed, was written.
void commits_ended(struct coordinator *c, struct item *i, const struct ending *e);

// commits_hosts.c: `h` has changed; or is about to be forgotten; or its robots.txt was read, which
// holds until `until` (monotonic ns).
void commits_host(struct coordinator *c, struct host *h);
void commits_forget_host(struct coordinator *c, struct host *h);
void commits_robots(struct coordinator *c, const struct host *h, int64_t until);

// Says all that have changed to the store, for a cut.
void commits_put_hosts(struct coordinator *c);

// Brings back what still counts of those in `s`, which has a transaction. `wall`: ns, now. Errors:
// those of lib/store/state.h.
int commits_load_hosts(struct coordinator *c, struct state *s, int64_t wall);

// Whether a cut is due: then nothing more is asked of the store, for a cut waits for the answers.
bool commits_wanted(const struct coordinator *c);

// Makes a cut if one is due and may be made. In the pump.
void commits_turn(struct coordinator *c);

// When the next cut is due, as far as time alone decides.
int64_t commits_due(const struct coordinator *c);

// The store has committed.
void commits_done(struct coordinator *c);

// Commits the end of the run, unless it is broken. The pump must still turn. Parks.
void commits_finish(struct coordinator *c);

// Ends its fiber and frees it; what is not committed is gone. Parks.
void commits_close(struct coordinator *c);
#endif
