// SPDX-License-Identifier: MIT
#ifndef SERVE_WORDS_H
#define SERVE_WORDS_H
#include "data/span.h"
#include <stdint.h>

// What the pages of the synthetic web are written with. The tables are part of what a seed means:
// to change a word is to change every web. Pure.

// A word, lower-case ASCII of 8 letters at most; any number gives one.
const char *words_noun(uint64_t i);
const char *words_adjective(uint64_t i);

// A sentence of 40 to 90 bytes, with the space that follows it.
struct span words_sentence(uint64_t i);
#endif
