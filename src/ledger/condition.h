// SPDX-License-Identifier: MIT
#ifndef LEDGER_CONDITION_H
#define LEDGER_CONDITION_H
#include "ledger/page_entry.h"

// A page is asked for on the condition that it is another than the one that is known (RFC 9110
// §13). Pure.

// Whether header lines, each ended by a NUL as those of an ask, say something of conditions or of
// parts already: then whoever wrote them has the word, and an answer is to them.
bool condition_is_given(struct span lines);

// Appends If-None-Match and If-Modified-Since, made of what is known, to header lines: both, for
// who does not know the former (§13.1.3). Validators come back just as the server wrote them,
// unless they would mean something else in a request: a tag of * is any page there is. Returns
// whether there is a condition now. Lack of memory shows in `lines`.
bool condition_add(struct buffer *lines, const struct page_entry *known);
#endif
