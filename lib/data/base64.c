// SPDX-License-Identifier: MIT
#include "data/base64.h"
#include <errno.h>

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// The length of `text` without its padding; -1 when that is wrong.
static long base64_unpadded(struct span text)
{
    size_t n = text.n;
    while (n > 0 && text.n - n < 2 && text.p[n - 1] == '=')
        n--;
    if (n != text.n && text.n % 4 != 0)
        return -1;
    return n % 4 == 1 ? -1 : (long)n;
}

int base64_decode(struct span text, struct buffer *out)
{
    long n = base64_unpadded(text);
    char *to = n < 0 ? NULL : buffer_reserve(out, text.n);
    uint32_t bits = 0;
    unsigned held = 0;
    size_t made = 0;
    if (!to)
        return n < 0 ? -EINVAL : 0;
    for (long i = 0; i < n; i++) {
        int v = base64_value(text.p[i]);
        if (v < 0)
            return -EINVAL;
        bits = bits << 6 | (uint32_t)v;
        held += 6;
        if (held >= 8) {
            held -= 8;
            to[made++] = (char)(bits >> held);
            bits &= (1u << held) - 1;
        }
    }
    if (bits != 0)
        return -EINVAL;
    out->n += made;
    return 0;
}

void base64_encode(struct span bytes, struct buffer *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = (const unsigned char *)bytes.p;
    char *to = buffer_reserve(out, (bytes.n + 2) / 3 * 4);
    if (!to)
        return;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t bits = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
                        (left > 2 ? p[i + 2] : 0);
        *to++ = alphabet[bits >> 18];
        *to++ = alphabet[bits >> 12 & 63];
        *to++ = left > 1 ? alphabet[bits >> 6 & 63] : '=';
        *to++ = left > 2 ? alphabet[bits & 63] : '=';
    }
    out->n += (bytes.n + 2) / 3 * 4;
}
