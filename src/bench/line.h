// SPDX-License-Identifier: MIT
#ifndef BENCH_LINE_H
#define BENCH_LINE_H
#include "bench/result.h"

// The line on a terminal that says how far a bench is.
struct line {
    bool shown, possible;
};

// How far it is.
struct line_news {
    const struct bench_cell *cell; // that runs; NULL: none
    const char *what;              // instead of a cell: what is done; a literal
    unsigned done, all;            // repetitions
    uint64_t urls;                 // of this one, so far
    double left;                   // s, as it looks; negative: not known
};

// Whether there is a terminal that takes it is looked at here. `wanted` false: not even then.
void line_begin(struct line *l, bool wanted);

// Shows the news, in place of the last.
void line_show(struct line *l, const struct line_news *n);

// Takes the line away: something else is about to be written, or it is over.
void line_clear(struct line *l);

// Writes the text of the line, without control characters, into `out` (160 bytes are enough): pure,
// for its test.
void line_text(char *out, size_t room, const struct line_news *n);
#endif
