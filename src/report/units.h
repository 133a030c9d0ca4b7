// SPDX-License-Identifier: MIT
#ifndef REPORT_UNITS_H
#define REPORT_UNITS_H
#include <stddef.h>
#include <stdint.h>

// Sizes, times and rates as people write and read them. Pure.
//
// Reading: digits with an optional fraction, then an optional unit, in either case, and nothing
// else: no sign, no space, no exponent. Of a fraction nine digits count. Errors, `out` untouched:
// -EINVAL (no such quantity), -ERANGE (more than `out` holds).

// "64M", "1.5G", "500K", "512": bytes. K, M, G, T and P are powers of 1024; a B or iB may follow.
int units_bytes(const char *text, uint64_t *out);

// "1.5s", "500ms", "2m", "1h", "1d", "30": nanoseconds. A plain number is seconds.
int units_time(const char *text, int64_t *out);

// "10/s", "30/m", "100/h", "5000/d", "2.5": times a second. A plain number is a second's.
int units_rate(const char *text, double *out);

// A whole number from `least` to `most`, digits only. -ERANGE outside.
int units_count(const char *text, uint64_t least, uint64_t most, uint64_t *out);

// Showing: each writes into `out` (UNITS_ROOM bytes are always enough) and returns it.
enum { UNITS_ROOM = 32 };

// Bytes in the largest unit of 1024 that leaves a whole part: "512 B", "1.5 KB", "64 MB". Three
// figures.
const char *units_show_bytes(char *out, uint64_t bytes);

// Nanoseconds with three figures: "0 s", "250 us", "1.25 ms", "2.31 s"; from a minute on "2m05s",
// "3h20m", "4d02h".
const char *units_show_time(char *out, int64_t ns);

// A whole number with its thousands apart: "1,234,567".
const char *units_show_count(char *out, uint64_t n);

// A rate a second, three figures below a thousand: "0.25", "98.1", "12,345".
const char *units_show_rate(char *out, double per_second);
#endif
