// SPDX-License-Identifier: MIT
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H
#include "input/lines.h"
#include <stdint.h>

// Where URLs come from: arguments first, then a file, a pipe or a terminal, plain or compressed
// (gzip and zstd are known by their first bytes). Streamed: never more than a few blocks in memory.
// What comes through a pipe is handed on as it comes.
struct source;

// Opens it. `urls` (NULL-terminated) and `path` ("-": standard input) may be NULL; both are
// borrowed. Errors: what open(2) gave (said on the log), -ENOMEM.
int source_open(struct source **out, const char *const *urls, const char *path);

// The next line, borrowed until the next call. Parks while nothing has come yet. Returns 1; 0 at
// the end; -ECANCELED; a negative errno when it cannot be read on (said on the log).
int source_next(struct source *s, struct line *out);

// How far it has come, in bytes as stored, and of how many; size 0: not known. Arguments do not
// count.
void source_progress(const struct source *s, uint64_t *read, uint64_t *size);

// Whether the rest can be read without waiting for somebody to write it: a regular file, or nothing
// but arguments.
bool source_is_at_hand(const struct source *s);

void source_close(struct source *s);
#endif
