// SPDX-License-Identifier: MIT
#include "serve/base64.h"

void base64_add(struct buffer *b, struct span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *to = buffer_reserve(b, bytes.n / 3 * 4 + 4);
    if (!to)
        return;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t have = bytes.n - i;
        unsigned v = (unsigned)(unsigned char)bytes.p[i] << 16;
        v |= have > 1 ? (unsigned)(unsigned char)bytes.p[i + 1] << 8 : 0;
        v |= have > 2 ? (unsigned char)bytes.p[i + 2] : 0;
        *to++ = digits[v >> 18];
        *to++ = digits[v >> 12 & 63];
        *to++ = have > 1 ? digits[v >> 6 & 63] : '=';
        *to++ = have > 2 ? digits[v & 63] : '=';
    }
    b->n = (size_t)(to - b->p);
}
