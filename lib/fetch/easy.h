// SPDX-License-Identifier: MIT
#ifndef FETCH_EASY_H
#define FETCH_EASY_H
#include "fetch/io.h"

// The blocking twin of multi: one exchange at a time, in curl_easy_perform, on any thread or
// process; its own connections.
struct easy;
struct fetch_settings;
struct halt;

// Errors: -ENOMEM. Borrows `settings` until it is freed.
int easy_new(struct easy **out, const struct fetch_settings *settings);

// One for fibers of a thread that is green (sched/green.h), where it parks wherever it would block,
// its sinks too. A fiber that is cancelled gets -ECANCELED.
int easy_new_green(struct easy **out, const struct fetch_settings *settings);

// NULL is legal.
void easy_free(struct easy *e);

// Has it heed `halt` (sys/halt.h), which is borrowed until it is freed: once that is said, and the
// thread interrupted, exchanges end with FETCH_CANCELLED and waits with -ECANCELED. The thread that
// uses it listens.
void easy_heed(struct easy *e, struct halt *halt);

// The `io` whose fetch blocks. Lives as long as `e`.
struct io *easy_io(struct easy *e);
#endif
