// SPDX-License-Identifier: MIT
#ifndef PAGE_MARK_H
#define PAGE_MARK_H
#include "data/buffer.h"

// How engines are told apart: number `n` has a colour, a shape of its marks and a rhythm of its
// line of its own, so that none of them is needed alone. From the ninth on they repeat, and names
// stand beside them.
enum { MARK_STYLES = 8, MARK_CLASS = 8 };

// The class of an SVG element that is to have the colour of `n`: "c0". Fills `out`, returns it.
const char *mark_class(char out[MARK_CLASS], unsigned n);

// A mark of engine `n` at a place, of class m: filled with its colour.
void mark_write(struct buffer *b, unsigned n, double x, double y);

// The stroke-dasharray of its line; "" for an unbroken one. A literal.
const char *mark_dash(unsigned n);

// A piece of a legend: the line with its mark, then the name (escaped), in a <span>.
void mark_legend(struct buffer *b, unsigned n, const char *name);

// An invisible SVG with the striped fills, once a page: url(#stripe0) and so on.
void mark_stripes(struct buffer *b);
#endif
