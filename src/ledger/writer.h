// SPDX-License-Identifier: MIT
#ifndef LEDGER_WRITER_H
#define LEDGER_WRITER_H
#include "ledger/prefetch.h"
#include "ledger/store_answer.h"
#include "store/state.h"

// What the store thread does with operations: one transaction of a state, from cut to cut. No
// thread of its own and no locks; store.c has those. When the map turns out to be full, the
// transaction is done anew in a larger one; so batches are kept until they are committed.
struct writer {
    struct state *state;
    struct list done;    // batches of this transaction
    struct list answers; // struct store_answer_packed: for the caller to take
    struct list staged;  // those of the operation that is being done
    struct gather pages, links, appends;
    struct prefetch prefetch;
    struct gather ahead;            // for writer_look_ahead
    uint64_t number, stored_number; // the next link's; as it is on disk
    uint64_t index;                 // of the operation in its transaction
    uint64_t mute;                  // those before have had their answers
    unsigned grown;                 // how often the map was too small
};

// Begins the first transaction. `state` is borrowed. Errors: those of lib/store/state.h.
int writer_begin(struct writer *w, struct state *state);

// Does all of a batch, and takes it over. `*cut` is the cut at its end, which is left to
// writer_commit; NULL: it has none. Errors: those of lib/store/state.h, -ENOMEM: nothing can be
// done any more.
int writer_do(struct writer *w, struct batch *b, const struct operation **cut);

// Does all that a commit must do beforehand, but for what the cut says. Errors: the same.
int writer_prepare(struct writer *w);

// Then, if the disk has turned out to be slow, links of `b`, which comes behind, may be looked up
// until the commit is over: from writer_go_ahead on, which forgets `b`. Whether more may come.
bool writer_look_ahead(struct writer *w, const struct batch *b);
void writer_go_ahead(struct writer *w);

// Commits everything so far, with the bytes of `cut` (may be NULL) as the ledger, and begins anew.
// Errors: the same.
int writer_commit(struct writer *w, const struct operation *cut);

// Forgets what was not committed. The state stays open.
void writer_end(struct writer *w);
#endif
