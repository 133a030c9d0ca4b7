// SPDX-License-Identifier: MIT
#ifndef ENGINE_WORKER_SETUP_H
#define ENGINE_WORKER_SETUP_H
#include "data/buffer.h"
#include "engine/engine.h"

// The settings of the engines as plain bytes, for a worker that was forked before they were read:
// its memory does not have them.

// Writes `settings` into `out`, replacing its contents. Errors: -ENOMEM; -EMSGSIZE when its strings
// pass `most` bytes in all.
int worker_setup_write(struct buffer *out, const struct visit_settings *settings, size_t most);

// Says in what has been written which worker it is for (visit_settings.worker).
void worker_setup_number(struct buffer *setup, unsigned number);

// Reads them back. The strings lie in `p`, which `out` borrows. Errors: -EPROTO.
int worker_setup_read(struct visit_settings *out, const void *p, size_t n);
#endif
