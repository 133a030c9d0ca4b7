// SPDX-License-Identifier: MIT
#ifndef CMD_FILTER_H
#define CMD_FILTER_H
#include "data/buffer.h"

enum { FILTER_LINE_MAX = 96 << 20 }; // bytes of one line: a sitemap of 50 MB in base64, and more

// What becomes of one line: appends to `out`. `line` is without its LF (and CR), borrowed for the
// call; absent when it was longer than FILTER_LINE_MAX.
typedef void filter_line(struct buffer *out, struct span line, void *arg);

// Hands each line of standard input to `one` and writes what it appended to standard output, before
// it waits for more: whoever asks through a pipe gets each answer at once. Blocks. Returns an exit
// status, having said what was wrong.
int filter_run(filter_line *one, void *arg);
#endif
