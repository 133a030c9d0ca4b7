// SPDX-License-Identifier: MIT
#ifndef LEDGER_CLAIM_H
#define LEDGER_CLAIM_H
#include <stdbool.h>
#include <stdint.h>

// One process owns the directory of a state: it holds a lock on DIR/lock (flock(2)), and so do the
// processes that it forks and hands the descriptor to. So the lock is free only when nothing of a
// run is left that could still write, however it ended.
enum { CLAIM_WHY = 320 };

// Makes the directory (0700, with those above it) where it is missing, and takes the lock. Where an
// owner that is alive has it, that is an error at once; where only what a dead one has left has it,
// they are waited for up to `patience` ns, which is said on the log after a second. Blocks. Returns
// the descriptor that holds the lock. Errors, with a sentence in `why` (CLAIM_WHY bytes): -EBUSY
// somebody has it; those of mkdir(2), open(2) and flock(2).
int claim_take(const char *dir, int64_t patience, char *why);

// Who owns the directory now: its process, and since when (wall ns). False, with nothing set:
// nobody who is alive.
bool claim_look(const char *dir, int64_t *pid, int64_t *since);

// Gives it back, as far as this process is concerned. -1 is legal.
void claim_drop(int fd);
#endif
