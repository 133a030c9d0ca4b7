// SPDX-License-Identifier: MIT
#ifndef LEDGER_ROBOTS_ENTRY_H
#define LEDGER_ROBOTS_ENTRY_H
#include "data/buffer.h"
#include <stdint.h>

// What the robots.txt of a host says to one product token: its value in the state.
struct robots_entry {
    struct span agent; // the token
    int64_t until;     // wall ns: it is asked for again then (RFC 9309 §2.4)
    struct span rules; // web/robots.h; absent: everything is allowed
};

// Appends it as bytes. Lack of memory shows in `out`.
void robots_entry_write(struct buffer *out, const struct robots_entry *e);

// Views of the bytes; whether the rules are any is for the reader to check. Errors: -EUCLEAN,
// -EPROTO as host_entry_read.
int robots_entry_read(struct robots_entry *out, struct span bytes);
#endif
