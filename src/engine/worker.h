// SPDX-License-Identifier: MIT
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H
#include "engine/engine.h"
#include "sys/shmq.h"

// The other end of a lane, in a thread or a process of its own: jobs come out of one queue,
// outcomes go into another. What kind of worker it is says how it waits: WORKER_BLOCKING does one
// exchange at a time in a blocking curl_easy_perform; a larger one is a loop of its own (see
// worker_loop.h) for so many jobs at once.
struct halt;
struct io;

enum { WORKER_BLOCKING = 0 };

// What its two queues are like.
struct worker_queues {
    size_t room;
    unsigned jobs, outcomes; // see enum shmq_kind
};
const struct worker_queues *worker_queues(unsigned kind);

// The descriptors of a worker process: those of the jobs' queue, then those of the outcomes', as
// many as each has.
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

// Serves as a worker of this kind until it is told to end. Blocks. What a blocking one is at ends
// once `halt` is said (sys/halt.h), which may be NULL. Errors: those of opening what it needs, and
// of worker_serve.
int worker_run(unsigned kind, struct shmq *jobs, struct shmq *outcomes,
               const struct visit_settings *settings, struct halt *halt);

// What a worker process runs: the body of engine_worker_main. Returns its exit status: 0 when it
// was told to end.
int worker_main(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds);
#endif
