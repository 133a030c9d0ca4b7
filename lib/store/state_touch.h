// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_TOUCH_H
#define STORE_STATE_TOUCH_H
#include "store/state.h"

// A database that is larger than memory is read a page at a time, and each costs a wait for the
// disk. What is going to be looked up can be brought in beforehand, by several threads at once:
// each looks up some of it in the last commit, and forgets what it found.
struct state_touch {
    uint64_t host, hash; // a key of `seen`
};

// Looks keys up, in the order in which they lie. On any thread; nobody may commit meanwhile. What
// goes wrong is left to the one who needs the pages.
void state_touch(struct state *s, const struct state_touch *keys, size_t n);
#endif
