// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_REFRESH_H
#define CMD_FETCH_REFRESH_H
#include "ledger/order.h"
#include "options/arguments.h"
#include "store/state.h"

// --refresh: another run over a state whose run is finished (ledger/renew.h). All of it is inside a
// transaction of the state, and blocks.

// Whether one begins with this command: 1 or 0; when it is asked for and does not begin, what
// happens instead is said. `*begun`: it has begun before, and done nothing yet. Errors: those of
// lib/store/state.h.
int fetch_refresh_wanted(const struct arguments *a, struct state *s, bool *begun);

// The name of the first option that must be what it was and is not; absent: there is none. A
// literal. Sets `*failed` when there is no memory to tell.
struct span fetch_refresh_difference(const struct order *was, const struct order *now, bool begun,
                                     bool *failed);

// Makes the state one of a refresh that has done nothing yet. Returns STATUS_OK; or STATUS_USAGE or
// STATUS_BROKEN, having said why not.
int fetch_refresh_begin(const struct arguments *a, struct state *s, const struct order *was);
#endif
