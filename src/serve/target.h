// SPDX-License-Identifier: MIT
#ifndef SERVE_TARGET_H
#define SERVE_TARGET_H
#include "data/span.h"
#include <stdint.h>

// Taking request paths and queries apart. Pure.

// Cuts the first segment off `path` ("/a/b/c" gives "a" and leaves "/b/c"; "/" gives an empty one
// and leaves nothing). Returns false, both untouched, when `path` is empty.
bool target_segment(struct span *path, struct span *segment);

// The value of `name` in "a=1&b&c=3": absent when it does not stand there, empty when it has no
// value.
struct span target_value(struct span query, const char *name);

// Whether `name` stands in the query, with any value but "0", "no" or "false".
bool target_flag(struct span query, const char *name);

// Reads digits with an optional K, M or G (powers of 1024) behind them. Errors: -EINVAL, -ERANGE
// (more than `most`), `out` untouched.
int target_size(struct span text, uint64_t most, uint64_t *out);

// The same for the value of `name`; `out` is set to `otherwise` when it does not stand there.
int target_size_value(struct span query, const char *name, uint64_t otherwise, uint64_t most,
                      uint64_t *out);

// Decodes %XX (a lone % stands for itself) into `to`, which has room for `text.n` bytes. Returns
// how many were written.
size_t target_decode(struct span text, char *to);
#endif
