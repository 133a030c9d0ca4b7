// SPDX-License-Identifier: MIT
#include "store/gzip.h"
#include "store/gzip_fast.h"
#include <errno.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <zlib.h>

struct gzip {
    int level;
    struct libdeflate_compressor *whole;
    struct gzip_fast *fast; // NULL: not at this level, or not in this build
    z_stream parts;
    bool parts_made;
};

int gzip_new(struct gzip **out, int level)
{
    struct gzip *g = calloc(1, sizeof *g);
    if (!g)
        return -ENOMEM;
    g->level = level < GZIP_LEAST ? GZIP_LEAST : level > GZIP_BEST ? GZIP_BEST : level;
    if (g->level == GZIP_LEAST)
        g->fast = gzip_fast_new();
    if (!g->fast)
        g->whole = libdeflate_alloc_compressor(g->level);
    if (!g->fast && !g->whole) {
        gzip_free(g);
        return -ENOMEM;
    }
    *out = g;
    return 0;
}

void gzip_free(struct gzip *g)
{
    if (!g)
        return;
    if (g->parts_made)
        deflateEnd(&g->parts);
    gzip_fast_free(g->fast);
    libdeflate_free_compressor(g->whole);
    free(g);
}

int gzip_member(struct gzip *g, struct span data, struct buffer *out)
{
    if (g->fast)
        return gzip_fast_member(g->fast, data, out);
    size_t room = libdeflate_gzip_compress_bound(g->whole, data.n);
    char *at = buffer_reserve(out, room);
    if (!at)
        return -ENOMEM;
    size_t n = libdeflate_gzip_compress(g->whole, data.p, data.n, at, room);
    out->n += n;
    return n ? 0 : -ENOMEM; // never: the room was enough
}

// ---- in parts

void gzip_head(struct buffer *out)
{
    // deflate, no flags, no time, no extra flags, system unknown
    static const char head[10] = { '\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, '\xff' };
    buffer_add(out, head, sizeof head);
}

static int gzip_prepare_parts(struct gzip *g)
{
    if (g->parts_made)
        return deflateReset(&g->parts) == Z_OK ? 0 : -ENOMEM;
    int level = g->level > 9 ? 9 : g->level;
    if (deflateInit2(&g->parts, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return -ENOMEM;
    g->parts_made = true;
    return 0;
}

// Ends on a byte, with blocks that are not the last.
int gzip_part(struct gzip *g, struct span data, struct gzip_sum *sum, struct buffer *out)
{
    if (data.n == 0)
        return 0;
    int e = gzip_prepare_parts(g);
    if (e < 0)
        return e;
    z_stream *z = &g->parts;
    size_t room = deflateBound(z, data.n) + 16;
    char *at = buffer_reserve(out, room);
    if (!at)
        return -ENOMEM;
    z->next_in = (unsigned char *)(uintptr_t)data.p;
    z->avail_in = (unsigned)data.n;
    z->next_out = (unsigned char *)at;
    z->avail_out = (unsigned)room;
    if (data.n > UINT32_MAX / 2 || deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in ||
        z->avail_out == 0)
        return -EINVAL; // a part that is too long
    out->n += room - z->avail_out;
    sum->crc = libdeflate_crc32(sum->crc, data.p, data.n);
    sum->length += data.n;
    return 0;
}

void gzip_tail(const struct gzip_sum *sum, struct buffer *out)
{
    char tail[10] = { 3, 0 }; // a last block without anything, in the fixed code
    for (int i = 0; i < 4; i++) {
        tail[2 + i] = (char)(sum->crc >> 8 * i);
        tail[6 + i] = (char)(sum->length >> 8 * i);
    }
    buffer_add(out, tail, sizeof tail);
}

void gzip_sum_join(struct gzip_sum *sum, const struct gzip_sum *more)
{
    sum->crc = (uint32_t)crc32_combine(sum->crc, more->crc, (z_off_t)more->length);
    sum->length += more->length;
}
