// SPDX-License-Identifier: MIT
#ifndef SERVE_PATTERN_H
#define SERVE_PATTERN_H
#include <stddef.h>
#include <stdint.h>

// The content of every body that is only a size: lines of 16 bytes, each the offset of its first
// byte as fifteen hexadecimal digits and a newline. So each byte is known from where it stands, and
// a piece lost, doubled or moved on the way shows.
//
//     000000000000000⏎000000000000010⏎000000000000020⏎…

// Writes the `n` bytes that stand at offset `from`.
void pattern_fill(char *to, uint64_t from, size_t n);
#endif
