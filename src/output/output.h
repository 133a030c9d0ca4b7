// SPDX-License-Identifier: MIT
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H
#include "data/buffer.h"
#include <stdbool.h>
#include <stdint.h>

struct nursery;

// A text output of whole lines (records, failed URLs). Lines are gathered in memory and written on
// another thread, in the order they were added, when there are enough of them or a tenth of a
// second has passed; so adding never waits, and whoever adds looks at output_backlog now and then.
// It has one writer: this.
struct output;

// Opens `path` anew, or standard output when it is "-"; `name` is what messages call it. Its writer
// is a fiber of `nursery`, which must be closed before the output. Errors: what open(2) gave (said
// on the log), -ENOMEM.
int output_open(struct output **out, const char *path, struct nursery *nursery);

// The same for a file that a run goes on with: what is in it beyond `length` bytes is cut off, and
// lines are added behind. It must be a regular file. Errors, said on the log: -EINVAL it is none;
// -ESTALE it is shorter than that; what open(2) and ftruncate(2) gave.
int output_go_on(struct output **out, const char *path, uint64_t length, struct nursery *nursery);

// How long the file will be when everything added so far is written.
uint64_t output_length(const struct output *o);

// Waits until as much as that is written, and on the disk. Parks. Returns output_error, or that of
// fdatasync(2).
int output_sync(struct output *o, uint64_t length);

// Where the next line is appended, its newline included, before output_added is called. Lives until
// output_added.
struct buffer *output_buffer(struct output *o);

// Says that a whole line was appended.
void output_added(struct output *o);

// Bytes that are not written yet.
size_t output_backlog(const struct output *o);

// 0, or the negative errno of a failed write: everything after that is thrown away. -EPIPE: the
// reader went away.
int output_error(const struct output *o);

// Called (on the loop, from the writer) after each write, for who waits for the backlog to shrink
// or needs to know of an error.
void output_on_written(struct output *o, void (*written)(void *arg), void *arg);

// Writes what is left and ends the writer. Parks. Returns output_error.
int output_finish(struct output *o);

// Closes and frees; finish first. NULL is legal.
void output_close(struct output *o);
#endif
