// SPDX-License-Identifier: MIT
#ifndef HTML_ENTITY_H
#define HTML_ENTITY_H
#include "data/buffer.h"

// Appends the value of an attribute, in UTF-8, with its character references decoded (HTML standard
// §13.2.5.72 to 84, as an attribute): "&amp;", "&#38;", "&#x26;", also without a semicolon where
// history allows it, but not in front of '=', a letter or a digit, so that "?a=b&copy=c" stays as
// it is. A NUL becomes U+FFFD.
void entity_decode(struct buffer *out, struct span value);

// Whether decoding `value` would change it.
bool entity_stands_in(struct span value);
#endif
