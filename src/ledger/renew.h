// SPDX-License-Identifier: MIT
#ifndef LEDGER_RENEW_H
#define LEDGER_RENEW_H
#include "ledger/ledger.h"
#include "store/state.h"

// A refresh: another run over a state whose run is finished. What came of each URL stays, and what
// is known of hosts but for how they failed; what a run counts begins again.

// Whether one may begin: nothing is left that the run before should have done.
static inline bool renew_may(const struct ledger *l)
{
    return l->finished || l->enough;
}

// Whether this is one that has done nothing yet.
static inline bool renew_is_new(const struct ledger *l)
{
    return l->refresh > 0 && l->stats.n == 0;
}

// Chunks of what a crawl has counted of queries stand in the meta table under this name, a dot and
// their number.
#define RENEW_QUERIES "queries"

struct renewal {
    bool go_on;   // the records go behind those of the run before, in the same file
    bool explore; // it is a crawl: its pages go back to the frontier
};

// Puts the ledger of a refresh that has done nothing yet in the place of `l`, that of a run for
// which renew_may or renew_is_new. Archives and the names of saved bodies are kept in it: what of
// them was not done when the run before ended is done by the one that begins. Inside a transaction.
// Errors: those of lib/store/state.h, -ENOMEM.
int renew_state(struct state *s, const struct ledger *l, const struct renewal *renewal);
#endif
