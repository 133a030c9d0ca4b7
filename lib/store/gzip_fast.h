// SPDX-License-Identifier: MIT
#ifndef STORE_GZIP_FAST_H
#define STORE_GZIP_FAST_H
#include "data/buffer.h"

// Level 1 of gzip.h through ISA-L, with Huffman codes that are made of what went by before: one for
// what is short (heads of records, which are much alike) and one for text. Every so many members
// the code is made anew, so it follows what comes.
struct gzip_fast;

// NULL when this build has no ISA-L, or no memory.
struct gzip_fast *gzip_fast_new(void);
void gzip_fast_free(struct gzip_fast *f);

// As gzip_member.
int gzip_fast_member(struct gzip_fast *f, struct span data, struct buffer *out);
#endif
