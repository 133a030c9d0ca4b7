// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_HELD_H
#define STORE_STATE_HELD_H
#include "store/state.h"

// Items that a run has in memory, by their numbers, as they were at the last commit. A run that
// goes on begins with them.
typedef int state_held_visit(void *arg, uint64_t number, struct span item);

// Errors of all of them: see state.h.
int state_held_put(struct state *s, uint64_t number, struct span item);

// One that is not there is damage.
int state_held_remove(struct state *s, uint64_t number);

// Shows all of them, by number; one that is borrowed for the call. A negative result ends the walk.
int state_held_each(struct state *s, state_held_visit *visit, void *arg);

// How many they are.
int state_held_count(struct state *s, uint64_t *out);
#endif
