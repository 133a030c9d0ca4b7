// SPDX-License-Identifier: MIT
#include "data/pack.h"

enum { PACK_UINT_MOST = 10 }; // bytes of the largest number

void pack_uint(struct buffer *out, uint64_t v)
{
    char *p = buffer_reserve(out, PACK_UINT_MOST);
    if (!p)
        return;
    size_t n = 0;
    for (; v >= 0x80; v >>= 7)
        p[n++] = (char)(v | 0x80);
    p[n++] = (char)v;
    out->n += n;
}

void pack_int(struct buffer *out, int64_t v)
{
    pack_uint(out, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

void pack_span(struct buffer *out, struct span s)
{
    pack_uint(out, s.p ? (uint64_t)s.n + 1 : 0);
    buffer_add(out, s.p, s.p ? s.n : 0);
}

void pack_word(struct buffer *out, uint64_t v)
{
    unsigned char b[8];
    for (unsigned i = 0; i < 8; i++)
        b[i] = (unsigned char)(v >> (8 * i));
    buffer_add(out, b, sizeof b);
}

static uint64_t refuse(struct unpack *u)
{
    u->bad = true;
    u->n = 0;
    return 0;
}

uint64_t unpack_uint(struct unpack *u)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < PACK_UINT_MOST && i < u->n; i++) {
        uint64_t b = (unsigned char)u->p[i];
        if (i == PACK_UINT_MOST - 1 && b > 1)
            break;
        v |= (b & 0x7f) << (7 * i);
        if (b < 0x80) {
            u->p += i + 1;
            u->n -= i + 1;
            return v;
        }
    }
    return refuse(u);
}

uint64_t unpack_uint_to(struct unpack *u, uint64_t most)
{
    uint64_t v = unpack_uint(u);
    return v <= most ? v : refuse(u);
}

int64_t unpack_int(struct unpack *u)
{
    uint64_t v = unpack_uint(u);
    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

uint64_t unpack_word(struct unpack *u)
{
    unsigned char b[8] = { 0 };
    uint64_t v = 0;
    unpack_bytes(u, b, sizeof b);
    for (unsigned i = 0; i < 8; i++)
        v |= (uint64_t)b[i] << (8 * i);
    return v;
}

struct span unpack_span(struct unpack *u)
{
    uint64_t n = unpack_uint(u);
    if (n == 0)
        return (struct span){ NULL, 0 };
    if (n - 1 > u->n) {
        refuse(u);
        return (struct span){ NULL, 0 };
    }
    struct span s = { u->p, (size_t)n - 1 };
    u->p += s.n;
    u->n -= s.n;
    return s;
}

void unpack_bytes(struct unpack *u, void *to, size_t n)
{
    if (n > u->n) {
        refuse(u);
        return;
    }
    memcpy(to, u->p, n);
    u->p += n;
    u->n -= n;
}
