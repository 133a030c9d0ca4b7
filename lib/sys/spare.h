// SPDX-License-Identifier: MIT
#ifndef SYS_SPARE_H
#define SYS_SPARE_H
#include <stdbool.h>
#include <stddef.h>

// Descriptors kept for what a process must not do without: names looked up, outputs, what is on
// disk. The kernel gives the lowest number that is free, so the last numbers below the limit are
// the spare ones: who can do with less (a connection, a further worker) gives back what has such a
// number and counts it as refused with EMFILE. Nothing is counted, and any thread may ask.

// From now on the last `n` numbers are spare ones. The limit must not be changed afterwards.
void spare_keep(unsigned n);

// How many are.
unsigned spare_kept(void);

// Whether `fd` is one of them.
bool spare_is(int fd);

// How many descriptors this process could still open, `most` at most. Those kept are among them.
unsigned spare_left(unsigned most);
#endif
