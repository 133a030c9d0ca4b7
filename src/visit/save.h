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
//
// A run that can be gone on with gives bodies their names only when it commits that they are there.
// Then there is a `save_tag` in the settings, the same for all parts of the run: a body is left
// under a temporary name with that tag, which no other run removes, and save_settle gives it its
// own later.
struct save;
struct visit_settings;

#define SAVE_PREFIX ".trawl-part-"      // of the temporary names
#define SAVE_PREFIX_LEFT ".trawl-left-" // the same with a tag

// A body that is being written. { .fd = -1 } is none.
struct save_file {
    int fd;
    char temporary[80];
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
// is replaced. `saved` becomes the path with the directory's in front. With a tag the body is left
// as it is, and `saved` becomes its temporary name, a slash, and `path`. Errors: those of close(2),
// mkdir(2) and rename(2); then nothing is left of the body.
int save_keep(struct save *s, struct save_file *f, struct span path, struct buffer *saved);

// Ends a body of which nothing is to be left. None is legal.
void save_drop(struct save *s, struct save_file *f);

// Appends `path` with the directory's in front.
void save_name(const struct save *s, struct span path, struct buffer *out);

// What is at `path` below the directory; a link in it is SAVE_OTHER, wherever it leads.
enum save_found { SAVE_NOTHING, SAVE_DIRECTORY, SAVE_REPLACEABLE, SAVE_OTHER };
enum save_found save_look_at(const struct save *s, const char *path);

// Gives a body that was left as `from` the name `to`, or the next that is not taken; `out` becomes
// the one it has, below the directory. Blocks. Returns 0, also when it has a name already, and
// `out` is then empty. Errors: those of mkdir(2) and rename(2); then it stays as it was.
int save_settle(const struct save *s, const char *from, struct span to, struct buffer *out);

// Removes a body that was left as `from`, for the file at `to` below the directory is the same;
// does nothing when there is no such file. Blocks for a moment. Whether it did.
bool save_forget(const struct save *s, const char *from, const char *to);

// Has all that was written below the directory, and all its names, on the disk. Blocks. Errors:
// those of syncfs(2).
int save_sync(const struct save *s);

// Removes the bodies with the tag of this run: none of them has been committed. Blocks. Returns how
// many.
int save_sweep_left(struct save *s);

// Whether a file from before this run is where `path` would be saved; then `saved` is its path with
// the directory's in front. What cannot be looked at is not there.
bool save_find(struct save *s, struct span path, struct buffer *saved);
#endif
