// SPDX-License-Identifier: MIT
#ifndef SCHED_NURSERY_H
#define SCHED_NURSERY_H
#include "data/list.h"
#include <stdbool.h>

// A scope that owns fibers: it closes only when all of them have ended, so none outlives what it
// uses. The first one that returns a negative value cancels the others, and that value is what
// closing returns.
//
//      nursery_init(&n, "pair");
//      r = nursery_spawn(&n, "left", left, &a);
//      if (r == 0)
//          r = nursery_spawn(&n, "right", right, &b);
//      if (r < 0)
//          nursery_cancel(&n);         // and still close: `a` must outlive the fiber that uses it
//      closed = nursery_close(&n);
//
// Cancelling is a request: a fiber notices it in whatever it is parked in, and each park from then
// on fails as well, so it goes through its clean-up code and returns. One that was cancelled before
// it began begins nevertheless: whatever its argument made it responsible for is taken care of.
struct nursery {
    struct list fibers; // the living ones
    struct list closer; // who waits in nursery_close
    const char *name;
    unsigned living;
    int error;
    bool cancelled;
};

// Prepares an empty nursery. `name` is a literal, for the census.
void nursery_init(struct nursery *n, const char *name);

// Spawns a fiber that runs `body(arg)`, and makes it ready (it runs after the caller parks). `name`
// is a literal. The caller keeps what `arg` points at alive until the fiber has ended. Does not
// park. Errors: -ENOMEM; -ECANCELED when the nursery has been cancelled; then nothing was spawned.
#define nursery_spawn(n, name, body, arg) nursery_spawn_at(n, name, body, arg, __FILE__, __LINE__)
int nursery_spawn_at(struct nursery *n, const char *name, int (*body)(void *arg), void *arg,
                     const char *file, int line);

// Cancels every living fiber: each parked call of theirs, now and later, returns -ECANCELED. Does
// not wait.
void nursery_cancel(struct nursery *n);

// Waits until every fiber has ended. Parks; when the caller itself is cancelled it cancels them and
// still waits. Returns the first negative value that one returned (a fiber ended by cancelling does
// not count), or 0. The nursery is then empty and may be used again.
int nursery_close(struct nursery *n);
#endif
