// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_GUARD_H
#define STORE_STATE_GUARD_H

// LMDB believes its pages. One that was damaged can lead it anywhere in memory, and one that the
// disk does not give back raises SIGBUS. A fault of a thread that is inside is taken for that: a
// line on standard error that names the directory, and the end of the process with status 1.
// Nothing has been written by then that a commit did not hold. Other threads' faults go to who was
// there before.

// The calling thread goes in, or (NULL) out. `dir` is borrowed until then. Returns where it was.
const char *state_guard_enter(const char *dir);

// Says that the database in `dir` is damaged, and ends the process. For LMDB's own assertions.
_Noreturn void state_guard_die(const char *dir);
#endif
