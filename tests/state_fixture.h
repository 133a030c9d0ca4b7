// SPDX-License-Identifier: MIT
#ifndef TESTS_STATE_FIXTURE_H
#define TESTS_STATE_FIXTURE_H
#include "check.h"
#include "store/state.h"
#include <stdint.h>

// A state in a directory of its own, which is not there before it is opened. What cannot be opened,
// begun or put fails the test.
extern char dir[64], file[96]; // `file`: where LMDB has the data
extern char why[STATE_WHY];    // what state_open last said

// The setup and the teardown of each test; remove_dir() takes the files away in its midst, too.
int make_dir(void **state);
int remove_dir(void **state);

// Opens the state, the test's to close; and begins a transaction.
struct state *opened(enum state_mode mode);
struct state *begun(enum state_mode mode);

// Puts an item in the frontier.
void append(struct state *s, uint64_t host, uint16_t depth, uint64_t number, const char *item);
#endif
