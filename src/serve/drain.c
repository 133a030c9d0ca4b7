// SPDX-License-Identifier: MIT
#include "serve/drain.h"

enum { DRAIN_LINE_MAX = 4096 };

void drain_init(struct drain *d, bool chunked, uint64_t length)
{
    *d = (struct drain){ .chunked = chunked, .left = chunked ? 0 : length };
    d->state = chunked ? DRAIN_SIZE : length > 0 ? DRAIN_DATA : DRAIN_DONE;
}

static int drain_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum drain_state drain_size_done(struct drain *d)
{
    d->line = 0;
    return d->left > 0 ? DRAIN_DATA : DRAIN_TRAILER;
}

// A byte of a size line. The size is 15 digits at most, so that it cannot overflow.
static enum drain_state drain_size_byte(struct drain *d, char c)
{
    int digit = drain_hex(c);
    if (digit >= 0 && d->state == DRAIN_SIZE) {
        d->left = d->left << 4 | (unsigned)digit;
        return ++d->line > 15 ? DRAIN_BAD : DRAIN_SIZE;
    }
    if (d->line == 0 || ++d->line > DRAIN_LINE_MAX)
        return DRAIN_BAD;
    if (c == '\n')
        return drain_size_done(d);
    if (d->state == DRAIN_SIZE && c != '\r' && c != ';' && c != ' ' && c != '\t')
        return DRAIN_BAD;
    return DRAIN_SIZE_END;
}

// A byte of the trailers: `left` counts the bytes of the line, for an empty one is the end.
static enum drain_state drain_trailer_byte(struct drain *d, char c)
{
    if (c == '\n') {
        bool end = d->left == 0;
        d->left = 0;
        return end ? DRAIN_DONE : DRAIN_TRAILER;
    }
    if (c != '\r')
        d->left++;
    return ++d->line > DRAIN_LINE_MAX ? DRAIN_BAD : DRAIN_TRAILER;
}

static enum drain_state drain_byte(struct drain *d, char c)
{
    switch (d->state) {
    case DRAIN_DATA_END:
        if (c == '\n')
            return DRAIN_SIZE;
        return c == '\r' && d->line++ == 0 ? DRAIN_DATA_END : DRAIN_BAD;
    case DRAIN_SIZE:
    case DRAIN_SIZE_END:
        return drain_size_byte(d, c);
    case DRAIN_TRAILER:
        return drain_trailer_byte(d, c);
    default:
        return d->state;
    }
}

size_t drain_take(struct drain *d, const char *p, size_t n, struct span *data)
{
    size_t i = 0;
    *data = (struct span){ NULL, 0 };
    for (; i < n && d->state != DRAIN_DATA; i++) {
        if (d->state >= DRAIN_DONE)
            return i;
        enum drain_state was = d->state;
        d->state = drain_byte(d, p[i]);
        if (was == DRAIN_DATA_END && d->state == DRAIN_SIZE)
            d->line = 0;
    }
    if (d->state != DRAIN_DATA)
        return i;
    size_t take = d->left < n - i ? (size_t)d->left : n - i;
    *data = (struct span){ p + i, take };
    d->left -= take;
    if (d->left == 0)
        d->state = d->chunked ? DRAIN_DATA_END : DRAIN_DONE;
    return i + take;
}
