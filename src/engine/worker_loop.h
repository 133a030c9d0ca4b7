// SPDX-License-Identifier: MIT
#ifndef ENGINE_WORKER_LOOP_H
#define ENGINE_WORKER_LOOP_H
#include "engine/worker.h"

// A worker that has many jobs at once: a loop of its own in the calling thread, and on it the
// engine coro. What comes out of the one queue is sent to its lane, and what it gives goes into the
// other; so whatever a body needs is done here, on this worker's CPU.
//
//     jobs ──► fiber ──► lane_send ──► coro: a fiber a job ──► lane_receive ──► fiber ──► outcomes
//
// A message of no bytes has it give up all it has: each job still gives its outcome.

// Serves until no more jobs will come, up to `most` of them at once. `io` does the exchanges; NULL:
// a multi of its own. Called in a thread without a loop; blocks. Returns 0; -EPROTO when what came
// was no job; what making the loop and its parts gave.
int worker_loop_serve(unsigned most, struct shmq *jobs, struct shmq *outcomes,
                      const struct visit_settings *settings, struct io *io);
#endif
