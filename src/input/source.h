// SPDX-License-Identifier: MIT
#ifndef INPUT_SOURCE_H
#define INPUT_SOURCE_H
#include "input/lines.h"
#include "input/position.h"
#include <stdint.h>

// Where URLs come from: arguments first, then a file, a pipe or a terminal, plain or compressed
// (gzip and zstd are known by their first bytes). Streamed: never more than a few blocks in memory.
// What comes through a pipe is handed on as it comes.
struct source;

struct source_setup {
    const char *const *urls; // arguments, NULL-terminated; may be NULL. Borrowed
    const char *path;        // "-": standard input; may be NULL. Borrowed
    // For a run that can be gone on with:
    bool traced;       // its position is wanted
    const char *spool; // the file that standard input is kept in; NULL: it is not
    // Where another process had come to; NULL: at the beginning. Without `given` standard input is
    // not looked at: what is kept of it is all. With it, it is the list from its beginning, also
    // when some of it is kept.
    const struct source_position *from;
    bool given;
};

// Opens it. With `from` it parks. Errors, said on the log: what open(2) gave; -ESTALE it is not the
// same list any more; -ENOMEM.
int source_open(struct source **out, const struct source_setup *setup);

// The next line, borrowed until the next call. Parks while nothing has come yet. Returns 1; 0 at
// the end; -ECANCELED; a negative errno when it cannot be read on (said on the log).
int source_next(struct source *s, struct line *out);

// How far it has come, in bytes as stored, and of how many; size 0: not known. Arguments do not
// count.
void source_progress(const struct source *s, uint64_t *read, uint64_t *size);

// Whether the rest can be read without waiting for somebody to write it: a regular file, or nothing
// but arguments.
bool source_is_at_hand(const struct source *s);

// Behind the last line that source_next gave. For one that is traced.
void source_tell(struct source *s, struct source_position *out);

// What is kept of standard input is on the disk afterwards. Blocks, from any thread, beside
// source_next. Errors: those of fdatasync(2).
int source_sync(struct source *s);

// Whether standard input had more, which was not given again.
bool source_was_cut(const struct source *s);

void source_close(struct source *s);
#endif
