// SPDX-License-Identifier: MIT
#ifndef PROC_PEEK_H
#define PROC_PEEK_H
#include <stddef.h>
#include <stdint.h>

// Small files that the kernel writes: /proc and /sys.

// Reads the file named by `format` as a string, cut to `room`. Returns its length, or a negative
// errno; then `out` is empty.
long peek_file(char *out, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// The number behind the first `name` that begins a line of `text`; 0 when there is none.
uint64_t peek_number(const char *text, const char *name);

// What stands behind `name` and blanks and a colon, at the beginning of a line, up to its end,
// copied to `out`; empty when there is none.
void peek_word(char *out, size_t room, const char *text, const char *name);
#endif
