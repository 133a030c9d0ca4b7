// SPDX-License-Identifier: MIT
#ifndef STORE_GZIP_H
#define STORE_GZIP_H
#include "data/buffer.h"
#include <stdint.h>

// Members of a gzip file (RFC 1952): whole ones of what is in memory, and ones that are put
// together from parts, for what never is. Levels are libdeflate's, 1 to 12; a part is zlib's, 9 at
// most.
//
// Level 1 is for speed, and done by ISA-L where trawl was built with it: pages of 10 to 20 KB take
// a third of the time that libdeflate's level 1 takes, and 7 % more room. One Huffman code serves
// for many members there, made of what went by lately; what does not look like text, or gains too
// little by it, gets one of its own.
struct gzip;

enum { GZIP_LEAST = 1, GZIP_BEST = 12 };

// For one thread at a time. It takes about 1 MB, 9 from level 10 on. Errors: -ENOMEM.
int gzip_new(struct gzip **out, int level);
void gzip_free(struct gzip *g);

// Appends a member that holds `data`. Errors: -ENOMEM; then `out` is as it was.
int gzip_member(struct gzip *g, struct span data, struct buffer *out);

// What parts hold so far: their checksum and length.
struct gzip_sum {
    uint32_t crc;
    uint64_t length;
};

// A member in parts is: its head, any number of parts, its tail. A part can be made anywhere, also
// before those in front of it: it refers to nothing but itself.
void gzip_head(struct buffer *out);
int gzip_part(struct gzip *g, struct span data, struct gzip_sum *sum, struct buffer *out);
void gzip_tail(const struct gzip_sum *sum, struct buffer *out);

// Makes `sum` that of its own parts and those of `more` behind them.
void gzip_sum_join(struct gzip_sum *sum, const struct gzip_sum *more);
#endif
