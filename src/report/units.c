// SPDX-License-Identifier: MIT
#include "report/units.h"
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// A decimal number as read: `whole` and `nano` billionths.
struct number {
    uint64_t whole;
    uint32_t nano;
};

struct unit {
    const char *name;
    uint64_t size;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Reads digits with an optional fraction; `*text` is moved behind them.
static int number_read(const char **text, struct number *out)
{
    const char *p = *text;
    struct number n = { 0 };
    if (!is_digit(*p))
        return -EINVAL;
    for (; is_digit(*p); p++)
        if (__builtin_mul_overflow(n.whole, 10u, &n.whole) ||
            __builtin_add_overflow(n.whole, (uint64_t)(*p - '0'), &n.whole))
            return -ERANGE;
    if (*p == '.') {
        if (!is_digit(*++p))
            return -EINVAL;
        for (uint32_t place = 100000000; is_digit(*p); p++, place /= 10)
            n.nano += place * (uint32_t)(*p - '0');
    }
    *out = n;
    *text = p;
    return 0;
}

// `n` times `size`, rounded down. -ERANGE above `most`.
static int number_times(const struct number *n, uint64_t size, uint64_t most, uint64_t *out)
{
    unsigned __int128 v =
        (unsigned __int128)n->whole * size + (unsigned __int128)n->nano * size / 1000000000u;
    if (v > most)
        return -ERANGE;
    *out = (uint64_t)v;
    return 0;
}

static const struct unit *unit_find(const struct unit *units, const char *name, size_t n)
{
    for (; units->name; units++)
        if (strlen(units->name) == n && strncasecmp(units->name, name, n) == 0)
            return units;
    return NULL;
}

int units_bytes(const char *text, uint64_t *out)
{
    static const struct unit units[] = {
        { "", 1 },
        { "K", 1ull << 10 },
        { "M", 1ull << 20 },
        { "G", 1ull << 30 },
        { "T", 1ull << 40 },
        { "P", 1ull << 50 },
        { 0 },
    };
    struct number number;
    int r = number_read(&text, &number);
    if (r < 0)
        return r;
    size_t n = strlen(text);
    if (n >= 3 && strcasecmp(text + n - 2, "iB") == 0)
        n -= 2;
    else if (n >= 1 && strcasecmp(text + n - 1, "B") == 0)
        n -= 1;
    const struct unit *unit = unit_find(units, text, n);
    return unit ? number_times(&number, unit->size, UINT64_MAX, out) : -EINVAL;
}

int units_time(const char *text, int64_t *out)
{
    static const struct unit units[] = {
        { "", 1000000000 },   { "us", 1000 },         { "ms", 1000000 },       { "s", 1000000000 },
        { "m", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 }, { 0 },
    };
    struct number number;
    uint64_t v;
    int r = number_read(&text, &number);
    if (r < 0)
        return r;
    const struct unit *unit = unit_find(units, text, strlen(text));
    if (!unit)
        return -EINVAL;
    r = number_times(&number, unit->size, INT64_MAX, &v);
    if (r == 0)
        *out = (int64_t)v;
    return r;
}

int units_rate(const char *text, double *out)
{
    static const struct unit units[] = {
        { "", 1 }, { "/s", 1 }, { "/m", 60 }, { "/h", 3600 }, { "/d", 86400 }, { 0 },
    };
    struct number number;
    int r = number_read(&text, &number);
    if (r < 0)
        return r;
    const struct unit *unit = unit_find(units, text, strlen(text));
    if (!unit)
        return -EINVAL;
    *out = ((double)number.whole + number.nano / 1e9) / (double)unit->size;
    return 0;
}

int units_count(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
    struct number number;
    for (const char *p = text; *p; p++)
        if (!is_digit(*p))
            return -EINVAL;
    int r = number_read(&text, &number);
    if (r < 0)
        return r;
    if (number.whole < least || number.whole > most)
        return -ERANGE;
    *out = number.whole;
    return 0;
}

// Three figures of `v`, which is below 1000 (or rounds up to it): "1.25", "12.5", "125".
static int show_three(char *out, double v, const char *unit)
{
    int places = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
    return snprintf(out, UNITS_ROOM, "%.*f%s", places, v, unit);
}

const char *units_show_bytes(char *out, uint64_t bytes)
{
    static const char *const names[] = { " KB", " MB", " GB", " TB", " PB", " EB" };
    if (bytes < 1000) {
        snprintf(out, UNITS_ROOM, "%" PRIu64 " B", bytes);
        return out;
    }
    double v = (double)bytes / 1024;
    unsigned i = 0;
    for (; v >= 999.5 && i < 5; i++)
        v /= 1024;
    show_three(out, v, names[i]);
    return out;
}

const char *units_show_time(char *out, int64_t ns)
{
    double v = (double)(ns < 0 ? 0 : ns);
    int64_t s = ns / 1000000000 + (ns % 1000000000 >= 500000000);
    if (ns <= 0)
        snprintf(out, UNITS_ROOM, "0 s");
    else if (v < 999.5e3)
        show_three(out, v / 1e3, " us");
    else if (v < 999.5e6)
        show_three(out, v / 1e6, " ms");
    else if (v < 59.5e9)
        show_three(out, v / 1e9, " s");
    else if (s < 3600)
        snprintf(out, UNITS_ROOM, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    else if (s < 86400)
        snprintf(out, UNITS_ROOM, "%dh%02dm", (int)(s / 3600), (int)(s / 60 % 60));
    else
        snprintf(out, UNITS_ROOM, "%" PRId64 "d%02dh", s / 86400, (int)(s / 3600 % 24));
    return out;
}

const char *units_show_count(char *out, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *to = out;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

const char *units_show_rate(char *out, double per_second)
{
    if (!(per_second > 0))
        snprintf(out, UNITS_ROOM, "0");
    else if (per_second < 999.5)
        show_three(out, per_second, "");
    else
        units_show_count(out, per_second < 1e18 ? (uint64_t)(per_second + 0.5) : UINT64_MAX);
    return out;
}
