// SPDX-License-Identifier: MIT
#ifndef DEMO_DEMO_SAMPLES_H
#define DEMO_DEMO_SAMPLES_H
#include "data/buffer.h"

// Appends three of the records in the file at `path`, as they are: one of a page, one with
// redirects, one with an error, as far as there are such. Blocks. Errors: what reading gave,
// -ENOMEM.
int demo_samples(struct buffer *out, const char *path);
#endif
