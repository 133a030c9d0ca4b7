// SPDX-License-Identifier: MIT
#include "serve/target.h"
#include <errno.h>

bool target_segment(struct span *path, struct span *segment)
{
    if (path->n == 0)
        return false;
    const char *p = path->p + (path->p[0] == '/'), *end = path->p + path->n;
    const char *slash = p < end ? memchr(p, '/', (size_t)(end - p)) : NULL;
    if (!slash)
        slash = end;
    *segment = (struct span){ p, (size_t)(slash - p) };
    *path = (struct span){ slash, (size_t)(end - slash) };
    return true;
}

struct span target_value(struct span query, const char *name)
{
    size_t n = strlen(name);
    while (query.n > 0) {
        const char *end = memchr(query.p, '&', query.n);
        size_t part = end ? (size_t)(end - query.p) : query.n;
        if (part >= n && memcmp(query.p, name, n) == 0 && (part == n || query.p[n] == '=')) {
            size_t skip = part == n ? n : n + 1;
            return (struct span){ query.p + skip, part - skip };
        }
        query.p += part + (end != NULL);
        query.n -= part + (end != NULL);
    }
    return (struct span){ NULL, 0 };
}

bool target_flag(struct span query, const char *name)
{
    struct span value = target_value(query, name);
    return value.p && !span_is(value, "0") && !span_is(value, "no") && !span_is(value, "false");
}

// What the letter behind a size multiplies it with; 0 when it is none.
static unsigned target_shift(char unit)
{
    switch (unit | 0x20) {
    case 'k':
        return 10;
    case 'm':
        return 20;
    case 'g':
        return 30;
    default:
        return 0;
    }
}

int target_size(struct span text, uint64_t most, uint64_t *out)
{
    uint64_t v = 0;
    unsigned shift = text.n > 1 ? target_shift(text.p[text.n - 1]) : 0;
    size_t digits = shift ? text.n - 1 : text.n;
    if (digits == 0)
        return -EINVAL;
    for (size_t i = 0; i < digits; i++) {
        unsigned digit = (unsigned)(unsigned char)text.p[i] - '0';
        if (digit > 9)
            return -EINVAL;
        if (v > (UINT64_MAX - digit) / 10)
            return -ERANGE;
        v = v * 10 + digit;
    }
    if (v > most >> shift)
        return -ERANGE;
    *out = v << shift;
    return 0;
}

int target_size_value(struct span query, const char *name, uint64_t otherwise, uint64_t most,
                      uint64_t *out)
{
    struct span value = target_value(query, name);
    if (value.p)
        return target_size(value, most, out);
    *out = otherwise;
    return 0;
}

static int target_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t target_decode(struct span text, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int high = i + 2 < text.n && text.p[i] == '%' ? target_hex(text.p[i + 1]) : -1;
        int low = high >= 0 ? target_hex(text.p[i + 2]) : -1;
        to[n++] = (char)(low >= 0 ? high << 4 | low : text.p[i]);
        if (low >= 0)
            i += 2;
    }
    return n;
}
