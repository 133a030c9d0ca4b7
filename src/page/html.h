// SPDX-License-Identifier: MIT
#ifndef PAGE_HTML_H
#define PAGE_HTML_H
#include "data/buffer.h"

// Writing HTML and SVG at the end of a buffer. Pure. Memory failures stay in the buffer.

// Text from outside, safe between tags and between the quotes of an attribute: & < > " ' are
// written as references; what is not UTF-8, and control characters but for newline and tab, become
// U+FFFD.
void html_text(struct buffer *b, const char *s);

// Markup of our own, as it is.
static inline void html_add(struct buffer *b, const char *markup)
{
    buffer_add_string(b, markup);
}

// <TAG>text</TAG>, the text escaped. `tag` may have attributes: "p class=\"note\"".
void html_element(struct buffer *b, const char *tag, const char *text);

// A coordinate: two digits behind the point at most, "0" for what is no number.
void html_number(struct buffer *b, double v);

// An attribute with such a number: ` name="12.5"`.
void html_at(struct buffer *b, const char *name, double v);
#endif
