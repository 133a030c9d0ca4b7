// SPDX-License-Identifier: MIT
#ifndef VISIT_BUDGET_H
#define VISIT_BUDGET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The memory that the bodies of one worker's visits may take (--memory, its share of it). Who would
// hold more of a body asks first, and brings what it has to disk when the answer is no. Any number
// of threads.
struct budget {
    _Atomic uint64_t used;
    uint64_t most; // bytes; 0: no bound
};

// Takes `n` bytes if they are there. Returns whether they were.
bool budget_take(struct budget *b, size_t n);

// Takes them whatever there is: what has arrived already must be held somewhere.
void budget_force(struct budget *b, size_t n);

// Gives back what was taken.
void budget_give(struct budget *b, size_t n);
#endif
