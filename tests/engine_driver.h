// SPDX-License-Identifier: MIT
#ifndef TESTS_ENGINE_DRIVER_H
#define TESTS_ENGINE_DRIVER_H
#include "engine/engine.h"
#include "engine/lane.h"
#include "visit/job.h"
#include "visit/outcome.h"

// A coordinator that only keeps an engine busy: sends jobs to whichever lane has room, takes what
// comes back. On a fiber of the calling thread's loop.
struct engine_driver {
    struct engine *engine;
    struct engine_setup setup;
    struct list ready, waits;
    unsigned wakes;
    // Called for each outcome.
    void (*taken)(struct engine_driver *d, const struct outcome *o);
    void *arg;
};

// Fills in d->setup, for everything but the engine itself. `d` stays in place.
void engine_driver_init(struct engine_driver *d, const struct visit_settings *settings,
                        struct zygote *zygote, unsigned cap);

// Opens the engine of this text ("forks:4"). Returns what engine_open did.
int engine_driver_open(struct engine_driver *d, const char *text);

// Sends the jobs that `next` gives, until it gives NULL, and takes every outcome. Parks. Returns 0;
// -ETIMEDOUT when nothing happened for 20 s; the engine's `failed`.
int engine_driver_run(struct engine_driver *d, const struct job *(*next)(void *arg), void *arg);

// Sends one job, waiting for a lane with room. Returns 0 or as engine_driver_run.
int engine_driver_send(struct engine_driver *d, const struct job *job);

// Takes outcomes until no job is under way. Returns as engine_driver_run.
int engine_driver_drain(struct engine_driver *d);
#endif
