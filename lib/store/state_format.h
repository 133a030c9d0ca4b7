// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_FORMAT_H
#define STORE_STATE_FORMAT_H
#include "store/state.h"

// What makes an LMDB environment a state: its tables, and under "format" in the meta table who
// wrote it, in which version, when, and the secret of its hashes.

// Opens the tables of `s`, inside its first transaction, and takes over what the format says. Where
// nothing is, a writer makes them. Errors: -ENOENT nothing is there to be read; -EPROTO another
// version or another program's, with a sentence in `why` (STATE_WHY bytes); those of state.h.
int state_format_open(struct state *s, char *why);
#endif
