// SPDX-License-Identifier: MIT
#ifndef DATA_UTF8_H
#define DATA_UTF8_H
#include "data/span.h"
#include <stdint.h>

// UTF-8 read as browsers read it (WHATWG Encoding, Unicode 3.9): what is not UTF-8 becomes U+FFFD,
// one for each maximal subpart of a well-formed sequence. Overlong forms and surrogates are not
// UTF-8.
#define UTF8_REPLACEMENT UINT32_C(0xFFFD)

// Takes one code point off the front of [*p, end), which must not be empty. `*p` moves by 1 to 4
// bytes. `valid`, when not NULL, says whether they were UTF-8 (a U+FFFD can really stand in the
// text).
uint32_t utf8_next(const char **p, const char *end, bool *valid);

// Writes the UTF-8 form of `c`, at most 0x10FFFF and no surrogate, at `out`. Returns its length.
size_t utf8_put(char out[4], uint32_t c);

// Whether all of `s` is UTF-8.
bool utf8_valid(struct span s);
#endif
