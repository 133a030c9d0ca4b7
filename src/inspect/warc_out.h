// SPDX-License-Identifier: MIT
#ifndef INSPECT_WARC_OUT_H
#define INSPECT_WARC_OUT_H
#include "data/buffer.h"

// Standard output, for answers that may be long.
struct warc_out {
    struct buffer held;
};

// Writes what is held once it is enough, or, with `all`, in any case. Returns 0 or a negative
// errno.
int warc_out_flush(struct warc_out *o, bool all);

void warc_out_fini(struct warc_out *o);
#endif
