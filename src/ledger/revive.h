// SPDX-License-Identifier: MIT
#ifndef LEDGER_REVIVE_H
#define LEDGER_REVIVE_H
#include "data/buffer.h"
#include "store/state.h"
#include <stdbool.h>

// A refresh of a crawl asks again for each page that is known, whether a link leads there this time
// or not: a page that has not changed is not sent again, so nobody could look for links in it. The
// pages go back to the frontier a few at a time, in the order of their keys, and of each host
// before what else is there: at depth 0, and with numbers below REVIVE_NUMBERS, where links have
// theirs from there on. They are in the seen set from the time when they were found, so each is
// asked for once; what links lead to beyond them is new.
//
// How far it has got stands in the meta table under REVIVE_NOTE, in the same transaction. All of
// this is inside a transaction of the state.
#define REVIVE_NOTE "revive"
#define REVIVE_NUMBERS (UINT64_C(1) << 40)

// Begins anew, with the first page. Errors of all of these: those of lib/store/state.h, -ENOMEM.
int revive_begin(struct state *s);

// Looks at the next `most` pages at most and appends those that were asked for in the run before
// `run` to the frontier. (Who was not asked for then is there from an earlier time.) The hosts that
// have got something are appended to `hosts`, eight bytes each. Returns how many items those are;
// `*more`: there are more pages.
int revive_some(struct state *s, uint64_t run, unsigned most, struct buffer *hosts, bool *more);
#endif
