// SPDX-License-Identifier: MIT
#ifndef ENGINE_GREEN_H
#define ENGINE_GREEN_H
#include "engine/engine.h"

// The engine "green": as coro a fiber a job on the coordinator's loop, but in each a blocking
// curl_easy_perform, as in a thread, whose polls park the fiber (sched/green.h). See engine.h for
// what opening takes and gives.
int green_open(struct engine **out, const struct engine_spec *spec,
               const struct engine_setup *setup);
#endif
