// SPDX-License-Identifier: MIT
#ifndef SERVE_ACCESS_LOG_H
#define SERVE_ACCESS_LOG_H
#include "serve/exchange.h"

// The access log: one JSON object a line, in the order in which answers were finished. Lines are
// gathered for a moment and written by a thread, so that a slow disk holds up nobody; when it does
// not keep up, requests wait.
struct access_log;

// Opens (creates anew) the file at `path` and starts the fiber in `n` that writes to it. Errors: of
// opening, -ENOMEM.
int access_log_open(struct access_log **out, const char *path, struct nursery *n);

// Adds the line of an exchange that was answered. May park.
void access_log_add(struct access_log *log, const struct exchange *x);

// Writes what is left and frees the log; the fiber has ended. NULL is legal. Blocks for the disk.
void access_log_close(struct access_log *log);
#endif
