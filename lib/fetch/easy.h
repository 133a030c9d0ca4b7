// SPDX-License-Identifier: MIT
#ifndef FETCH_EASY_H
#define FETCH_EASY_H
#include "fetch/io.h"

// The blocking twin of multi: one exchange at a time, in curl_easy_perform, on any thread or
// process; its own connections.
struct easy;
struct fetch_settings;

// Errors: -ENOMEM. Borrows `settings` until it is freed.
int easy_new(struct easy **out, const struct fetch_settings *settings);
void easy_free(struct easy *e);

// The `io` whose fetch blocks. Lives as long as `e`.
struct io *easy_io(struct easy *e);
#endif
