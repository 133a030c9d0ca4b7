// SPDX-License-Identifier: MIT
#include "web/coding_stage.h"
#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

// gzip (RFC 1952) and deflate (RFC 9110 §8.4.1.2: the zlib format of RFC 1950; or bare RFC 1951, as
// some servers have it).
struct coding_zlib {
    struct coding_stage stage;
    z_stream z;
    bool gzip, ready;
    char piece[CODING_PIECE];
};

enum { GZIP_WINDOW = 15 + 16, ZLIB_WINDOW = 15, RAW_WINDOW = -15 };

// Decodes `in` up to its end or the end of the member, whichever comes first; `in` moves on.
static int coding_zlib_member(struct coding_zlib *d, struct span *in)
{
    int answer = Z_OK;
    d->z.next_in = (Bytef *)(uintptr_t)in->p;
    d->z.avail_in = (uInt)in->n;
    do {
        d->z.next_out = (Bytef *)d->piece;
        d->z.avail_out = sizeof d->piece;
        answer = inflate(&d->z, Z_NO_FLUSH);
        if (answer == Z_MEM_ERROR)
            return -ENOMEM;
        if (answer != Z_OK && answer != Z_STREAM_END && answer != Z_BUF_ERROR)
            return -EBADMSG;
        int rc = coding_give(&d->stage, d->piece, sizeof d->piece - d->z.avail_out);
        if (rc)
            return rc;
    } while (answer == Z_OK && (d->z.avail_in || d->z.avail_out == 0));
    in->p += in->n - d->z.avail_in;
    in->n = d->z.avail_in;
    d->stage.between = answer == Z_STREAM_END;
    return 0;
}

static bool coding_zlib_starts_gzip(const unsigned char *p, unsigned count)
{
    return p[0] == 0x1F && (count < 2 || p[1] == 0x8B);
}

static bool coding_zlib_starts_anything(const unsigned char *p, unsigned count)
{
    return p && count;
}

// RFC 1950 §2.2: the method is deflate, the window at most 32 KB, and the two bytes are a multiple
// of 31. The padding of a bare stored block would have to be wrong for it to look like that.
static bool coding_zlib_has_header(const unsigned char *p)
{
    return (p[0] & 15) == 8 && p[0] >> 4 <= 7 && (p[0] << 8 | p[1]) % 31 == 0;
}

// Decodes what coding_peek took.
static int coding_zlib_peeked(struct coding_zlib *d)
{
    struct span two = { (const char *)d->stage.peeked, 2 };
    return coding_zlib_member(d, &two);
}

static int coding_zlib_gzip(struct coding_stage *s, struct span in)
{
    struct coding_zlib *d = (struct coding_zlib *)s;
    while (in.n && !s->garbage) {
        int rc = 0;
        if (s->between) {
            if (!coding_peek(s, &in, 2, coding_zlib_starts_gzip))
                return 0;
            if (inflateReset(&d->z) != Z_OK)
                return -EBADMSG;
            rc = coding_zlib_peeked(d);
        }
        if (rc == 0)
            rc = coding_zlib_member(d, &in);
        if (rc)
            return rc;
    }
    return 0;
}

static int coding_zlib_deflate(struct coding_stage *s, struct span in)
{
    struct coding_zlib *d = (struct coding_zlib *)s;
    int rc = 0;
    if (s->between) // a whole stream: nothing comes after it
        return 0;
    if (!d->ready) {
        if (!coding_peek(s, &in, 2, coding_zlib_starts_anything))
            return 0;
        bool header = coding_zlib_has_header(s->peeked);
        if (inflateReset2(&d->z, header ? ZLIB_WINDOW : RAW_WINDOW) != Z_OK)
            return -ENOMEM;
        d->ready = true;
        rc = coding_zlib_peeked(d);
    }
    if (rc == 0 && in.n && !s->between)
        rc = coding_zlib_member(d, &in);
    return rc;
}

static void coding_zlib_free(struct coding_stage *s)
{
    struct coding_zlib *d = (struct coding_zlib *)s;
    inflateEnd(&d->z);
    free(d);
}

int coding_zlib_new(struct coding_stage **out, bool gzip)
{
    struct coding_zlib *d = malloc(sizeof *d);
    if (!d)
        return -ENOMEM;
    memset(d, 0, offsetof(struct coding_zlib, piece));
    d->stage.write = gzip ? coding_zlib_gzip : coding_zlib_deflate;
    d->stage.free = coding_zlib_free;
    if (inflateInit2(&d->z, gzip ? GZIP_WINDOW : ZLIB_WINDOW) != Z_OK) {
        free(d);
        return -ENOMEM;
    }
    *out = &d->stage;
    return 0;
}
