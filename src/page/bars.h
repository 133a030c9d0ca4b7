// SPDX-License-Identifier: MIT
#ifndef PAGE_BARS_H
#define PAGE_BARS_H
#include "data/buffer.h"
#include "page/axis.h"

// A plot of horizontal bars, as a <figure>, written row by row: bars_begin, then exactly the
// headings and rows that were announced, then bars_end. Pure.
//
//      heading
//      name  |=========//////| value
//      name  |====///| value

enum { BARS_TEXT = 64 };

struct bars {
    const char *id, *title; // id unique in the page and plain; the title is escaped
    const char *note;       // under the plot; NULL: nothing
    struct axis axis;       // as initialised
    unsigned rows, headings;
    double y; // where the next one goes
};

struct bars_row {
    const char *name;
    unsigned style;      // mark.h
    double value;        // a full bar
    double more;         // a striped one behind it
    double least, most;  // of both together, a whisker; equal: none
    const char *text;    // the value in words, at its end
    const char *explain; // shown over it, and said to who does not see it; NULL: name and text
};

// Append a chart: its beginning, headings and rows in order, its end. Lack of memory shows in `b`.
void bars_begin(struct buffer *b, struct bars *p);
void bars_heading(struct buffer *b, struct bars *p, const char *text);
void bars_row(struct buffer *b, struct bars *p, const struct bars_row *row);
void bars_end(struct buffer *b, struct bars *p);
#endif
