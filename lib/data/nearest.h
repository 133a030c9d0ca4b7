// SPDX-License-Identifier: MIT
#ifndef DATA_NEAREST_H
#define DATA_NEAREST_H
#include <stddef.h>

// Finds the word that was meant. Begin with what was typed, offer every word there is, then look at
// `best`.
struct nearest {
    const char *typed;
    size_t length;
    unsigned distance;
    const char *best; // NULL: nothing offered is near enough
};

// Borrows `typed` (n bytes) as long as words are offered.
void nearest_begin(struct nearest *n, const char *typed, size_t length);

// Takes `word` for the best if it is nearer than those before: by edits (a letter put in, left out,
// changed, or two swapped), up to a third of its length, or by a beginning that is two thirds of
// the shorter one.
void nearest_offer(struct nearest *n, const char *word);
#endif
