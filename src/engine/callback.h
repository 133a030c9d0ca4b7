// SPDX-License-Identifier: MIT
#ifndef ENGINE_CALLBACK_H
#define ENGINE_CALLBACK_H
#include "engine/engine.h"

// The engine "callback": as coro, on the same loop and the same multis, but without coroutines:
// each step of a visit ends by naming the function that is to be called next. See engine.h for what
// opening takes and gives.
int callback_open(struct engine **out, const struct engine_spec *spec,
                  const struct engine_setup *setup);
#endif
