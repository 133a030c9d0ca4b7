// SPDX-License-Identifier: MIT
#ifndef CRAWL_SAVING_H
#define CRAWL_SAVING_H
#include "data/buffer.h"
#include <stdbool.h>

// Where bodies go, and whether they are there already.
struct coordinator;
struct item;

// Sets `out` to where the body of `i` belongs below the directory of --save. Whether it could, for
// memory.
bool saving_path(struct buffer *out, const struct item *i);

// Ends `i` when its body has been saved before this run, and frees it. Returns whether it did.
// Parks.
bool saving_skip(struct coordinator *c, struct item *i);
#endif
