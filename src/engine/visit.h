// SPDX-License-Identifier: MIT
#ifndef ENGINE_VISIT_H
#define ENGINE_VISIT_H
#include "data/buffer.h"
#include "fetch/response.h"

struct io;
struct job;
struct engine_settings;

// One place in which a visit is done, used again for the next one: what it needs while it runs. { 0 } is ready for use.
struct visit {
    struct response response;
    struct buffer outcome; // the message, when the visit is over
};

void visit_fini(struct visit *v);

// Does one job, start to end, in straight-line code that waits only in io->fetch; the outcome is left in `v->outcome`. A stale reused
// connection is tried again once, on a fresh one. Returns 0 whatever came of the exchange, or -ENOMEM when not even an outcome could
// be built. Parks, blocks or yields, as `io` does.
int visit(struct visit *v, struct io *io, const struct job *job, const struct engine_settings *settings);
#endif
