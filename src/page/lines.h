// SPDX-License-Identifier: MIT
#ifndef PAGE_LINES_H
#define PAGE_LINES_H
#include "data/buffer.h"
#include "page/axis.h"

// A plot of lines, as a <figure>: title, SVG with a text that says all of its points, names at the
// ends of the lines. Pure.

struct lines_point {
    double x, y;
    double least, most; // a range drawn as a whisker; equal: none
};

struct lines_series {
    const char *name; // escaped where it is written
    unsigned style;   // mark.h
    struct lines_point *point;
    unsigned points;
    bool marks; // on each point, or only at the end
};

struct lines {
    const char *id;    // unique in the page, plain
    const char *title; // both are escaped
    const char *note;  // under the plot; NULL: nothing
    const char *x_name, *y_name;
    struct axis x, y; // as initialised; from and to are set by lines_write
    const char *(*x_show)(char *out, double v);
    const char *(*y_show)(char *out, double v);
    const double *x_mark; // marks of the x axis, rising; NULL: those that it has
    unsigned x_marks;
    const struct lines_series *series;
    unsigned n;
};

// Appends the figure.
void lines_write(struct buffer *b, struct lines *p);
#endif
