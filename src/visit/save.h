// SPDX-License-Identifier: MIT
#ifndef VISIT_SAVE_H
#define VISIT_SAVE_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

// The directory that bodies are saved in. A body is written to a file with a temporary name in it,
// which gets its own name only when it is whole, and never one that is taken: the kernel decides
// (RENAME_NOREPLACE), and whoever comes second gets a number before the extension. Nothing is ever
// written outside the directory, nor through a symbolic link in it; where a link, or a file, is in
// the way of a directory, the directory gets a number as well.
//
// Any number of threads and processes may use one directory; every run holds a shared lock on it
// (flock), so that a run that begins knows whether what is left there belongs to nobody.
struct save;
struct visit_settings;

#define SAVE_PREFIX ".trawl-part-" // of the temporary names

// A body that is being written. { .fd = -1 } is none.
struct save_file {
    int fd;
    char temporary[64];
};

// Creates the directory `dir`, and those above it, where they are missing. Errors: those of
// mkdir(2), -ENOTDIR.
int save_create(const char *dir);

// Opens the directory of `settings`, which are borrowed. Blocks for a moment when another run is
// tidying up. Errors: those of open(2), -ENOMEM.
int save_open(struct save **out, const struct visit_settings *settings);
void save_close(struct save *s);

// For a run that begins, before its workers do: removes what killed runs have left, unless another
// run uses the directory. Returns how many files that were. `*since` is set to a time of the file
// system's clock: a file that has been changed later is one of this run's. May sleep for 20 ms.
// Errors: when nothing can be written there, those of open(2).
int save_tidy(struct save *s, int64_t *since);

// Begins a body. Errors: those of open(2).
int save_begin(struct save *s, struct save_file *f);

// Writes all of it. Errors: those of write(2).
int save_write(struct save_file *f, struct span data);

// Ends a body and gives it its name: `path` (as file_path_make makes them, with a directory at
// least), or the next that is not taken. With `clobber` in the settings a file from before this run
// is replaced. `saved` becomes the path with the directory's in front. Errors: those of close(2),
// mkdir(2) and rename(2); then nothing is left of the body.
int save_keep(struct save *s, struct save_file *f, struct span path, struct buffer *saved);

// Ends a body of which nothing is to be left. None is legal.
void save_drop(struct save *s, struct save_file *f);

// Appends `path` with the directory's in front.
void save_name(const struct save *s, struct span path, struct buffer *out);

// Whether a file from before this run is where `path` would be saved; then `saved` is its path with
// the directory's in front. What cannot be looked at is not there.
bool save_find(struct save *s, struct span path, struct buffer *saved);
#endif
