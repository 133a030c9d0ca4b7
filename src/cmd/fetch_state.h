// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_STATE_H
#define CMD_FETCH_STATE_H
#include "options/arguments.h"

// What --state asks of the other options. Returns STATUS_OK, or STATUS_USAGE having said what is
// wrong.
int fetch_state_check(struct arguments *a);

// Makes the directory of --state ours, before any process is forked. May wait for processes that an
// earlier run has left. Returns STATUS_OK; or STATUS_USAGE or STATUS_BROKEN, having said why not.
int fetch_state_claim(struct arguments *a);

// Opens the state, and looks whether it is one of this command; after the fork, and before anything
// is hashed. Returns as fetch_state_claim.
int fetch_state_open(struct arguments *a);

// Gives the directory back. The state itself is the run's, once that has begun.
void fetch_state_close(struct arguments *a);

// The status of an error of lib/store/state.h: whether it is the user's to mend.
int fetch_state_status(int error);
#endif
