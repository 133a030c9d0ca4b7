// SPDX-License-Identifier: MIT
#ifndef ENGINE_FORKS_H
#define ENGINE_FORKS_H
#include "engine/engine.h"

// The engine "forks": a lane a worker process, each doing one blocking exchange at a time; and
// "forks/coro": each a loop of coroutines. A worker that dies costs the jobs it had an attempt, and
// is replaced. See engine.h for what opening takes and gives;
// its lanes get room once their workers are there.

// Descriptors that a worker takes in the coordinator's process, one with a loop inside and another.
enum { FORKS_A_LOOP = 6, FORKS_A_WORKER = 4 };
int forks_open(struct engine **out, const struct engine_spec *spec,
               const struct engine_setup *setup);
#endif
