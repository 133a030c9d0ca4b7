// SPDX-License-Identifier: MIT
#include "secure/frames.h"

static void frames_take_head(struct frames *f)
{
    const unsigned char *h = f->head;
    uint32_t stream = (h[5] & 0x7fU) << 24 | (uint32_t)h[6] << 16 | (uint32_t)h[7] << 8 | h[8];
    f->had = 0;
    f->pass = (uint64_t)h[0] << 16 | (uint64_t)h[1] << 8 | h[2];
    if (h[3] == FRAMES_HEADERS && stream > f->last)
        f->last = stream;
}

void frames_take(struct frames *f, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    if (!f->begun) {
        f->begun = true;
        f->pass = FRAMES_PREFACE;
    }
    while (n > 0) {
        size_t passed = f->pass < n ? (size_t)f->pass : n;
        f->pass -= passed;
        p += passed, n -= passed;
        if (n == 0)
            break;
        f->head[f->had++] = *p++;
        n--;
        if (f->had == FRAMES_HEAD)
            frames_take_head(f);
    }
}
