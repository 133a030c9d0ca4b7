// SPDX-License-Identifier: MIT
#ifndef ENGINE_THREADS_H
#define ENGINE_THREADS_H
#include "engine/engine.h"

// The engine "threads": a lane a thread of this process, each doing one blocking exchange at a
// time; and "threads/coro": each a loop of coroutines. A thread is not replaced: one that crashes
// takes the process with it, and one that hangs can only be waited for. All are there when opening
// returns. See engine.h for what it takes and gives.
// Descriptors that it takes: in all, and for each worker with a loop.
enum { THREADS_A_HOUSE = 1, THREADS_A_LOOP = 4 };

int threads_open(struct engine **out, const struct engine_spec *spec,
                 const struct engine_setup *setup);
#endif
