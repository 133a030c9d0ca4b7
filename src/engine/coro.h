// SPDX-License-Identifier: MIT
#ifndef ENGINE_CORO_H
#define ENGINE_CORO_H
#include "engine/engine.h"

// The engine "coro": one lane; each job is a fiber on the coordinator's own loop, waiting in curl
// multi. See engine.h for what opening takes and gives.
struct io;

int coro_open(struct engine **out, const struct engine_spec *spec,
              const struct engine_setup *setup);

// The same over an `io` of the caller's, whose fetch parks. `done_with`, which may be NULL, is
// called with it when the engine is closed, once nothing uses it any more; also when opening fails.
int coro_open_io(struct engine **out, const struct engine_spec *spec,
                 const struct engine_setup *setup, struct io *io, void (*done_with)(struct io *io));
#endif
