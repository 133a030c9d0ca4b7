// SPDX-License-Identifier: MIT
#include "web/coding_stage.h"
#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

// zstd (RFC 8878), frame after frame, with the window of 8 MB that RFC 9659 allows.
struct coding_zstd {
    struct coding_stage stage;
    ZSTD_DCtx *context;
    char piece[CODING_PIECE];
};

enum { WINDOW_LOG = 23, MAGIC = 4 };

// Whether these may be the first bytes of a frame, or of a skippable one.
static bool coding_zstd_starts(const unsigned char *p, unsigned count)
{
    static const unsigned char frame[MAGIC] = { 0x28, 0xB5, 0x2F, 0xFD };
    static const unsigned char skippable[MAGIC] = { 0x50, 0x2A, 0x4D, 0x18 };
    bool skips = (p[0] & 0xF0) == skippable[0] && memcmp(p + 1, skippable + 1, count - 1) == 0;
    return skips || memcmp(p, frame, count) == 0;
}

// Decodes `in` up to its end or the end of the frame, whichever comes first; `in` moves on.
static int coding_zstd_frame(struct coding_zstd *d, struct span *in)
{
    ZSTD_inBuffer from = { in->p, in->n, 0 };
    ZSTD_outBuffer to;
    size_t left;
    do {
        to = (ZSTD_outBuffer){ d->piece, sizeof d->piece, 0 };
        left = ZSTD_decompressStream(d->context, &to, &from);
        if (ZSTD_isError(left)) {
            bool memory = ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation;
            return memory ? -ENOMEM : -EBADMSG;
        }
        int rc = coding_give(&d->stage, d->piece, to.pos);
        if (rc)
            return rc;
    } while (left && (from.pos < from.size || to.pos == to.size));
    in->p += from.pos;
    in->n -= from.pos;
    d->stage.between = left == 0;
    return 0;
}

static int coding_zstd_write(struct coding_stage *s, struct span in)
{
    struct coding_zstd *d = (struct coding_zstd *)s;
    while (in.n && !s->garbage) {
        int rc = 0;
        if (s->between) {
            if (!coding_peek(s, &in, MAGIC, coding_zstd_starts))
                return 0;
            struct span peeked = { (const char *)s->peeked, MAGIC };
            rc = coding_zstd_frame(d, &peeked);
        }
        if (rc == 0 && in.n)
            rc = coding_zstd_frame(d, &in);
        if (rc)
            return rc;
    }
    return 0;
}

static void coding_zstd_free(struct coding_stage *s)
{
    struct coding_zstd *d = (struct coding_zstd *)s;
    ZSTD_freeDCtx(d->context);
    free(d);
}

int coding_zstd_new(struct coding_stage **out)
{
    struct coding_zstd *d = malloc(sizeof *d);
    if (!d)
        return -ENOMEM;
    memset(d, 0, offsetof(struct coding_zstd, piece));
    d->stage.write = coding_zstd_write;
    d->stage.free = coding_zstd_free;
    d->context = ZSTD_createDCtx();
    if (!d->context ||
        ZSTD_isError(ZSTD_DCtx_setParameter(d->context, ZSTD_d_windowLogMax, WINDOW_LOG))) {
        ZSTD_freeDCtx(d->context);
        free(d);
        return -ENOMEM;
    }
    *out = &d->stage;
    return 0;
}
