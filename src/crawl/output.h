// SPDX-License-Identifier: MIT
#ifndef CRAWL_OUTPUT_H
#define CRAWL_OUTPUT_H
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
