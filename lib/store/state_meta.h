// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_META_H
#define STORE_STATE_META_H
#include "store/state.h"

// What a run notes down under a name: the command, the ledger. "format" is the state's own.

// Errors: see state.h.
int state_meta_put(struct state *s, const char *name, struct span value);

// 1 when it was there.
int state_meta_remove(struct state *s, const char *name);

// Sets `out`, borrowed until the next change. Returns 1; 0 when there is none.
int state_meta_get(struct state *s, const char *name, struct span *out);
#endif
