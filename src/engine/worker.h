// SPDX-License-Identifier: MIT
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H
#include "engine/engine.h"
#include "sys/shmq.h"

// The other end of a lane, in a thread or a process of its own: jobs come out of one queue,
// outcomes go into another.
struct io;

enum worker_kind {
    WORKER_BLOCKING
}; // one exchange at a time, each in a blocking curl_easy_perform

// The descriptors of a worker process, in this order: those of the jobs' queue, those of the
// outcomes'.
enum { WORKER_FDS = 2 * SHMQ_FDS };

// Publishes a message of no bytes, to say that it is ready; then does jobs one after the other
// through `io`, until no more will come. Blocks. Returns 0; -EPROTO when what came was no job;
// -ENOMEM.
int worker_serve(struct shmq *jobs, struct shmq *outcomes, struct io *io,
                 const struct visit_settings *settings);

// Takes part in the queues and reads the settings that a worker process was given; `settings`
// borrows `setup`. Errors: -EPROTO, -ENOMEM.
int worker_attach(struct shmq **jobs, struct shmq **outcomes, struct visit_settings *settings,
                  const void *setup, size_t n, const int *fds, unsigned nfds);

// What a worker process runs: the body of engine_worker_main. Returns its exit status: 0 when it
// was told to end.
int worker_main(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds);
#endif
