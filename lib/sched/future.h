// SPDX-License-Identifier: MIT
#ifndef SCHED_FUTURE_H
#define SCHED_FUTURE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A value that is not there yet: a promise, to which one side holds and which the other settles,
// once, with an error or a value. Any number of fibers of the loop can await it, before and after.
//
//      pending ──settle──► settled: error == 0, value   it worked
//                                   error < 0           it failed
//
// Counted references: future_new gives the first, future_keep one more, future_drop ends one. When
// the last one goes while it is pending, nobody can settle it any more; futures made from it then
// settle with -ECANCELED.
struct future;

// Makes a pending future. `drop` disposes of the value when the last reference goes; NULL: the
// value is not owned. Errors: -ENOMEM.
int future_new(struct future **out, void (*drop)(void *value));

// One more reference to `f`, which is returned.
struct future *future_keep(struct future *f);

// Ends a reference. NULL is legal. No fiber may be awaiting without a reference of its own.
void future_drop(struct future *f);

// Settles `f` with `error` (0 or negative) and `value` (NULL with an error), which then belongs to
// it, and wakes those who await it. Returns false when it was settled before: nothing has changed
// then, and `value` stays the caller's. Does not park; legal on the loop's stack.
bool future_settle(struct future *f, int error, void *value);

bool future_settled(const struct future *f);

// Waits until `f` is settled and returns its error; on 0 `*value` (when not NULL) is its value,
// valid as long as a reference is held. Parks. Errors: those, -ETIMEDOUT, -ECANCELED;
// future_settled tells whose they are.
int future_await(struct future *f, void **value, int64_t deadline);

// A future of what `step` makes of `f`: once `f` is settled it is called with its error, its value
// in `*value`, and `arg`; what it returns and leaves in `*value` settles the new one. It is called
// on the stack of whoever settles `f` (here and now when that has happened), and must not park: for
// work that waits, spawn a fiber that awaits. The new future keeps `f` alive, so the value may be,
// or point into, the old one; it owns nothing. Errors: -ENOMEM, then `step` is never called.
int future_then(struct future **out, struct future *f,
                int (*step)(int error, void **value, void *arg), void *arg);

// A future that settles with 0 and a NULL value when all of `f[0..n)` have done so; with the first
// error as soon as one of them fails. Of none: at once. Errors: -ENOMEM.
int future_all(struct future **out, struct future *const f[], size_t n);

// A future that settles with the value of the first of `f[0..n)` that works; when all fail, with
// the error of the last to do so. Errors: -ENOMEM; -EINVAL of none.
int future_any(struct future **out, struct future *const f[], size_t n);
#endif
