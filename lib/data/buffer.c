// SPDX-License-Identifier: MIT
#include "data/buffer.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUFFER_FIRST_ROOM = 128 };

void buffer_fini(struct buffer *b)
{
    free(b->p);
    *b = (struct buffer){ 0 };
}

void buffer_clear(struct buffer *b)
{
    b->n = 0;
    b->failed = false;
}

char *buffer_grow(struct buffer *b, size_t more)
{
    if (b->failed)
        return NULL;
    size_t room = b->room ? b->room : BUFFER_FIRST_ROOM;
    if (more > SIZE_MAX / 4 - b->n)
        goto failed;
    while (room - b->n <= more)
        room *= 2;
    char *p = realloc(b->p, room);
    if (!p)
        goto failed;
    b->p = p;
    b->room = room;
    return b->p + b->n;
failed:
    b->failed = true;
    return NULL;
}

void buffer_add_uint(struct buffer *b, uint64_t v)
{
    char digits[20], *p = digits + sizeof digits;
    do {
        *--p = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    buffer_add(b, p, (size_t)(digits + sizeof digits - p));
}

void buffer_add_format(struct buffer *b, const char *format, ...)
{
    va_list args;
    char *p = buffer_reserve(b, BUFFER_FIRST_ROOM);
    if (!p)
        return;
    va_start(args, format);
    int n = vsnprintf(p, b->room - b->n, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n >= b->room - b->n) { // vsnprintf wants room for its NUL
        p = buffer_reserve(b, (size_t)n);
        if (!p)
            return;
        va_start(args, format);
        n = vsnprintf(p, (size_t)n + 1, format, args);
        va_end(args);
    }
    if (n < 0)
        b->failed = true;
    else
        b->n += (size_t)n;
}

void buffer_consume(struct buffer *b, size_t n)
{
    b->n -= n;
    if (b->n && n)
        memmove(b->p, b->p + n, b->n);
}

const char *buffer_string(struct buffer *b)
{
    char *end = buffer_reserve(b, 0);
    if (!end)
        return NULL;
    *end = '\0';
    return b->p;
}
